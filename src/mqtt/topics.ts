import { createHash } from 'node:crypto';
import type { Entity } from '../model/entity';
import { limits } from '../model/limits';

/** Longest topic level: a natural key of `limits.textLength` plus its hash. */
const LEVEL = limits.textLength + 7;
/** Levels of an entity's path that are kept; what is deeper is folded into one. */
const DEPTH = 6;
/** Last levels that belong to an entity's or a thing's other topics. */
const LEAVES: ReadonlySet<string> = new Set(['attributes', 'availability', 'set']);

const hash = (raw: string): string => createHash('sha256').update(raw).digest('hex').slice(0, 6);

const escaped = (level: string): string => `${level}-${hash(level)}`;

/** One level of a topic: `[A-Za-z0-9_-]` only, never empty, bounded; where that changes anything, 6 hex digits of the raw level's SHA-256 follow. */
export function topicLevel(raw: string): string {
	if (raw.length <= LEVEL && /^[A-Za-z0-9_-]+$/.test(raw)) return raw;
	const safe = raw.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, LEVEL - 7);
	return `${safe}-${hash(raw)}`;
}

/**
 * An entity's path as part of a topic. Words that would lead to a topic of another meaning (`bridge` as endpoint, `type` as subject,
 * `attributes`, `availability` and `set` as row) get a hash, so topics of different meaning never meet.
 */
export function topicPath(path: string): string {
	const raw = path.split('/');
	const folded = raw.length > DEPTH ? [...raw.slice(0, DEPTH - 1), raw.slice(DEPTH - 1).join('/')] : raw;
	const levels = folded.map(topicLevel);
	return levels
		.map((level, index) => {
			const reserved =
				(index === 0 && level === 'bridge') ||
				(index === 1 && level === 'type') ||
				(index === levels.length - 1 && LEAVES.has(level));
			return reserved ? escaped(level) : level;
		})
		.join('/');
}

const endpointLevel = (source: string): string => {
	const level = topicLevel(source);
	return level === 'bridge' ? escaped(level) : level;
};

/** All topics of one bridge. `prefix` may have several levels; `instance` tells bridges under one prefix apart. */
export class Topics {
	private readonly bridge: string;

	constructor(
		readonly prefix: string,
		instance: string,
	) {
		this.bridge = `${prefix}/bridge/${topicLevel(instance)}`;
	}

	/** Availability of the bridge itself: its last will. */
	get bridgeAvailability(): string {
		return `${this.bridge}/availability`;
	}

	/** Retained: what the broker has of us; absent when it forgot everything. */
	get marker(): string {
		return `${this.bridge}/marker`;
	}

	/** Retained: what we have published, see `ledger.ts`. */
	get ledger(): string {
		return `${this.bridge}/ledger`;
	}

	/** Retained: totals and the like that outlast a restart, where somebody gives them to the bridge. */
	get memory(): string {
		return `${this.bridge}/memory`;
	}

	/** Filters of what bridges under this prefix leave behind: their ledgers, and whether they live. */
	get bridges(): readonly string[] {
		return ['ledger', 'availability'].map((leaf) => `${this.prefix}/bridge/+/${leaf}`);
	}

	/** All topics on which another bridge retains something about itself, by one of them. */
	ofBridge(topic: string): string[] {
		const bridge = topic.slice(0, topic.lastIndexOf('/'));
		return ['availability', 'marker', 'ledger', 'memory'].map((leaf) => `${bridge}/${leaf}`);
	}

	/** Whether it is the availability of a bridge under this prefix. */
	isBridgeAvailability(topic: string): boolean {
		return topic.startsWith(`${this.prefix}/bridge/`) && topic.endsWith('/availability');
	}

	/** Unretained: which endpoints this bridge publishes; asked and answered between bridges of one prefix. */
	get claim(): string {
		return `${this.bridge}/claim`;
	}

	/** Filter of all bridges' claims under this prefix. */
	get claims(): string {
		return `${this.prefix}/bridge/+/claim`;
	}

	/** Filters of all command topics under this prefix: without and with a natural key. */
	get commands(): readonly string[] {
		return [`${this.prefix}/+/+/+/set`, `${this.prefix}/+/+/+/+/set`];
	}

	/** What all topics of an endpoint begin with. */
	below(source: string): string {
		return `${this.prefix}/${endpointLevel(source)}/`;
	}

	endpoint(source: string): string {
		return `${this.prefix}/${endpointLevel(source)}/availability`;
	}

	eventType(source: string, type: string): string {
		return `${this.prefix}/${endpointLevel(source)}/type/${topicLevel(type)}/availability`;
	}

	/** Availability of the thing that an entity is about: all its rows share it. */
	thing(entity: Pick<Entity, 'path'>): string {
		const path = topicPath(entity.path);
		return `${this.prefix}/${path.slice(0, Math.max(0, path.lastIndexOf('/')))}/availability`;
	}

	state(entity: Pick<Entity, 'path'>): string {
		return `${this.prefix}/${topicPath(entity.path)}`;
	}

	attributes(entity: Pick<Entity, 'path'>): string {
		return `${this.state(entity)}/attributes`;
	}

	command(entity: Pick<Entity, 'path'>): string {
		return `${this.state(entity)}/set`;
	}
}
