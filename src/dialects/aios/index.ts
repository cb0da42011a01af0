import type { Dialect } from '../dialect';
import { createValidator } from '../validate';
import { alerts } from './alerts';
import { checks } from './checks.generated';
import { commands } from './commands';
import { subjects } from './entities';
import { evidence, identify } from './identify';
import { AiosSession } from './protocol';
import { subscription } from './subscriptions';
import { AiosTracker } from './tracker';
import { types } from './types';

/** AIOS v2, as its WebSocket events document describes it. */
export const aios: Dialect = {
	name: 'aios',
	title: 'AIOS v2',
	transport: 'websocket',
	defaultUrl: 'ws://localhost:8000/ws',
	tokenIn: 'message',
	// "Reconnection Strategy" of the document.
	backoffLongest: 30_000,
	// Port 8000 and the path /ws are another protocol's too: only a host or path that is called so speaks for this one.
	urlHint: ({ hostname, pathname }) =>
		/(?:^|[^a-z])aios(?:[^a-z]|$)/i.test(`${hostname}${pathname}`) ? 'aios in the URL' : null,
	restBase: () => null,
	types,
	subscription,
	session: (parts) => new AiosSession(parts),
	identify,
	validate: createValidator(() => (require('./schemas') as typeof import('./schemas')).schemas, checks),
	evidence,
	dimensions: {
		job: ['job_id', 'source_job', 'details.job_id'],
		run: ['run_id'],
		agent: ['agent_id'],
		task: ['task_id'],
		severity: ['severity'],
		workflow: ['dag_id'],
	},
	tracker: (clock) => new AiosTracker(clock),
	subjects,
	commands,
	alerts,
	deviceFrom: [],
	device: () => ({ name: 'AIOS', manufacturer: 'AIOS', model: 'AIOS v2' }),
};
