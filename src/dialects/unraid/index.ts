import { z } from 'zod';
import type { World } from '../../model/description';
import type { Device } from '../../model/entity';
import type { Dialect, Evidence } from '../dialect';
import { createValidator } from '../validate';
import { alerts } from './alerts';
import { checks } from './checks.generated';
import { commands } from './commands';
import { subjects } from './entities';
import { identify } from './identify';
import { UnraidSession, unwrap } from './protocol';
import type { UnraidWorld } from './schemas';
import { topics } from './topics';

/**
 * A name of ours in an envelope is proof; so is a fitting structure in an envelope. Bare data only makes it likely, and so does the
 * older generation's envelope around data that tells nothing.
 */
function evidence(value: unknown): Evidence {
	const item = unwrap(value);
	const { type, by } = identify(item);
	if (type === 'unknown' || type === 'empty_list')
		return item.name === 'update' && item.time !== null ? 'likely' : 'none';
	return by === 'name' || item.name !== null ? 'certain' : 'likely';
}

function device(world: World, url: URL | null): Omit<Device, 'identifiers'> {
	const { system_update: system } = world as UnraidWorld;
	return {
		name: system?.hostname || 'Unraid',
		manufacturer: 'Lime Technology',
		...(system?.version && { model: `Unraid ${system.version}`, sw_version: system.version }),
		...(system?.agent_version && { hw_version: system.agent_version }),
		...(url && { configuration_url: `http://${url.hostname}` }),
	};
}

/** The Unraid Management Agent, its current generation and that of the 1.1.0 document. */
export const unraid: Dialect = {
	name: 'unraid',
	title: 'Unraid Management Agent',
	transport: 'websocket',
	defaultUrl: 'ws://tower.local:8043/api/v1/ws',
	tokenIn: 'bearer',
	urlHint: ({ port, pathname }) =>
		[port === '8043' && 'port 8043', pathname.endsWith('/api/v1/ws') && 'path /api/v1/ws'].filter(Boolean).join(', ') ||
		null,
	subscription: z.array(z.enum(Object.keys(topics) as [string, ...string[]])).max(100),
	restBase: (url) => `${url.protocol === 'wss:' ? 'https:' : 'http:'}//${url.host}/api/v1`,
	types: topics,
	session: (parts) => new UnraidSession(parts),
	identify,
	validate: createValidator(() => (require('./schemas') as typeof import('./schemas')).schemas, checks),
	evidence,
	subjects,
	commands,
	alerts,
	deviceFrom: ['system_update'],
	device,
};
