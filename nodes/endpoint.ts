import type { NodeAPI } from 'node-red';
import { z } from 'zod';
import { Control } from '../src/control';
import { dialectNamed } from '../src/dialects';
import type { Dialect } from '../src/dialects/dialect';
import { Endpoint, type EndpointSettings, parseEndpointSettings } from '../src/endpoint';
import { systemClock } from '../src/model/clock';
import { AgentStreamError, asAgentStreamError } from '../src/model/errors';
import { limits } from '../src/model/limits';
import { serveEditor } from './glue/admin';
import { defineNode, type Parts, type Running } from './glue/define';
import { directoryOf, endpointFaults, sharedEndpoints } from './glue/endpoints';
import { loginOf } from './glue/login';
import { jsonField, optionalNumberField, switchField, textField } from './glue/settings';
import { Sharing } from './glue/sharing';
import { tlsOf } from './glue/tls';

const day = 86_400;

const settings = z.object({
	endpointId: textField(),
	url: textField(),
	dialect: textField('auto'),
	definition: jsonField(limits.definitionSize),
	tokenIn: textField(),
	tokenName: textField(),
	loginUrl: textField(),
	loginMethod: z.enum(['POST', 'GET']).default('POST'),
	loginContentType: textField(),
	loginTokenPath: textField(),
	loginExpiresPath: textField(),
	namespace: textField(),
	subscription: jsonField(limits.settingSize),
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

const headerSlots = Array.from({ length: 8 }, (_, index) => `header${index + 1}`);
const secrets = ['token', 'loginPassword', 'loginBody', 'proxyPassword', ...headerSlots];

/** One server: its connection is shared by all nodes that use it, opens with the first and closes with the last. */
export = (RED: NodeAPI): void => {
	serveEditor(RED, systemClock);
	defineNode(RED, 'agent-stream-endpoint', {
		settings,
		credentials: {
			...Object.fromEntries(secrets.map((name) => [name, { type: 'password' }])),
			loginUser: { type: 'text' },
			proxyUser: { type: 'text' },
		},
		start(parts) {
			try {
				return startEndpoint(parts);
			} catch (thrown) {
				endpointFaults.set(parts.node, asAgentStreamError(thrown, 'CONFIG_INVALID'));
				throw thrown;
			}
		},
	});
};

function startEndpoint(parts: Parts<Settings>): Running {
	const { RED, node, clock, logger, release, settings: chosen } = parts;
	const dialect = chosen.dialect === 'auto' ? 'auto' : dialectNamed(chosen.dialect, chosen.definition || undefined);
	const checked = endpointSettings(parts, dialect);
	const { id } = checked;
	const directory = directoryOf(RED);
	if (!directory.claim(id, node)) {
		throw new AgentStreamError('CONFIG_INVALID', `Two endpoints have the ID ${id}: give one of them another.`);
	}
	release(() => directory.release(id, node));
	const live = new Endpoint(checked, { dialect, clock, logger, random: Math.random });
	live.setMaxListeners(0);
	directory.present(id, live);
	live.on('state', (state) => directory.report(id, state));
	const control = new Control(live, clock);
	release(() => control.close());
	if (live.allowControl) directory.offer(id, control);
	const sharing = new Sharing(live, clock);
	sharedEndpoints.set(node, { id, live, control, use: (types) => sharing.use(types) });
	release(() => sharedEndpoints.delete(node));
	release(() => sharing.close());
	return { close: () => live.stop() };
}

function endpointSettings(parts: Parts<Settings>, dialect: Dialect | 'auto'): EndpointSettings {
	const { RED, settings: chosen, credentials } = parts;
	const { headers, tokenIn, tokenName, namespace, restBase, proxy } = chosen;
	const values = headers.map(({ name, slot }) => [name, credentials[`header${slot}`] ?? ''] as const);
	const seconds = (name: string, value: number | undefined) =>
		value === undefined ? {} : { [name]: Math.round(value * 1_000) };
	const tls = tlsOf(RED, chosen.tls);
	const login = loginOf({
		url: chosen.loginUrl,
		method: chosen.loginMethod,
		contentType: chosen.loginContentType,
		tokenPath: chosen.loginTokenPath,
		expiresPath: chosen.loginExpiresPath,
		user: credentials.loginUser ?? '',
		password: credentials.loginPassword ?? '',
		body: credentials.loginBody ?? '',
	});
	return parseEndpointSettings({
		id: chosen.endpointId,
		url: chosen.url || (dialect === 'auto' ? '' : dialect.defaultUrl),
		strict: chosen.strict,
		snapshot: chosen.snapshot,
		fallback: chosen.fallback,
		allowControl: chosen.allowControl,
		...(credentials.token && { token: credentials.token }),
		...(tokenIn && { tokenIn }),
		...(tokenName && { tokenName }),
		...(login && { login }),
		...(namespace && { namespace }),
		...(chosen.subscription && { subscription: parsed(chosen.subscription) }),
		...(headers.length > 0 && { headers: Object.fromEntries(values) }),
		...(tls && { tls }),
		...(proxy && { proxy: withLogin(proxy, credentials.proxyUser, credentials.proxyPassword) }),
		...(restBase && { restBase }),
		...seconds('pollEvery', chosen.pollSeconds),
		...seconds('handshakeTimeout', chosen.handshakeSeconds),
		...seconds('pingEvery', chosen.heartbeatSeconds),
		...seconds('backoffFirst', chosen.backoffFirstSeconds),
		...seconds('backoffLongest', chosen.backoffLongestSeconds),
	});
}

function parsed(subscription: string): unknown {
	try {
		return JSON.parse(subscription);
	} catch {
		throw new AgentStreamError('CONFIG_INVALID', 'The subscription is no JSON: correct it, or leave it empty.');
	}
}

function withLogin(proxy: string, user: string | undefined, password: string | undefined): string {
	if (!user || !URL.canParse(proxy)) return proxy;
	const url = new URL(proxy);
	url.username = user;
	url.password = password ?? '';
	return url.href;
}
