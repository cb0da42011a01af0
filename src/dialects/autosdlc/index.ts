import type { World } from '../../model/description';
import type { Device } from '../../model/entity';
import type { Dialect } from '../dialect';
import { createValidator } from '../validate';
import { alerts } from './alerts';
import { checks } from './checks.generated';
import { commands } from './commands';
import { subjects } from './entities';
import { evidence } from './envelope';
import { identify } from './identify';
import { AutosdlcSession } from './protocol';
import { subscriptionSchema } from './subscription';
import { AutosdlcTracker } from './tracker';
import { types } from './types';

/** The document names no address: only a name in the URL speaks for this protocol. */
function urlHint({ hostname, pathname }: URL): string | null {
	if (hostname.includes('autosdlc')) return `host ${hostname}`;
	return pathname.toLowerCase().includes('autosdlc') ? `path ${pathname}` : null;
}

function device(_world: World, url: URL | null): Omit<Device, 'identifiers'> {
	return {
		name: 'AutoSDLC',
		manufacturer: 'AutoSDLC',
		model: 'WebSocket Event System',
		...(url && { configuration_url: `${url.protocol === 'wss:' ? 'https:' : 'http:'}//${url.host}` }),
	};
}

/** AutoSDLC's WebSocket event system: agents that develop software, test first. */
export const autosdlc: Dialect = {
	name: 'autosdlc',
	title: 'AutoSDLC',
	transport: 'websocket',
	defaultUrl: 'ws://localhost:3000/ws',
	tokenIn: 'bearer',
	urlHint,
	restBase: () => null,
	types,
	subscription: subscriptionSchema,
	session: (parts) => new AutosdlcSession(parts),
	identify,
	validate: createValidator(() => (require('./schemas') as typeof import('./schemas')).schemas, checks),
	evidence,
	dimensions: {
		agent: ['agentId'],
		task: ['taskId', 'currentTask.id'],
		workflow: ['workflowId', 'workflow', 'workflow.name'],
		run: ['runId'],
		severity: ['severity', 'level'],
		correlation: ['envelope.correlationId'],
		component: ['component', 'environment'],
	},
	tracker: (clock) => new AutosdlcTracker(clock),
	subjects,
	commands,
	alerts,
	deviceFrom: [],
	device,
};
