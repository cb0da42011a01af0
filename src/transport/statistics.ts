import type { StreamEvent } from '../model/event';
import { limits } from '../model/limits';
import type { ConnectionCounters, ConnectionState } from './connection';
import type { EndpointSettings } from './settings';
import { shownUrl } from './target';

/** Everything about an endpoint that helps to find a fault, and no secret: JSON. Times in milliseconds since 1970. */
export interface Diagnosis {
	readonly id: string;
	/** The dialect; null while `auto` has not decided. */
	readonly dialect: string | null;
	readonly url: string;
	readonly restBase: string | null;
	/** The proxy that is set, `none`, or null: what the environment says. */
	readonly proxy: string | null;
	/** Whether there is a token. */
	readonly token: boolean;
	/** Where tokens are fetched; null where they are not. */
	readonly login: string | null;
	/** Names of the extra headers. */
	readonly headers: readonly string[];
	readonly state: {
		readonly phase: string;
		readonly since: number;
		readonly attempt: number;
		readonly nextAttempt: number | null;
		/** Since when values are polled because the socket is down; null = they are not. */
		readonly pollingSince: number | null;
		readonly cause: { readonly code: string; readonly message: string } | null;
	};
	/** Event types asked for; empty = all. */
	readonly subscribed: readonly string[];
	readonly counters: {
		readonly frames: number;
		readonly bytes: number;
		readonly events: number;
		readonly invalid: number;
		readonly unknown: number;
		readonly rejected: number;
		readonly reconnects: number;
		readonly restCalls: number;
		readonly restFailed: number;
		/** How often a listener threw. */
		readonly listenerFailures: number;
	};
	/** Events by type: how many, and when the last one was received. */
	readonly types: { readonly [type: string]: { readonly count: number; readonly last: number } };
	readonly lastClose: ConnectionCounters['lastClose'];
}

/** What the endpoint adds to its counters for a {@link Diagnosis}. */
export interface Circumstances {
	readonly settings: EndpointSettings;
	readonly dialect: string | null;
	readonly restBase: string | null;
	readonly token: boolean;
	readonly subscribed: readonly string[];
	readonly state: ConnectionState;
	readonly connection: Readonly<ConnectionCounters>;
}

/** What went through one endpoint. */
export class Statistics {
	frames = 0;
	listenerFailures = 0;
	readonly rest = { calls: 0, failed: 0 };
	private readonly counted = { events: 0, invalid: 0, unknown: 0, rejected: 0 };
	private readonly types = new Map<string, { count: number; last: number }>();

	/** Counts one event. */
	event({ type, valid, rejected, received }: StreamEvent): void {
		const { counted, types } = this;
		counted.events += 1;
		if (!valid) counted.invalid += 1;
		if (rejected) counted.rejected += 1;
		if (type === 'unknown') counted.unknown += 1;
		const seen = types.get(type);
		if (seen) {
			seen.count += 1;
			seen.last = received;
		} else if (types.size < limits.typesCounted) types.set(type, { count: 1, last: received });
	}

	/** The report: no token, no value of a header, no credentials or query of a URL. */
	report({ settings, connection, state, restBase, ...rest }: Circumstances): Diagnosis {
		const { id, url, proxy, headers, login } = settings;
		const { phase, since, attempt, nextAttempt = null, pollingSince = null, cause } = state;
		return {
			id,
			...rest,
			url: shownUrl(url),
			restBase: restBase === null ? null : shownUrl(restBase),
			proxy: proxy === undefined || proxy === 'none' ? (proxy ?? null) : shownUrl(proxy),
			login: login ? shownUrl(login.url) : null,
			headers: Object.keys(headers ?? {}),
			state: {
				phase,
				since,
				attempt,
				nextAttempt,
				pollingSince,
				cause: cause ? { code: cause.code, message: cause.message } : null,
			},
			counters: {
				...this.counted,
				frames: this.frames,
				listenerFailures: this.listenerFailures,
				bytes: connection.bytes,
				reconnects: Math.max(0, connection.opens - 1),
				restCalls: this.rest.calls,
				restFailed: this.rest.failed,
			},
			types: Object.fromEntries([...this.types].map(([type, seen]) => [type, { ...seen }])),
			lastClose: connection.lastClose,
		};
	}
}
