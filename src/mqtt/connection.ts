import { Socket } from 'node:net';
import type { IClientOptions, MqttClient } from 'mqtt';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { Message } from './message';
import type { BridgeSettings } from './settings';

/** What {@link BrokerConnection} tells its owner. */
export interface ConnectionEvents {
	/** The broker accepted us. */
	open(): void;
	message(topic: string, payload: string, retained: boolean): void;
	/** The connection is gone, or never came to be; told once. */
	closed(error: AgentStreamError): void;
}

/** The part of the module `mqtt` that is used, so that it is loaded only when needed. */
export type MqttModule = Pick<typeof import('mqtt'), 'connect'>;

/** The broker's URL without user name and password, for people to read. */
export function shownUrl(url: string): string {
	const { protocol, host, pathname } = new URL(url);
	return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** One connection to a broker, from connect to close: nothing of it outlives it, no attempt is repeated by itself. */
export class BrokerConnection {
	private readonly client: MqttClient;
	private error: AgentStreamError | null = null;
	private isClosed = false;

	/**
	 * @param version protocol version: 5, or 4 for 3.1.1
	 * @param will topic on which the broker says `offline` for us
	 */
	constructor(
		mqtt: MqttModule,
		private readonly settings: BridgeSettings,
		readonly version: 4 | 5,
		clientId: string,
		will: string,
		private readonly events: ConnectionEvents,
	) {
		const url = new URL(settings.url);
		const username = settings.username ?? (url.username ? decodeURIComponent(url.username) : undefined);
		const password = settings.password ?? (url.password ? decodeURIComponent(url.password) : undefined);
		url.username = '';
		url.password = '';
		const options: IClientOptions = {
			protocolVersion: version,
			clientId,
			keepalive: settings.keepalive,
			clean: true,
			reconnectPeriod: 0,
			connectTimeout: limits.handshake,
			resubscribe: false,
			will: { topic: will, payload: Buffer.from('offline'), qos: 1, retain: true },
			...(username === undefined ? {} : { username }),
			...(password === undefined ? {} : { password }),
			...(settings.tls as IClientOptions | undefined),
		};
		this.client = mqtt.connect(url.href, options);
		this.client.on('connect', () => {
			noDelay(this.client.stream);
			events.open();
		});
		this.client.on('message', (topic, payload, packet) => {
			if (!this.isClosed) events.message(topic, payload.toString('utf8'), packet.retain);
		});
		this.client.on('error', (thrown) => {
			this.error ??= explain(thrown, settings.url);
		});
		this.client.on('close', () => this.close());
	}

	/** Messages that may be in flight: ours or the broker's limit (less what the handshake needs), whichever is lower. */
	get window(): number {
		const broker = this.client.serverProperties?.receiveMaximum ?? limits.publishWindow;
		return Math.max(1, Math.min(limits.publishWindow, broker - 3));
	}

	/** Largest message (bytes) that the broker says it takes; null = it does not say. */
	get largest(): number | null {
		return this.client.serverProperties?.maximumPacketSize ?? null;
	}

	/** Publishes with QoS 1; `done` is called with the acknowledgement or the broker's refusal. */
	publish(message: Message, done: (error?: Error) => void): void {
		const { topic, payload, retain, expiry } = message;
		const isExpiring = this.version === 5 && expiry !== undefined;
		const properties = isExpiring ? { properties: { messageExpiryInterval: expiry } } : {};
		this.client.publish(topic, payload, { qos: 1, retain, ...properties }, (error) => done(error ?? undefined));
	}

	/** Runs `write` with the socket corked, so that its messages leave together. */
	batch(write: () => void): void {
		const { stream } = this.client;
		stream.cork();
		try {
			write();
		} finally {
			stream.uncork();
		}
	}

	/**
	 * Subscribes. `quiet`: QoS 0 and without what we publish ourselves (MQTT 5 only).
	 * @returns whether the broker granted all of them
	 */
	async subscribe(filters: readonly string[], quiet: boolean): Promise<boolean> {
		if (filters.length === 0) return true;
		const special = this.version === 5 ? { nl: quiet, rap: !quiet } : {};
		try {
			const granted = await this.client.subscribeAsync([...filters], { qos: quiet ? 0 : 1, ...special });
			return granted.every(({ qos }) => qos < 128);
		} catch {
			return false;
		}
	}

	/** No longer receives what these filters name. */
	async unsubscribe(filters: readonly string[]): Promise<void> {
		if (filters.length === 0) return;
		// A broker that does not take it only sends more than we need.
		await this.client.unsubscribeAsync([...filters]).catch(() => undefined);
	}

	/** Says goodbye, so that the broker does not publish the will, and closes. */
	async end(): Promise<void> {
		this.isClosed = true;
		await new Promise<void>((resolve) => this.client.end(false, () => resolve()));
	}

	/** Closes at once; the broker publishes the will. */
	abort(): void {
		this.isClosed = true;
		this.client.end(true);
	}

	private close(): void {
		if (this.isClosed) return;
		this.isClosed = true;
		this.client.end(true);
		const where = shownUrl(this.settings.url);
		this.events.closed(
			this.error ?? new AgentStreamError('BROKER_UNREACHABLE', `The broker ${where} closed the connection.`),
		);
	}
}

function noDelay(stream: unknown): void {
	if (stream instanceof Socket) stream.setNoDelay(true);
}

/** Reason codes of a refused connection, MQTT 3.1.1 and 5: credentials. */
const UNAUTHORIZED: ReadonlySet<unknown> = new Set([4, 5, 0x86, 0x87, 0x8c]);
/** Reason codes of a refused connection: this protocol version is not spoken. */
const VERSION: ReadonlySet<unknown> = new Set([1, 0x84]);

/** Whether a refusal means that the broker does not speak MQTT 5. */
export function isVersionRefused(error: AgentStreamError): boolean {
	const { cause } = error;
	if (error.code !== 'BROKER_PROTOCOL' || !(cause instanceof Error)) return false;
	return VERSION.has(codeOf(cause)) || /propert|reason code/i.test(cause.message);
}

const codeOf = (thrown: Error): unknown => ('code' in thrown ? thrown.code : null);

/** A client's error as ours. mqtt.js names neither user nor password in its messages. */
function explain(thrown: Error, url: string): AgentStreamError {
	const where = shownUrl(url);
	const code = codeOf(thrown);
	if (UNAUTHORIZED.has(code)) {
		return new AgentStreamError(
			'BROKER_UNAUTHORIZED',
			`The broker ${where} refused the user name or password.`,
			thrown,
		);
	}
	if (typeof code === 'number') {
		return new AgentStreamError(
			'BROKER_PROTOCOL',
			`The broker ${where} refused the connection: ${thrown.message}.`,
			thrown,
		);
	}
	if (typeof code === 'string' && /^(ERR_TLS|ERR_SSL|CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO)/.test(code)) {
		return new AgentStreamError('TLS_FAILED', `TLS to the broker ${where} failed: ${thrown.message}.`, thrown);
	}
	if (
		code === undefined &&
		/packet|protocol|parse|propert|CONNACK|length/i.test(thrown.message) &&
		!/timeout/i.test(thrown.message)
	) {
		return new AgentStreamError(
			'BROKER_PROTOCOL',
			`The broker ${where} answered no MQTT that is understood: ${thrown.message}.`,
			thrown,
		);
	}
	const reason = thrown.message || String(code);
	return new AgentStreamError('BROKER_UNREACHABLE', `The broker ${where} cannot be reached: ${reason}.`, thrown);
}
