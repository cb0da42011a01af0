import type { Dialect } from '../dialect';
import { createValidator } from '../validate';
import { alerts } from './alerts';
import { checks } from './checks.generated';
import { commands } from './commands';
import { subjects } from './entities';
import { evidence } from './envelope';
import { identify } from './identify';
import { AgentsApiSession } from './protocol';
import { subscriptionSchema } from './subscription';
import { AgentsApiTracker } from './tracker';
import { types } from './types';

/** What in a URL speaks for Socket.IO: its usual path, or that it is none of a WebSocket. Port 8000 and `/ws` have others too. */
function urlHint({ protocol, pathname }: URL): string | null {
	if (/^\/socket\.io(?:\/|$)/.test(pathname)) return 'path /socket.io/';
	return protocol === 'http:' || protocol === 'https:' ? `scheme ${protocol.slice(0, -1)}` : null;
}

/** The agents API on Socket.IO. */
export const agentsApi: Dialect = {
	name: 'agents-api',
	title: 'Agents API (Socket.IO)',
	transport: 'socket.io',
	defaultUrl: 'ws://localhost:8000/ws',
	tokenIn: 'message',
	urlHint,
	restBase: () => null,
	types,
	subscription: subscriptionSchema,
	session: (parts) => new AgentsApiSession(parts),
	identify,
	validate: createValidator(() => (require('./schemas') as typeof import('./schemas')).schemas, checks),
	evidence,
	dimensions: {
		agent: ['agent_id', 'task.assigned_to', 'message.agent_id'],
		task: ['task_id'],
		conversation: ['conversation_id'],
		room: ['room'],
		severity: ['severity'],
	},
	tracker: (clock) => new AgentsApiTracker(clock),
	subjects,
	commands,
	alerts,
	deviceFrom: [],
	device: (_world, url) => ({
		name: 'Agents API',
		model: 'Agents API (Socket.IO)',
		...(url && { configuration_url: `${/^(?:wss|https):$/.test(url.protocol) ? 'https' : 'http'}://${url.host}` }),
	}),
};
