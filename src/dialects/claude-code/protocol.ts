import type { z } from 'zod';
import { AgentStreamError } from '../../model/errors';
import type { Frame, Issue } from '../../model/event';
import type { Fields } from '../../model/fields';
import { parseJson } from '../../model/json';
import { limits } from '../../model/limits';
import { packageVersion } from '../../model/version';
import type { Item, Link, Session, SessionParts } from '../dialect';
import { withoutContent } from './content';
import { nameOf, objectOf, textOf } from './identify';
import type { subscription } from './subscription';
import { wrapperTypes } from './types';
import { usageOfChat } from './usage';

/** How the document's server is spoken to: one `register` after opening, no answer, no login message, no filter. */
export class ClaudeCodeSession implements Session {
	private readonly chosen: z.infer<typeof subscription>;
	/** Sent on every connection. */
	private registration: object;

	constructor(private readonly parts: SessionParts) {
		// The endpoint has checked it by our schema.
		this.chosen = (parts.subscription ?? {}) as z.infer<typeof subscription>;
		const { component = 'agent-stream', capabilities = ['display', 'filtering'] } = this.chosen;
		this.registration = { type: 'register', data: { component, version: packageVersion(), capabilities } };
	}

	opened(link: Link): void {
		link.send(this.registration);
		link.ready();
	}

	decode(frame: Frame): unknown {
		return parseJson(frame);
	}

	unwrap(value: unknown): readonly Item[] {
		return unwrap(value, this.chosen.content === true);
	}

	/** The protocol has no message for it: everything is always sent. */
	subscribe(): void {}

	/** Events get the fields that the document asks for; a registration is sent again on every connection. */
	send(message: Frame | object, link: Link | null): void {
		const fields = typeof message === 'string' || message instanceof Uint8Array ? null : objectOf(message);
		if (fields?.type === 'register') this.registration = fields;
		if (!link) throw new AgentStreamError('NOT_CONNECTED', 'There is no connection to Claude Code: nothing was sent.');
		const data = fields?.type === 'event' ? objectOf(fields.data) : null;
		if (!data) {
			link.send(message);
			return;
		}
		const { component = 'agent-stream' } = this.chosen;
		const blank = { id: uuid(this.parts.random), timestamp: this.parts.clock.now(), source: component, version: '1.0' };
		link.send({ ...fields, data: { ...blank, ...data } });
	}
}

/** A UUID of version 4, as the document wants ids. */
function uuid(random: () => number): string {
	const digit = (least: number, most: number) => (least + Math.floor(random() * (most - least + 1))).toString(16);
	return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) =>
		place === 'x' ? digit(0, 15) : digit(8, 11),
	);
}

/**
 * Takes the wrapper `{type, data, metadata}` off: `initial` and `event` hold one event or a list, `heartbeat` and `error` are items by
 * themselves. Anything else is an event without wrapper, or a list of them.
 * @param content whether prompts, tool inputs and outputs stay
 */
export function unwrap(value: unknown, content: boolean): readonly Item[] {
	const item = (name: string | null, data: unknown, more: Partial<Item> = {}): Item => ({
		name,
		time: null,
		data: content ? (data ?? null) : withoutContent(data, name),
		replayed: false,
		issues: [],
		...more,
	});
	const eventItem = (data: unknown, metadata: Fields | null, replayed: boolean, issues: readonly Issue[]): Item => {
		const fields = objectOf(data);
		const time = timeOf(fields?.timestamp) ?? timeOf(metadata?.server_time);
		return item(fields && nameOf(fields), withUsage(fields) ?? data, { time, replayed, issues });
	};
	const events = (data: unknown, metadata: Fields | null, replayed: boolean): Item[] => {
		const list = Array.isArray(data) ? inOrder(data, replayed) : [data];
		return list
			.slice(0, limits.claudeBatch)
			.map((each, index) => eventItem(each, metadata, replayed, index === 0 ? tooMany(list.length) : []));
	};

	if (Array.isArray(value)) return value.length === 0 ? [item(null, [])] : events(value, null, false);
	const wrapper = objectOf(value);
	if (!wrapper || !isWrapper(wrapper)) return events(value, null, false);
	const { type, data } = wrapper;
	const metadata = objectOf(wrapper.metadata);
	const time = timeOf(metadata?.server_time);
	if (type === 'initial') {
		const past = data === null || data === undefined ? [] : events(data, metadata, true);
		return [item('initial', { events: past.length }, { time, replayed: true }), ...past];
	}
	if (type === 'event')
		return Array.isArray(data) && data.length === 0 ? [item(null, [])] : events(data, metadata, false);
	const fields = objectOf(data);
	const every = type === 'heartbeat' ? pauseOf(fields) : null;
	return [item(textOf(type), data, { time: timeOf(fields?.timestamp) ?? time, ...(every !== null && { every }) })];
}

/** The time until the next heartbeat, in ms, as the server plans it; null where it says nothing sensible. */
function pauseOf(heartbeat: Fields | null): number | null {
	const pause = numberOf(heartbeat?.next_check) - numberOf(heartbeat?.timestamp);
	return pause >= 1_000 && pause <= limits.claudeHeartbeatLongest ? pause : null;
}

/** An event with what its conversation has cost: the numbers stay where the conversation is left out. Null where it tells of none. */
function withUsage(event: Fields | null): Fields | null {
	const usage = event && !('usage' in event) ? usageOfChat(event.chat) : null;
	return usage && { ...event, usage };
}

/** Whether an object is the document's wrapper, whatever its type is called. */
function isWrapper(value: Fields): boolean {
	const { type } = value;
	if (typeof type !== 'string' || 'event_type' in value || 'hook_event_type' in value) return false;
	return 'data' in value || (!('payload' in value) && (type === 'event' || Object.hasOwn(wrapperTypes, type)));
}

/** A number as it is; anything else is none. */
function numberOf(value: unknown): number {
	return typeof value === 'number' ? value : Number.NaN;
}

/** A time as the reader takes it; what is none is left to validation. */
function timeOf(value: unknown): string | number | null {
	return typeof value === 'number' && value > 0 ? value : null;
}

/** History in the order in which it happened: a list that is newest first throughout is turned. */
function inOrder(list: readonly unknown[], replayed: boolean): readonly unknown[] {
	if (!replayed || list.length < 2) return list;
	const times = list.map((each) => numberOf(objectOf(each)?.timestamp));
	const falls = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? 0));
	return falls && times[0] !== times.at(-1) ? [...list].reverse() : list;
}

function tooMany(length: number): readonly Issue[] {
	if (length <= limits.claudeBatch) return [];
	const message = `The frame holds ${length} events; those after the first ${limits.claudeBatch} are left out.`;
	return [{ path: '', code: 'too_many', severity: 'error', message }];
}
