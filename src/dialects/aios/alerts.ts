import { type AlertRule, type AlertRuleInput, alertRulesSchema } from '../../model/alert';

const minute = 60_000;

/** What happened is over when it did not happen again for this long: one go is one alert, which counts it. */
const calm = 15 * minute;

/** Rules for those whose documents are to be processed, by day and by night. */
const rules: readonly AlertRuleInput[] = [
	{
		id: 'dashboard-silent',
		name: 'Server silent',
		// The server pings every 30 s, whatever else happens; its metrics come as often where somebody has subscribed them.
		entities: { subjects: ['dashboard'] },
		condition: { kind: 'no_data', severity: 'critical', per: 'endpoint' },
		// A connection that comes and goes is one outage.
		clearFor: minute,
		text: 'Nothing comes from {device} ({endpoint}) since {since}: {value}',
		clearText: '{device} ({endpoint}) is heard again after {duration}',
	},
	{
		id: 'jobs-silent',
		name: 'Jobs stuck',
		// The server tells each step of a job; a large file may take some minutes for one.
		entities: { subjects: ['job'] },
		condition: { kind: 'no_data', per: 'type', after: 15 * minute, states: ['processing'] },
		clearFor: minute,
		text: 'A job of {endpoint} is processing, and nothing is heard of any since {since}: {value}',
		clearText: 'Jobs of {endpoint} are heard of again after {duration}',
	},
	{
		id: 'job-failed',
		name: 'Job failed',
		entities: { subjects: ['jobs'], rows: ['failure'] },
		condition: { kind: 'happens', types: ['failed'] },
		clearFor: calm,
		text: 'Job[ {attribute.job_id}] has failed[ ({attribute.file_name})][: {attribute.error}]',
		clearText: 'No more jobs failed: {count} in all since {since}',
	},
	{
		id: 'agent-error',
		name: 'Agent error',
		// Also a warning: the document's own example, a timeout of the language model, is one.
		entities: { subjects: ['agents'], rows: ['error'] },
		condition: { kind: 'happens', types: ['warning', 'error'] },
		clearFor: calm,
		text: 'Agent[ {attribute.agent}]: {attribute.error}',
		clearText: 'No more errors of agents: {count} in all since {since}',
	},
	{
		id: 'agent-error-critical',
		name: 'Critical agent error',
		entities: { subjects: ['agents'], rows: ['error'] },
		condition: { kind: 'happens', severity: 'critical', types: ['critical'] },
		clearFor: calm,
		text: 'Agent[ {attribute.agent}]: {attribute.error}',
		clearText: 'No more critical errors of agents: {count} in all since {since}',
	},
	{
		id: 'dag-run-failed',
		name: 'DAG run failed',
		// As long as it is shown: until another run takes its place, or runs again, or for a day.
		entities: { subjects: ['dag_run'], rows: ['status'] },
		condition: { kind: 'is', severity: 'critical', states: ['failed'] },
		text: 'Run[ {attribute.run_id}][ of {attribute.dag_id}] has failed',
		clearText: '{name}: {value}, no longer a failed run',
	},
	{
		id: 'dag-step-failed',
		name: 'DAG step failed',
		// A warning: the run may try it again.
		entities: { subjects: ['dag_runs'], rows: ['step_failure'] },
		condition: { kind: 'happens', types: ['failed'] },
		clearFor: calm,
		text: 'Step {attribute.step_id}[ of {attribute.dag_id}] has failed[: {attribute.error}]',
		clearText: 'No more steps of DAGs failed: {count} in all since {since}',
	},
	{
		id: 'success-rate',
		name: 'Success rate low',
		entities: { subjects: ['dashboard', 'agent'], rows: ['success_rate'] },
		// The document's server is at 97 to 98 %: one failure in ten is far from that, one in four is an outage.
		condition: {
			kind: 'below',
			levels: [
				{ severity: 'warning', value: 90 },
				{ severity: 'critical', value: 75 },
			],
			hysteresis: 2,
		},
		raiseFor: 5 * minute,
	},
];

/** The alert presets of the AIOS dialect. */
export const alerts: readonly AlertRule[] = alertRulesSchema.parse(rules);
