import { z } from 'zod';
import type { Dialect, EventType, Session } from '../../src/dialects/dialect';
import type { Frame } from '../../src/model/event';

const type = (rest?: string): EventType => ({
	title: 'test',
	interval: 60,
	list: false,
	...(rest !== undefined && { rest }),
});

/** A dialect as small as can be, for tests of what is below it: frames are `{"type":…,"data":…}`. */
export function plainDialect(overrides: Partial<Session> = {}): Dialect {
	return {
		name: 'plain',
		title: 'Plain',
		transport: 'websocket',
		defaultUrl: 'ws://localhost/',
		tokenIn: 'bearer',
		urlHint: () => null,
		subscription: z.strictObject({ only: z.array(z.string()) }),
		restBase: (url) => `${url.protocol === 'wss:' ? 'https' : 'http'}://${url.host}/rest`,
		types: { alpha: type('/alpha'), beta: type('/beta'), gamma: type('/gamma'), delta: type() },
		session: () => ({
			opened: (link) => link.ready(),
			decode: (frame: Frame) => JSON.parse(String(frame)),
			unwrap: (value) => {
				const { type: name = null, data } = value as { type?: string; data?: unknown };
				return [{ name, time: null, data, replayed: false, issues: [] }];
			},
			subscribe: (types, link) => link.send(JSON.stringify({ subscribe: types ?? [] })),
			...overrides,
		}),
		identify: (item) => ({ type: item.name ?? 'unknown', by: 'name' }),
		validate: (_type, data) => ({ data, rejected: false, issues: [] }),
		evidence: () => 'none',
		commands: [],
		subjects: [],
		deviceFrom: [],
		device: () => ({ name: 'Plain' }),
	};
}
