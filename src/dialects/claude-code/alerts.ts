import { type AlertRule, type AlertRuleInput, alertRulesSchema } from '../../model/alert';

const second = 1_000;
const minute = 60 * second;

/** A failure is over when there was none for this long: those of one go are one alert, which counts them. */
const calm = 15 * minute;

/** Rules for those who let agents work while they look elsewhere. */
const rules: readonly AlertRuleInput[] = [
	{
		id: 'hub-silent',
		name: 'Event server silent',
		// The socket alone; heartbeats are for the rule below, since the servers that really run send none.
		entities: { subjects: ['hub'], rows: ['connected'] },
		condition: { kind: 'no_data', severity: 'critical', per: 'endpoint' },
		// A connection that comes and goes is one outage.
		clearFor: minute,
		text: 'The event server {device} ({endpoint}) is not connected since {since}',
		clearText: 'The event server {device} ({endpoint}) is connected again after {duration}',
	},
	{
		id: 'heartbeats-missing',
		name: 'Heartbeats missing',
		// The socket may stand although nobody is behind it: heartbeats come every 30 s, and three that are missing are too many.
		entities: { subjects: ['component'], rows: ['health'] },
		condition: { kind: 'no_data', per: 'type' },
		raiseFor: 30 * second,
		text: 'No heartbeat comes from {endpoint} since {since}',
		clearText: 'Heartbeats come from {endpoint} again after {duration}',
	},
	{
		id: 'waiting',
		name: 'Waits for a person',
		entities: { subjects: ['session'], rows: ['status'] },
		condition: { kind: 'is', states: ['waiting'] },
		// Whoever sits at the terminal answers within this time.
		raiseFor: 5 * minute,
		text: '{attribute.app} waits for you[: {attribute.waiting_for}]',
		clearText: '{attribute.app} waits no more, after {duration}: {value}',
	},
	{
		id: 'silent-while-working',
		name: 'No event while working',
		entities: { subjects: ['session'], rows: ['status'] },
		attribute: 'silent',
		// After 15 minutes without an event the tracker takes a working session for idle, and says so: that is the time that this rule has.
		// Became, not is: what fell silent before anybody listened is no news.
		condition: { kind: 'changes_to', states: ['true'] },
		// After an outage of our own the history tells what was missed.
		raiseFor: minute,
		text: '{attribute.app} was at work, and nothing was heard of it for 15 minutes',
		clearText: '{attribute.app} is heard again',
	},
	{
		id: 'session-failed',
		name: 'Session failed',
		entities: { subjects: ['app'], rows: ['session'] },
		condition: { kind: 'happens', types: ['failed'] },
		clearFor: calm,
		text: '{attribute.session} has stopped after a failure[ in {attribute.project}]',
		clearText: '{name}: no more failures, {count} in all since {since}',
	},
	{
		id: 'tools-failing',
		name: 'Tools fail again and again',
		entities: { subjects: ['app'], rows: ['tool_failures'] },
		// Single failures are part of the work (a test that is red); five within five minutes go round in circles.
		condition: { kind: 'rate', perMinute: 1, direction: 'up', window: 5 * minute },
		clearFor: 5 * minute,
		text: '{name}: {value} a minute, again and again',
		clearText: '{name}: {value} a minute, after {duration}',
	},
	{
		id: 'component-health',
		name: 'Component degraded or unhealthy',
		entities: { subjects: ['component'], rows: ['health'] },
		condition: {
			kind: 'jsonata',
			expression:
				'state = null ? null : state in ["unhealthy", "offline"] ? "critical" : state in ["degraded", "other"] ? "warning" : false',
		},
		// Two heartbeats in a row.
		raiseFor: minute,
		clearFor: minute,
	},
	{
		id: 'resource-alert',
		name: 'Resource alert',
		// It stands until the component tells a lower level or starts anew, or is not heard of for a day.
		entities: { subjects: ['component'], rows: ['alert'] },
		condition: {
			kind: 'jsonata',
			// A level that nobody knows says nothing.
			expression: 'state = null or state = "other" ? null : state in ["warning", "critical"] ? state : false',
		},
		text: '{name} is {value}[: {attribute.message}]',
		clearText: '{name} is {value} again after {duration}',
	},
	{
		id: 'protocol-error',
		name: 'Error of the server',
		entities: { subjects: ['problem'], rows: ['error_event'] },
		condition: { kind: 'happens', types: ['error'] },
		clearFor: calm,
		text: '{device} reports an error[ of {attribute.component}][: {attribute.message}][ ({attribute.code})]',
	},
	{
		id: 'protocol-error-critical',
		name: 'Critical error of the server',
		entities: { subjects: ['problem'], rows: ['error_event'] },
		condition: { kind: 'happens', severity: 'critical', types: ['critical'] },
		clearFor: calm,
		text: '{device} reports a critical error[ of {attribute.component}][: {attribute.message}][ ({attribute.code})]',
	},
];

/** The alert presets of the Claude Code dialect. */
export const alerts: readonly AlertRule[] = alertRulesSchema.parse(rules);
