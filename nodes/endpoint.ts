import type { NodeAPI } from 'node-red';
import { z } from 'zod';
import { Control } from '../src/control';
import { dialectNamed } from '../src/dialects';
import { Endpoint, type EndpointSettings, parseEndpointSettings } from '../src/endpoint';
import { AgentStreamError } from '../src/model/errors';
import { defineNode, type Parts } from './glue/define';
import { directoryOf, type EndpointUser, sharedEndpoints } from './glue/endpoints';
import { optionalNumberField, switchField, textField } from './glue/settings';
import { tlsOf } from './glue/tls';

const day = 86_400;

const settings = z.object({
	endpointId: textField(),
	url: textField(),
	dialect: textField('auto'),
	tls: textField(),
	proxy: textField(),
	headers: z.array(z.object({ name: z.string(), slot: z.coerce.string() })).default([]),
	strict: switchField(false),
	allowControl: switchField(false),
	snapshot: switchField(true),
	restBase: textField(),
	handshakeSeconds: optionalNumberField(0.001, day),
	heartbeatSeconds: optionalNumberField(0.001, day),
	backoffFirstSeconds: optionalNumberField(0.001, day),
	backoffLongestSeconds: optionalNumberField(0.001, day),
});
type Settings = z.output<typeof settings>;

const secrets = ['token', 'proxyPassword', ...Array.from({ length: 8 }, (_, index) => `header${index + 1}`)];

/** One server: its connection is shared by all nodes that use it, opens with the first and closes with the last. */
export = (RED: NodeAPI): void => {
	defineNode(RED, 'agent-stream-endpoint', {
		settings,
		credentials: {
			...Object.fromEntries(secrets.map((name) => [name, { type: 'password' }])),
			proxyUser: { type: 'text' },
		},
		start(parts) {
			const { node, clock, logger, release, settings: chosen } = parts;
			const checked = endpointSettings(parts);
			const { id } = checked;
			const directory = directoryOf(RED);
			if (!directory.claim(id, node)) {
				throw new AgentStreamError('CONFIG_INVALID', `Two endpoints have the ID ${id}: give one of them another.`);
			}
			release(() => directory.release(id, node));
			const dialect = chosen.dialect === 'auto' ? 'auto' : dialectNamed(chosen.dialect);
			const live = new Endpoint(checked, { dialect, clock, logger, random: Math.random });
			live.setMaxListeners(0);
			live.on('state', ({ phase }) => directory.report(id, phase === 'open'));
			const control = new Control(live, clock);
			release(() => control.close());
			if (live.allowControl) directory.offer(id, control);
			sharedEndpoints.set(node, { id, live, control, use: sharing(live) });
			release(() => sharedEndpoints.delete(node));
			return { close: () => live.stop() };
		},
	});
};

/** Counts users: the first one connects, the last one closes. What is asked of the server is what all of them want. */
function sharing(live: Endpoint): (types: readonly string[]) => EndpointUser {
	const users = new Map<object, readonly string[]>();
	let asked = new Set<string>();
	const apply = (): void => {
		const lists = [...users.values()];
		const wanted = new Set(lists.some((types) => types.length === 0) ? [] : lists.flat());
		// First what is new, then what goes: with nothing left in between, the server would send everything.
		live.subscribe([...wanted].filter((type) => !asked.has(type)));
		live.unsubscribe([...asked].filter((type) => !wanted.has(type)));
		asked = wanted;
	};
	return (types) => {
		const user = {};
		const want = (wanted: readonly string[]): void => {
			users.set(user, wanted);
			apply();
		};
		want(types);
		live.start();
		return {
			want,
			release() {
				users.delete(user);
				if (users.size > 0) apply();
				else void live.stop();
			},
		};
	};
}

function endpointSettings({ RED, settings: chosen, credentials }: Parts<Settings>): EndpointSettings {
	const { headers } = chosen;
	const values = headers.map(({ name, slot }) => [name, credentials[`header${slot}`] ?? ''] as const);
	const seconds = (name: string, value: number | undefined) =>
		value === undefined ? {} : { [name]: Math.round(value * 1_000) };
	const tls = tlsOf(RED, chosen.tls);
	return parseEndpointSettings({
		id: chosen.endpointId,
		url: chosen.url,
		strict: chosen.strict,
		snapshot: chosen.snapshot,
		allowControl: chosen.allowControl,
		...(credentials.token && { token: credentials.token }),
		...(headers.length > 0 && { headers: Object.fromEntries(values) }),
		...(tls && { tls }),
		...(chosen.proxy && { proxy: withLogin(chosen.proxy, credentials.proxyUser, credentials.proxyPassword) }),
		...(chosen.restBase && { restBase: chosen.restBase }),
		...seconds('handshakeTimeout', chosen.handshakeSeconds),
		...seconds('pingEvery', chosen.heartbeatSeconds),
		...seconds('backoffFirst', chosen.backoffFirstSeconds),
		...seconds('backoffLongest', chosen.backoffLongestSeconds),
	});
}

function withLogin(proxy: string, user: string | undefined, password: string | undefined): string {
	if (!user || !URL.canParse(proxy)) return proxy;
	const url = new URL(proxy);
	url.username = user;
	url.password = password ?? '';
	return url.href;
}
