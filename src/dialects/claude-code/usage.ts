import type { Fields } from '../../model/fields';
import { limits } from '../../model/limits';
import { dropOldest } from '../../model/oldest';
import { objectOf } from './identify';

/** The kinds of tokens, as the model's interface names them. */
const kinds = ['input_tokens', 'output_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'] as const;

/** What a session has used so far; what no event tells is absent. */
export interface Usage {
	/** Tokens of all kinds. */
	readonly tokens?: number;
	/** By kind, as the model's interface names them. */
	readonly kinds?: { readonly [kind: string]: number };
	/** USD. */
	readonly cost?: number;
}

/** What was used since the last word about it. */
export interface Spent {
	readonly tokens: number;
	/** USD. */
	readonly cost: number;
}

function amount(value: unknown): number | undefined {
	return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/**
 * The tokens that a session's conversation (`chat`, as real servers send it along with a stop) has cost, by kind: numbers only. A message of
 * the model stands there once per block that it has, each time with the same id and usage. Null where it tells of none.
 */
export function usageOfChat(chat: unknown): Fields | null {
	if (!Array.isArray(chat)) return null;
	const messages = new Map<string, Fields>();
	for (const [index, each] of chat.entries()) {
		const entry = objectOf(each);
		const message = objectOf(entry?.message) ?? entry;
		const usage = objectOf(message?.usage);
		if (usage) messages.set(typeof message?.id === 'string' ? message.id : `~${index}`, usage);
	}
	if (messages.size === 0) return null;
	const sums = kinds.map((kind) => {
		const sum = [...messages.values()].reduce((so, usage) => so + (amount(usage[kind]) ?? 0), 0);
		return [kind, sum] as const;
	});
	return Object.fromEntries(sums);
}

/** What an event tells of its session's use: `usage`, `total_tokens`, `total_cost_usd`, each for the whole session so far. */
export function usageOf(data: Fields, payload: Fields): Usage | null {
	const given = objectOf(data.usage) ?? objectOf(payload.usage) ?? {};
	const known = kinds.flatMap((kind) => {
		const tokens = amount(given[kind]);
		return tokens === undefined ? [] : [[kind, tokens] as const];
	});
	const sum = known.length === 0 ? undefined : known.reduce((so, [, tokens]) => so + tokens, 0);
	const tokens = amount(payload.total_tokens) ?? amount(data.total_tokens) ?? sum;
	const cost =
		amount(payload.total_cost_usd) ?? amount(data.total_cost_usd) ?? amount(objectOf(payload.cost)?.total_cost_usd);
	if (tokens === undefined && cost === undefined) return null;
	return {
		...(tokens !== undefined && { tokens }),
		...(known.length > 0 && { kinds: Object.fromEntries(known) }),
		...(cost !== undefined && { cost }),
	};
}

/** What every session has used, so that each token counts once: also of one that lost its place. Forgets the oldest. */
export class Spending {
	private readonly sessions = new Map<string, Spent>();

	/** What a session has used since the last word about it; what it tells is its sum so far. */
	more(session: string, usage: Usage | null): Spent {
		if (!usage) return { tokens: 0, cost: 0 };
		const before = this.sessions.get(session) ?? { tokens: 0, cost: 0 };
		const now = { tokens: Math.max(before.tokens, usage.tokens ?? 0), cost: Math.max(before.cost, usage.cost ?? 0) };
		this.sessions.delete(session);
		this.sessions.set(session, now);
		dropOldest(this.sessions, limits.claudeSeen);
		return { tokens: now.tokens - before.tokens, cost: now.cost - before.cost };
	}
}
