import { type AlertRule, type AlertRuleInput, alertRulesSchema } from '../../model/alert';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** What happened is over when it did not happen again for this long: one go is one alert, which counts it. */
const calm = 15 * minute;

/** Rules for those whose agents are to be there, and to get on with their tasks. */
const rules: readonly AlertRuleInput[] = [
	{
		id: 'api-silent',
		name: 'Agents API silent',
		// The server acknowledges a heartbeat every 25 s.
		entities: { subjects: ['heartbeat'], rows: ['latency', 'connected'] },
		condition: { kind: 'no_data', severity: 'critical', per: 'endpoint' },
		// A connection that comes and goes is one outage.
		clearFor: minute,
		text: 'Nothing comes from {device} ({endpoint}) since {since}: {value}',
		clearText: '{device} ({endpoint}) is heard again after {duration}',
	},
	{
		id: 'agent-offline',
		name: 'Agent offline',
		// It said goodbye: somebody wanted it so.
		entities: { subjects: ['agent'], rows: ['status'] },
		condition: { kind: 'is', severity: 'info', states: ['offline', 'Offline', 'OFFLINE'] },
		// A restart takes less.
		raiseFor: minute,
		text: '{name} is {value}',
		clearText: '{name} is {value} after {duration}',
	},
	{
		id: 'agent-no-heartbeat',
		name: 'Agent without heartbeat',
		// The tracker has waited already: for three heartbeats, at least 90 s.
		entities: { subjects: ['agent'], rows: ['alive'] },
		condition: { kind: 'boolean', on: false },
		raiseFor: 30 * second,
		text: '{name}: no heartbeat',
		clearText: '{name}: its heartbeats come again after {duration}',
	},
	{
		id: 'task-failed',
		name: 'Task failed',
		entities: { subjects: ['tasks'], rows: ['event'] },
		condition: { kind: 'happens', types: ['failed'] },
		clearFor: calm,
		text: 'Task[ "{attribute.title}"] has failed[ ({attribute.task_id})]',
		clearText: 'No more tasks failed: {count} in all since {since}',
	},
	{
		id: 'tasks-stuck',
		name: 'Tasks stuck',
		// Of a task that is at work progress is to be heard; a language model may think for some minutes.
		entities: { subjects: ['task'], rows: ['task', 'state', 'progress', 'agent'] },
		condition: { kind: 'no_data', per: 'type', after: 15 * minute, states: ['in_progress'] },
		clearFor: minute,
		text: 'A task of {endpoint} is in progress, and none has moved since {since}: {value}',
		clearText: 'Tasks of {endpoint} move again after {duration}',
	},
	{
		id: 'task-long',
		name: 'Task takes long',
		// One that is stuck while others move.
		entities: { subjects: ['task'], rows: ['state'] },
		condition: { kind: 'is', severity: 'info', states: ['in_progress'] },
		raiseFor: 2 * hour,
		text: '{name} is in progress for two hours',
		clearText: '{name} is {value} after {duration}',
	},
	{
		id: 'system-alert',
		name: 'System alert',
		entities: { subjects: ['alerts'], rows: ['alert'] },
		// A severity that nobody knows may be a bad one.
		condition: { kind: 'happens', types: ['warning', 'error', 'other'] },
		clearFor: calm,
		text: '{device}: {attribute.message}[ ({attribute.severity})]',
		clearText: 'No more alerts of {device}: {count} in all since {since}',
	},
	{
		id: 'system-alert-critical',
		name: 'Critical system alert',
		entities: { subjects: ['alerts'], rows: ['alert'] },
		condition: { kind: 'happens', severity: 'critical', types: ['critical'] },
		clearFor: calm,
		text: '{device}: {attribute.message}[ ({attribute.severity})]',
		clearText: 'No more critical alerts of {device}: {count} in all since {since}',
	},
];

/** The alert presets of the agents API dialect. */
export const alerts: readonly AlertRule[] = alertRulesSchema.parse(rules);
