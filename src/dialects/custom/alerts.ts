import { type AlertRule, alertRulesSchema } from '../../model/alert';

const minute = 60_000;

/** What can be said of a stream that we know nothing else of. */
export const alerts: readonly AlertRule[] = alertRulesSchema.parse([
	{
		id: 'stream-silent',
		name: 'Stream silent',
		// The socket alone: what comes at an interval, and then no more, is for a rule over entities of yours.
		entities: { subjects: ['stream'], rows: ['connected'] },
		condition: { kind: 'no_data', severity: 'critical', per: 'endpoint' },
		// A connection that comes and goes is one outage.
		clearFor: minute,
		text: '{device} ({endpoint}) is not connected since {since}',
		clearText: '{device} ({endpoint}) is connected again after {duration}',
	},
]);
