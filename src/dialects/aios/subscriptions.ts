import { z } from 'zod';
import { type Fields, isFields } from '../../model/fields';
import { limits } from '../../model/limits';
import { dropOldest } from '../../model/oldest';
import { Roster } from '../roster';
import { dagTypes, subscriptionOf, subscriptionTypes } from './types';

const name = z.string().trim().min(1).max(limits.textLength);

/** What a user may choose of the stream; what is left out is as the document has it. */
export const subscription = z.strictObject({
	/** Default: the document's four. */
	types: z.array(name).max(limits.aiosSubscribed).optional(),
	filters: z
		.strictObject({ run_id: name.optional(), agent_ids: z.array(name).min(1).max(limits.aiosFiltered).optional() })
		.optional(),
	/** DAG runs to be told of from the start. */
	dag_runs: z.array(name).max(limits.aiosSubscribed).optional(),
	/** Whether DAG runs are subscribed as their ids are seen. Default: true. */
	follow_dag_runs: z.boolean().optional(),
	/** The message that asks for what was missed, with `$since` in place of the time; false = none. */
	resync: z
		.union([z.literal(false), z.record(z.string(), z.json())])
		.refine((message) => JSON.stringify(message).length <= limits.aiosResync, 'the resync message is too long')
		.optional(),
});
/** See {@link subscription}. */
export type Subscription = z.infer<typeof subscription>;

/** A message of the protocol, in either direction. */
export interface Message {
	readonly event: string;
	readonly data: Fields;
}

/** A message that a client writes, or null where it is none. */
export function messageOf(value: unknown): Message | null {
	if (!isFields(value)) return null;
	const { event, data } = value;
	return typeof event === 'string' && isFields(data) ? { event, data } : null;
}

/** Texts of a list that may hold anything. */
const texts = (value: unknown): string[] =>
	Array.isArray(value) ? value.filter((each) => typeof each === 'string' && each !== '') : [];

/** A DAG run that events told of. */
interface SeenRun {
	readonly finished: boolean;
}

/** What a server is asked for, so that the next connection can be asked for the same. Bounded. */
export class Subscriptions {
	/** What the settings want. */
	private readonly base: readonly string[];
	private readonly filters: object | undefined;
	/** Filters, as JSON, by subscription type; empty = none. */
	private readonly asked = new Map<string, string>();
	/** DAG runs that somebody chose: the settings, or a message. */
	private readonly chosen = new Set<string>();
	/** DAG runs that were seen: the next connection is asked for them. */
	private readonly seen = new Roster<SeenRun>(limits.aiosSubscribed);
	/** DAG runs that were seen and subscribed on this connection: more than are remembered, so that none is subscribed with each event. */
	private readonly told = new Set<string>();
	/** Whether DAG runs are learned from jobs. */
	private readonly follows: boolean;

	constructor({ types, filters, dag_runs = [], follow_dag_runs: follows = true }: Subscription) {
		this.follows = follows;
		this.base = types ?? subscriptionTypes;
		this.filters = filters && Object.keys(filters).length > 0 ? filters : undefined;
		for (const type of this.base) this.asked.set(type, this.written());
		for (const run of dag_runs) this.chosen.add(run);
	}

	/** What a new connection is to be asked for: types, grouped by their filters, then DAG runs that have not finished. */
	restore(): Message[] {
		this.told.clear();
		const groups = new Map<string, string[]>();
		for (const [type, filters] of this.asked) {
			const group = groups.get(filters);
			if (group) group.push(type);
			else groups.set(filters, [type]);
		}
		const running = this.seen.list().filter(({ id, item }) => !this.chosen.has(id) && !item.finished);
		for (const { id } of running) this.told.add(id);
		return [
			...[...groups].map(([filters, types]) => subscribe(types, filters)),
			...[...this.chosen, ...running.map(({ id }) => id)].map(subscribeRun),
		];
	}

	/** What is to be sent so that only these event types come, as far as the protocol can tell them apart; null = all that the settings want. */
	narrow(types: readonly string[] | null): Message[] {
		const known: readonly string[] = subscriptionTypes;
		const needed = new Set<string>(
			types?.flatMap((type) => (Object.hasOwn(subscriptionOf, type) ? (subscriptionOf[type] ?? []) : [])),
		);
		// Their runs become known by jobs.
		if (this.follows && types?.some((type) => dagTypes.has(type))) needed.add('processing_jobs');
		const wanted = (type: string) => types === null || !known.includes(type) || needed.has(type);
		const more = this.base.filter((type) => wanted(type) && !this.asked.has(type));
		const less = this.base.filter((type) => !wanted(type) && this.asked.has(type));
		for (const type of more) this.asked.set(type, this.written());
		for (const type of less) this.asked.delete(type);
		return [
			...(less.length > 0 ? [{ event: 'unsubscribe', data: { types: less } }] : []),
			...(more.length > 0 ? [subscribe(more, this.written())] : []),
		];
	}

	/** Remembers what a message of a user means for the next connection; false where it means nothing for it. */
	remember({ event, data }: Message): boolean {
		if (event === 'subscribe_dag_run') {
			if (typeof data.run_id !== 'string' || data.run_id === '') return false;
			this.chosen.delete(data.run_id);
			this.chosen.add(data.run_id);
			for (const run of this.chosen) if (this.chosen.size > limits.aiosSubscribed) this.chosen.delete(run);
			return true;
		}
		if (event !== 'subscribe' && event !== 'unsubscribe') return false;
		const filters = data.filters ? JSON.stringify(data.filters) : '';
		for (const type of texts(data.types)) {
			if (event === 'unsubscribe') this.asked.delete(type);
			else if (this.asked.has(type) || this.asked.size < limits.aiosSubscribed) this.asked.set(type, filters);
		}
		return true;
	}

	/**
	 * An event was about this DAG run: the message that subscribes it, where that was not done on this connection.
	 * @param at ms since 1970
	 */
	follow(run: string, finished: boolean, at: number): Message | null {
		if (this.chosen.has(run)) return null;
		const known = this.seen.get(run);
		// What is over before it was seen to run has nothing more to tell.
		if (finished && !known) return null;
		this.seen.set(run, { finished }, at, finished);
		if (finished || this.told.has(run)) return null;
		this.told.add(run);
		dropOldest(this.told, limits.aiosOpen);
		return subscribeRun(run);
	}

	private written(): string {
		return this.filters ? JSON.stringify(this.filters) : '';
	}
}

function subscribe(types: readonly string[], filters: string): Message {
	return { event: 'subscribe', data: { types, ...(filters !== '' && { filters: JSON.parse(filters) as object }) } };
}

function subscribeRun(run: string): Message {
	return { event: 'subscribe_dag_run', data: { run_id: run } };
}
