import type { Device } from '../../model/entity';
import type { Dialect, Evidence } from '../dialect';
import { createValidator } from '../validate';
import { alerts } from './alerts';
import { checks } from './checks.generated';
import { commands } from './commands';
import { subjects } from './entities';
import { identify, identifyByStructure, nameOf, objectOf } from './identify';
import { ClaudeCodeSession } from './protocol';
import { documentRules } from './rules';
import { subscription } from './subscription';
import { ClaudeCodeTracker } from './tracker';
import { isHook, isSystem, types } from './types';

const validate = createValidator(() => (require('./schemas') as typeof import('./schemas')).schemas, checks);

/** What an event without its wrapper tells: a name of ours makes it likely, others may use the same words. */
function eventEvidence(value: unknown): Evidence {
	const data = objectOf(value);
	if (!data) return 'none';
	const name = nameOf(data);
	if (name === null) return 'none';
	return isHook(name) || isSystem(name) ? 'likely' : 'none';
}

/**
 * The wrapper around what only this protocol has is proof: an event that names a hook, a heartbeat with a map of components, an error with
 * code and severity. Without wrapper an event makes it likely, as does an empty history.
 */
function evidence(value: unknown): Evidence {
	if (Array.isArray(value)) return eventEvidence(value[0]);
	const wrapper = objectOf(value);
	if (!wrapper || typeof wrapper.type !== 'string' || !('data' in wrapper)) return eventEvidence(value);
	const { type, data } = wrapper;
	if (type === 'initial' || type === 'event') {
		const [first] = Array.isArray(data) ? data : [data];
		if (first === undefined) return type === 'initial' ? 'likely' : 'none';
		return eventEvidence(first) === 'likely' ? 'certain' : 'none';
	}
	if (type !== 'heartbeat' && type !== 'error') return 'none';
	return identifyByStructure(data) === type ? 'certain' : 'none';
}

function device(_world: unknown, url: URL | null): Omit<Device, 'identifiers'> {
	return {
		name: 'Claude Code',
		manufacturer: 'Anthropic',
		model: 'Claude Code event server',
		...(url && { configuration_url: `${url.protocol === 'wss:' ? 'https' : 'http'}://${url.host}` }),
	};
}

/** The event server of the Claude Code ecosystem: the form of its document, and that of the servers that really run. */
export const claudeCode: Dialect = {
	name: 'claude-code',
	title: 'Claude Code',
	transport: 'websocket',
	defaultUrl: 'ws://localhost:4000/events',
	tokenIn: 'bearer',
	urlHint: ({ port, pathname }) => {
		if (port !== '4000') return null;
		return pathname === '/events' || pathname === '/stream' ? `port 4000 and path ${pathname}` : 'port 4000';
	},
	restBase: () => null,
	types,
	subscription,
	session: (parts) => new ClaudeCodeSession(parts),
	identify,
	validate: (type, data, seen) => {
		const checked = validate(type, data, seen);
		const remarks = checked.rejected ? [] : documentRules(type, data, seen);
		return remarks.length === 0 ? checked : { ...checked, issues: [...checked.issues, ...remarks] };
	},
	evidence,
	dimensions: {
		app: ['source_app', 'source'],
		session: ['session_id', 'payload.session_id'],
		agent: ['payload.agent_id'],
		component: ['component', 'payload.component', 'source'],
		severity: ['severity', 'payload.alert_level'],
		task: ['payload.task'],
	},
	tracker: (clock) => new ClaudeCodeTracker(clock),
	subjects,
	commands,
	alerts,
	deviceFrom: [],
	device,
};
