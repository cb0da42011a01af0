import { type Row, type Subject, subject } from '../../../model/description';
import { clean } from '../hook';
import { objectOf } from '../identify';
import type { World } from './items';

/** An event whose payload the document does not describe. */
interface Told {
	readonly payload?: unknown;
	readonly timestamp?: number | null | undefined;
}

/** The first of these payload fields that says something. */
function firstOf({ payload }: Told, fields: readonly string[]): string | null {
	const data = objectOf(payload);
	for (const field of fields) {
		const said = clean(data?.[field]);
		if (said !== null) return said;
	}
	return null;
}

type SystemType = 'router.model.switch' | 'tmux.session.created' | 'tmux.window.changed' | 'config.changed';

/** The newest event of a type, read directly. */
const newest = (name: string, type: SystemType, row: Omit<Row<Told, World>, 'platform' | 'from'>): Subject =>
	subject<World, Told>({
		subject: name,
		from: [type],
		items: (world) => (world[type] ? [world[type]] : null),
		rows: [{ ...row, platform: 'sensor', from: ['payload', 'timestamp'] }],
	});

/** What routers, tmux and the configuration did last: the fields of their payloads are read where servers send them. */
export const system: readonly Subject[] = [
	newest('router', 'router.model.switch', {
		key: 'model',
		name: 'Router Model',
		icon: 'mdi:brain',
		value: (item) => firstOf(item, ['to_model', 'new_model', 'model', 'current_model']),
		attributes: { previous: (item) => firstOf(item, ['from_model', 'old_model', 'previous_model']) },
	}),
	newest('tmux', 'tmux.session.created', {
		key: 'session',
		name: 'tmux Session',
		icon: 'mdi:console',
		category: 'diagnostic',
		value: (item) => firstOf(item, ['session_name', 'name', 'session_id']),
	}),
	newest('tmux', 'tmux.window.changed', {
		key: 'window',
		name: 'tmux Window',
		icon: 'mdi:dock-window',
		category: 'diagnostic',
		value: (item) => firstOf(item, ['window_name', 'name', 'window_id']),
		attributes: { session: (item) => firstOf(item, ['session_name', 'session_id']) },
	}),
	newest('configuration', 'config.changed', {
		key: 'changed',
		name: 'Configuration Changed',
		deviceClass: 'timestamp',
		category: 'diagnostic',
		value: (_item, { at }) => new Date(at).toISOString(),
	}),
];
