import { type AlertRule, type AlertRuleInput, alertRulesSchema } from '../../model/alert';

const minute = 60_000;
const hour = 60 * minute;

/** What happened is over when it did not happen again for this long: one go is one alert, which counts it. */
const calm = 15 * minute;

/** Rules for those who answer for what the agents build. */
const rules: readonly AlertRuleInput[] = [
	{
		id: 'server-silent',
		name: 'Server silent',
		// Nothing comes at an interval: what tells is the socket, which is closed when a ping stays without answer.
		entities: { subjects: ['server'], rows: ['connected'] },
		condition: { kind: 'no_data', severity: 'critical', per: 'endpoint' },
		// A connection that comes and goes is one outage.
		clearFor: minute,
		text: '{device} ({endpoint}) is not connected since {since}',
		clearText: '{device} ({endpoint}) is connected again after {duration}',
	},
	{
		id: 'agent-silent',
		name: 'Agents silent',
		// A status stands as long as it is true: what tells of life is whatever the agents report (progress, CPU, tests), while one is busy.
		entities: { subjects: ['agent'] },
		condition: { kind: 'no_data', per: 'type', after: 15 * minute, states: ['busy'] },
		clearFor: minute,
		text: 'An agent of {endpoint} is busy, and nothing is heard of any since {since}: {value}',
		clearText: 'The agents of {endpoint} are heard again after {duration}',
	},
	{
		id: 'agent-failed',
		name: 'Agent in error',
		entities: { subjects: ['agent'], rows: ['status'] },
		condition: { kind: 'is', states: ['error'] },
		// An agent that is restarted at once is none.
		raiseFor: minute,
		text: '{name} is {value}[ ({attribute.agent_type})]',
		clearText: '{name} is {value} again after {duration}',
	},
	{
		id: 'agent-error',
		name: 'Agent error',
		entities: { subjects: ['system'], rows: ['agent_error'] },
		condition: { kind: 'happens', types: ['warning', 'error'] },
		clearFor: calm,
		text: 'Error[ of {attribute.agent}][: {attribute.message}][ ({attribute.code})]',
		clearText: 'No more errors of agents: {count} in all since {since}',
	},
	{
		id: 'agent-error-critical',
		name: 'Critical agent error',
		entities: { subjects: ['system'], rows: ['agent_error'] },
		condition: { kind: 'happens', severity: 'critical', types: ['critical'] },
		clearFor: calm,
		text: 'Critical error[ of {attribute.agent}][: {attribute.message}][ ({attribute.code})]',
		clearText: 'No more critical errors of agents: {count} in all since {since}',
	},
	{
		id: 'tdd-red',
		name: 'TDD red for too long',
		// The last phase of all: of an agent alone it stays red where one writes the failing test and another makes it pass.
		entities: { subjects: ['tests'], rows: ['phase'] },
		condition: { kind: 'is', states: ['red', 'Red', 'RED'] },
		// One failing test is written and made to pass within minutes; after half an hour the step was too large.
		raiseFor: 30 * minute,
		text: 'Test-driven development is red since {since}[ ({attribute.agent})], {device}',
		clearText: 'Test-driven development is {value} after {duration}, {device}',
	},
	{
		id: 'tests-failing',
		name: 'Tests failing',
		entities: { subjects: ['tests'], rows: ['failing'] },
		condition: { kind: 'above', levels: [{ value: 1 }] },
		// In test-driven development tests fail before they pass: longer than any red phase should last.
		raiseFor: hour,
		text: '{value} tests fail for an hour, {device}',
		clearText: 'No test fails any more after {duration}, {device}',
	},
	{
		id: 'coverage-fell',
		name: 'Coverage fell',
		// By agent: the newest of all jumps where they measure different things.
		entities: { subjects: ['agent'], rows: ['coverage_lines'] },
		// A point goes with a new file whose tests come next.
		condition: { kind: 'decreases', by: 2 },
	},
	{
		id: 'coverage-low',
		name: 'Coverage low',
		// The newest, whoever measured it: what an agent measured before another went on stays as it was.
		entities: { subjects: ['tests'], rows: ['coverage_lines'] },
		// What is commonly asked for; below two thirds the tests say little.
		condition: {
			kind: 'below',
			levels: [
				{ severity: 'warning', value: 80 },
				{ severity: 'critical', value: 66 },
			],
			hysteresis: 1,
		},
		raiseFor: 30 * minute,
	},
	{
		id: 'workflow-failed',
		name: 'Workflow failed',
		entities: { subjects: ['system'], rows: ['workflow'] },
		condition: { kind: 'happens', types: ['failed'] },
		clearFor: calm,
		text: 'Workflow[ {attribute.workflow_name}] has failed[ at {attribute.step}][: {attribute.error}]',
		clearText: 'No more workflows failed: {count} in all since {since}',
	},
	{
		id: 'deployment-failed',
		name: 'Deployment failed',
		entities: { subjects: ['deployment'], rows: ['status'] },
		// The document names no words for it: these are common.
		condition: {
			kind: 'is',
			severity: 'critical',
			states: ['failed', 'failure', 'error', 'errored', 'aborted', 'rolled_back', 'rollback'],
		},
		text: '{name}: {value}[, {attribute.message}]',
		clearText: '{name}: {value} after {duration}',
	},
	{
		id: 'deployment-unhealthy',
		name: 'Deployed component unhealthy',
		entities: { subjects: ['deployment'], rows: ['problem'] },
		condition: { kind: 'boolean' },
		// They start while it is deployed.
		raiseFor: 5 * minute,
		text: '{name}: not all are healthy, {device}',
		clearText: '{name}: all are healthy again after {duration}, {device}',
	},
	{
		id: 'system-alert',
		name: 'System alert',
		entities: { subjects: ['system'], rows: ['alert'] },
		condition: { kind: 'happens', types: ['warning', 'error'] },
		clearFor: calm,
		text: '[{attribute.title}: ]{attribute.message}[ ({attribute.component})]',
		clearText: 'No more alerts of {device}: {count} in all since {since}',
	},
	{
		id: 'system-alert-critical',
		name: 'Critical system alert',
		entities: { subjects: ['system'], rows: ['alert'] },
		condition: { kind: 'happens', severity: 'critical', types: ['critical'] },
		clearFor: calm,
		text: '[{attribute.title}: ]{attribute.message}[ ({attribute.component})]',
		clearText: 'No more critical alerts of {device}: {count} in all since {since}',
	},
];

/** The alert presets of the AutoSDLC dialect. */
export const alerts: readonly AlertRule[] = alertRulesSchema.parse(rules);
