import { AgentStreamError } from '../../model/errors';
import type { Frame, StreamEvent } from '../../model/event';
import { isFields } from '../../model/fields';
import { parseJson } from '../../model/json';
import type { Item, Link, Session, SessionParts } from '../dialect';
import { unwrap } from './envelope';
import { isId, isOffline, isTaskOver } from './facts';
import { Heartbeat } from './heartbeat';
import { Rooms } from './rooms';
import type { Subscription } from './subscription';

/**
 * A client of the agents API: in its rooms, with a heartbeat. The token is the handshake's business: a connection that stands is accepted.
 */
export class AgentsApiSession implements Session {
	private readonly rooms: Rooms;
	private readonly heartbeat: Heartbeat;
	private link: Link | null = null;

	constructor(private readonly parts: SessionParts) {
		const { clock, warn, subscription } = parts;
		this.heartbeat = new Heartbeat(clock);
		const send = (event: string, room: string) => this.link?.send([event, { room }]);
		// The endpoint has checked it by our schema.
		this.rooms = new Rooms({ clock, warn, send }, (subscription ?? {}) as Subscription);
	}

	opened(link: Link): void {
		this.link = link;
		link.ready();
		this.heartbeat.start(link);
		this.rooms.opened();
	}

	closed(): void {
		this.link = null;
		this.heartbeat.stop();
		this.rooms.closed();
	}

	decode = parseJson;

	/**
	 * A heartbeat's acknowledgment gets the time that it took as `latency_ms`: only this session knows it. An error that repeats our token
	 * loses it.
	 */
	unwrap(value: unknown): readonly Item[] {
		const item = unwrap(value);
		if (item.name === 'error') return [{ ...item, data: withoutSecret(item.data, this.parts.token()) }];
		if (item.name !== 'heartbeat_ack' || !isFields(item.data)) return [item];
		const { latency_ms: _theirs, ...data } = item.data;
		const { latency } = this.heartbeat;
		return [{ ...item, data: latency === null ? data : { ...data, latency_ms: latency } }];
	}

	heard({ type, data, rejected }: StreamEvent): void {
		if (rejected || !isFields(data)) return;
		const { room, message, agent_id: agent, task_id: task } = data;
		if (type === 'heartbeat_ack') this.heartbeat.answered();
		if (typeof room === 'string' && type === 'subscribed') this.rooms.confirmed(room, true);
		if (typeof room === 'string' && type === 'unsubscribed') this.rooms.confirmed(room, false);
		if (type === 'error') this.rooms.refused(typeof message === 'string' ? message : 'no reason given');
		if (isId(agent)) this.rooms.saw('agent', agent, isOffline(data.new_status));
		if (isId(task)) this.rooms.saw('task', task, isTaskOver(type, data));
	}

	/** Rooms choose by thing, not by type: the rooms stay, and the reader leaves out what nobody wants. */
	subscribe(): void {}

	/**
	 * A message is `["event", data]`, as text or not, or `{event, data}`. Subscriptions to rooms are remembered, also without a
	 * connection; a heartbeat gets its timestamp.
	 */
	send(message: Frame | object, link: Link | null): void {
		const [event, ...rest] = messageOf(message);
		const [data] = rest;
		const room = isFields(data) ? data.room : undefined;
		if (event === 'subscribe' || event === 'unsubscribe') {
			if (!isId(room)) throw wrong(`${event} takes {"room": "agent:1"}`);
			if (event === 'subscribe') this.rooms.join(room);
			else this.rooms.leave(room);
			return;
		}
		if (!link) throw new AgentStreamError('NOT_CONNECTED', `There is no connection: ${event} was not sent.`);
		if (event === 'heartbeat') this.heartbeat.send(link);
		else link.send([event, ...rest]);
	}
}

function withoutSecret(data: unknown, token: string | null): unknown {
	if (token === null || !isFields(data) || typeof data.message !== 'string' || !data.message.includes(token))
		return data;
	return { ...data, message: data.message.replaceAll(token, '***') };
}

function messageOf(message: Frame | object): readonly [string, ...unknown[]] {
	const value: unknown = typeof message === 'string' || message instanceof Uint8Array ? parseJson(message) : message;
	if (Array.isArray(value) && typeof value[0] === 'string') return value as [string, ...unknown[]];
	if (isFields(value) && typeof value.event === 'string') {
		return value.data === undefined ? [value.event] : [value.event, value.data];
	}
	throw wrong('it is no ["event", data]');
}

function wrong(why: string): AgentStreamError {
	return new AgentStreamError('SEND_FAILED', `The message cannot be sent: ${why}.`);
}
