import type { IncomingMessage } from 'node:http';
import { eventOf, eventTypes, type Fields, type Generation, isValidEvent, uuid } from './claude-code-events';
import { roundLength, type Scene, story } from './claude-code-story';
import { keep } from './kept';
import type { Moment, SimulatedServerOptions } from './simulated-server';
import type { StreamClient } from './stream-server';
import { StreamSimulator } from './stream-simulator';

/** How the simulated server is set up. */
export interface ClaudeCodeSimulatorOptions extends SimulatedServerOptions {
	/** Default `document`. */
	readonly generation?: Generation;
	/** Seconds between two heartbeats. Default 30; the servers that really run send none. */
	readonly heartbeat?: number;
}

/** Events that a client gets when it connects. */
const historyLength = 300;

/** A simulated event server of the Claude Code ecosystem, on 127.0.0.1. Written from its document, knows nothing of our client. */
export class ClaudeCodeSimulator extends StreamSimulator<StreamClient> {
	/** Components that registered on connections that stand, by connection. */
	private readonly registered = new Map<StreamClient, string>();
	/** What the next heartbeat says. */
	health: { readonly [component: string]: string } = { 'claude-router': 'healthy', 'claude-flow': 'healthy' };
	private readonly history: Fields[] = [];
	private readonly generation: Generation;
	/** Seconds between two heartbeats. */
	private readonly heartbeat: number;
	private number = 0;

	constructor({ generation = 'document', heartbeat = 30, ...options }: ClaudeCodeSimulatorOptions) {
		super(options);
		this.generation = generation;
		this.heartbeat = heartbeat;
	}

	/** Names of the components that are registered. */
	get components(): readonly string[] {
		return [...this.registered.values()];
	}

	/**
	 * Sends one event, heartbeat or error to everyone, as this generation writes it.
	 * @param data replaces any of its fields
	 */
	override emit(type: string, data: Fields = {}): void {
		if (type === 'heartbeat') this.beat(data);
		else if (type === 'error') this.send(this.wrapped('error', data));
		else this.send(this.wrapped('event', this.made(type, data)));
	}

	/** Sends a list of events in one message. */
	batch(events: readonly (readonly [type: string, data: Fields])[]): void {
		this.send(
			this.wrapped(
				'event',
				events.map(([type, data]) => this.made(type, data)),
			),
		);
	}

	/** An event that happens while nobody listens stands in the history. */
	past(type: string, data: Fields = {}): void {
		this.made(type, data);
	}

	/** The token is no longer good: connections are closed (1008), and the old one is refused. */
	expireToken(): void {
		this.token = uuid(this.random);
		for (const client of this.running.clients) client.close(1008, 'token expired');
	}

	protected override get path(): string {
		return this.generation === 'document' ? '/events' : '/stream';
	}

	protected override live(isTold: boolean): void {
		if (this.generation === 'document') this.repeat('heartbeat', this.heartbeat, () => this.beat());
		if (isTold) this.tell(roundLength, () => this.round());
	}

	protected override admit({ url = '', headers }: IncomingMessage): number | null {
		const path = url.split('?', 1)[0];
		if (path !== '/events' && path !== '/stream') return 404;
		return this.token === null || headers.authorization === `Bearer ${this.token}` ? null : 401;
	}

	protected override opened(client: StreamClient): StreamClient {
		client.send(this.wrapped('initial', this.history));
		return client;
	}

	/** The servers that really run listen to none. */
	protected override message(client: StreamClient, value: unknown): void {
		if (this.generation === 'server') return;
		const { type, data } = Object(value) as { readonly type?: unknown; readonly data?: Fields | null };
		const fields = data ?? {};
		if (value === undefined) this.complain(client, 'The message is not JSON.');
		else if (type === 'register') this.register(client, fields);
		else if (type !== 'event' || !isValidEvent(fields)) this.complain(client, 'The event is not valid.');
		else this.publish(client, fields);
	}

	protected override closed(client: StreamClient): void {
		this.registered.delete(client);
	}

	private send(message: object): void {
		this.door?.broadcast(message);
	}

	/** The document's wrapper; real servers send no metadata. */
	private wrapped(type: string, data: unknown): object {
		if (this.generation === 'server') return { type, data };
		return { type, data, metadata: { server_time: this.clock.now(), message_id: uuid(this.random) } };
	}

	/** An event, which is part of the history from now on. */
	private made(type: string, data: Fields): Fields {
		this.number += 1;
		const now = this.clock.now();
		const event = eventOf(this.generation, type, data, { number: this.number, now, random: this.random });
		keep(this.history, event, historyLength);
		return event;
	}

	private beat(data: Fields = {}): void {
		const now = this.clock.now();
		const clients = Object.fromEntries([...this.registered.values()].map((name) => [name, 'healthy']));
		const next = now + (this.heartbeat * 1_000) / this.speed;
		const beat = { components: { ...this.health, ...clients }, timestamp: now, next_check: Math.round(next), ...data };
		this.send(this.wrapped('heartbeat', beat));
	}

	private register(client: StreamClient, { component, version, capabilities }: Fields): void {
		if (typeof component !== 'string' || typeof version !== 'string' || !Array.isArray(capabilities)) {
			this.complain(client, 'The registration is not valid.');
			return;
		}
		this.registered.set(client, component);
	}

	/** Only a component that is registered may publish. */
	private publish(client: StreamClient, event: Fields): void {
		if (!this.registered.has(client)) {
			this.complain(client, 'The component is not registered.');
			return;
		}
		keep(this.history, event, historyLength);
		this.send(this.wrapped('event', event));
	}

	private complain(client: StreamClient, text: string): void {
		if (this.generation === 'server') return;
		const data = { error_code: 'WS002', error_message: text, component: 'event-server', severity: 'error' };
		client.send(this.wrapped('error', data));
	}

	/** One round of the story, with new sessions. */
	private round(): Moment[] {
		const sessions = new Map(['web-shop', 'infra', 'review'].map((app) => [app, uuid(this.random)]));
		return story
			.toSorted((a, b) => a.at - b.at)
			.map((scene) => ({ at: scene.at, run: () => this.play(scene, sessions.get(scene.app ?? '')) }));
	}

	private play({ type, app, payload, fields, health }: Scene, session: string | undefined): void {
		if (health) this.health = health;
		const has = type === 'error' ? this.generation === 'document' : eventTypes[this.generation].includes(type);
		// The document has no hook for a failure: it writes the error into the result.
		const failed = !has && type === 'PostToolUseFailure';
		if (!has && !failed) return;
		const about = app === undefined ? {} : { source_app: app, session_id: session };
		this.emit(failed ? 'PostToolUse' : type, { ...about, ...(payload && { payload }), ...fields });
	}
}
