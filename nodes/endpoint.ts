import type { NodeAPI } from 'node-red';
import { z } from 'zod';
import { Control } from '../src/control';
import { dialectNamed } from '../src/dialects';
import { Endpoint, type EndpointSettings, parseEndpointSettings } from '../src/endpoint';
import { AgentStreamError } from '../src/model/errors';
import { defineNode, type Parts } from './glue/define';
import { directoryOf, sharedEndpoints } from './glue/endpoints';
import { optionalNumberField, switchField, textField } from './glue/settings';
import { Sharing } from './glue/sharing';
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
	fallback: switchField(true),
	pollSeconds: optionalNumberField(0, day),
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
			live.on('state', (state) => directory.report(id, state));
			const control = new Control(live, clock);
			release(() => control.close());
			if (live.allowControl) directory.offer(id, control);
			const sharing = new Sharing(live, clock);
			sharedEndpoints.set(node, { id, live, control, use: (types) => sharing.use(types) });
			release(() => sharedEndpoints.delete(node));
			release(() => sharing.close());
			return { close: () => live.stop() };
		},
	});
};

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
		fallback: chosen.fallback,
		allowControl: chosen.allowControl,
		...(credentials.token && { token: credentials.token }),
		...(headers.length > 0 && { headers: Object.fromEntries(values) }),
		...(tls && { tls }),
		...(chosen.proxy && { proxy: withLogin(chosen.proxy, credentials.proxyUser, credentials.proxyPassword) }),
		...(chosen.restBase && { restBase: chosen.restBase }),
		...seconds('pollEvery', chosen.pollSeconds),
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
