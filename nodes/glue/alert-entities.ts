import { matcher } from '../../src/alert/match';
import type { Alert, AlertRule } from '../../src/model/alert';
import type { Clock } from '../../src/model/clock';
import type { Device, Entity, EntityChange } from '../../src/model/entity';
import { sameJson } from '../../src/model/json';
import { limits } from '../../src/model/limits';
import { type Made, readEntities, type SavedEntities, watchedBy } from './alert-past';
import { type About, idOf, problemOf, summaryOf } from './alert-rows';

/** How often it is told that an entity is gone, and after which time again (ms, then twice as long): a bridge that is not connected yet knows none. */
const farewell = { times: 8, after: 5_000 } as const;

/** What is known of one endpoint. */
interface Server extends About {
	device: Device;
	isNameless: boolean;
	connected: boolean;
	/** Ids of the rules that watch something of it, or did before a restart. */
	readonly rules: Set<string>;
	/** When it was last heard, and first in this run, ms since 1970. */
	heard: number;
	since: number | null;
}

/** An entity of an earlier run that is not made any more, as far as it is known. */
interface Former extends Made {
	readonly server: Pick<Server, 'device' | 'heard'>;
	/** Rules changed: whether they still watch anything of its endpoint is seen when the endpoint is. */
	readonly isDoubtful: boolean;
	left: number;
	/** When it is told again that it is gone, ms since 1970. */
	next: number;
}

/** What {@link AlertEntities} ask. */
export interface AlertEntitiesParts {
	readonly clock: Pick<Clock, 'now'>;
	/** Whether this node may have a unique id. */
	claim(uniqueId: string): boolean;
	/** Whether another node has a unique id. */
	isTaken(uniqueId: string): boolean;
	/** Another node has these: each is told of once. */
	refused(uniqueIds: readonly string[]): void;
	/** Whether there is an endpoint of this id. */
	isEndpoint(source: string): boolean;
	/** Whether values of an endpoint come, of which nothing was heard here yet. */
	isConnected(source: string): boolean;
}

/**
 * Entities about alerts, for the bridge: per endpoint and rule that watches anything of it a binary sensor `problem`, and one sensor that
 * counts. They tell of the alerts, and so are available while the endpoint is not, and there before it is heard of again after a restart.
 */
export class AlertEntities {
	private readonly rules: readonly {
		readonly rule: AlertRule;
		readonly matches: (entity: Entity) => boolean;
		readonly watched: string;
	}[];
	private readonly servers = new Map<string, Server>();
	private readonly shown = new Map<string, Entity>();
	private readonly former = new Map<string, Former>();
	private readonly refused = new Set<string>();

	constructor(
		rules: readonly AlertRule[],
		private readonly parts: AlertEntitiesParts,
	) {
		this.rules = rules
			.filter(({ enabled }) => enabled)
			.map((rule) => ({ rule, matches: matcher(rule.entities), watched: watchedBy(rule) }));
	}

	/** What was told of, as it stands. */
	told(): readonly Entity[] {
		return [...this.shown.values()];
	}

	/** Takes up what an earlier run saved: endpoints that are still there, and what is not made any more. */
	restore(saved: unknown): void {
		const now = this.parts.clock.now();
		const { servers, made } = readEntities(saved);
		for (const { source, device, heard } of servers) {
			const isThere = this.parts.isEndpoint(source) || now - heard < limits.alertForget;
			const rules = new Set<string>();
			for (const one of made) {
				if (one.source !== source) continue;
				const known = this.rules.find(({ rule }) => rule.id === one.rule);
				const isSame = isThere && known?.watched === one.watched;
				if (isSame) rules.add(known.rule.id);
				else {
					const canBe = one.rule === null ? this.rules.length > 0 : known !== undefined;
					this.miss({ ...one, server: { device, heard }, isDoubtful: isThere && canBe });
				}
			}
			if (!isThere || this.servers.size >= limits.alertServers) continue;
			const connected = this.parts.isConnected(source);
			this.servers.set(source, { device, isNameless: false, connected, rules, heard, since: null });
		}
	}

	/** What must outlast a restart, as JSON. Entities without a name were published by nobody. */
	save(): SavedEntities {
		const servers = new Map<string, Pick<Server, 'device' | 'heard'>>();
		const made: Made[] = [];
		for (const { server, source, rule, watched } of this.former.values()) {
			servers.set(source, server);
			made.push({ source, rule, watched });
		}
		for (const { source, key: rule, provisional } of this.shown.values()) {
			const server = this.servers.get(source);
			if (provisional || !server) continue;
			servers.set(source, server);
			made.push({ source, rule, watched: this.rules.find((one) => one.rule.id === rule)?.watched ?? '' });
		}
		return {
			servers: [...servers]
				.slice(0, limits.alertServers)
				.map(([source, { device, heard }]) => ({ source, device, heard })),
			made: made.slice(0, limits.alertEntities),
		};
	}

	/** Learns of an entity; whether that may change any of ours. */
	learn(entity: Entity, isNew: boolean): boolean {
		const { source, device, availability, provisional = false } = entity;
		const { connected } = availability;
		const now = this.parts.clock.now();
		const known = this.servers.get(source);
		if (!known && this.servers.size >= limits.alertServers) return false;
		const server: Server = known ?? {
			device: serverOf(entity),
			isNameless: provisional,
			connected,
			rules: new Set(),
			heard: now,
			since: now,
		};
		this.servers.set(source, server);
		server.heard = now;
		server.since ??= now;
		let changed = !known;
		const isServers = device.via_device === undefined && (!provisional || server.isNameless);
		if (isServers && (server.isNameless !== provisional || !sameJson(server.device, device))) {
			server.device = device;
			server.isNameless = provisional;
			changed = true;
		}
		if (server.connected !== connected) {
			server.connected = connected;
			changed = true;
		}
		if (!isNew) return changed;
		for (const { rule, matches } of this.rules) {
			if (server.rules.has(rule.id) || !matches(entity)) continue;
			server.rules.add(rule.id);
			changed = true;
		}
		return changed;
	}

	/** When {@link changes} may have more by time alone, ms since 1970; null = not. */
	next(): number | null {
		const next = Math.min(...[...this.former.values()].map((former) => Math.max(former.next, this.goneAt(former))));
		return Number.isFinite(next) ? next : null;
	}

	/** What of our entities changed since the last time; what is gone is told a few times. */
	changes(active: readonly Alert[]): EntityChange[] {
		for (const { source, rule } of active) this.servers.get(source)?.rules.add(rule);
		const refused: string[] = [];
		const changes = this.entities(active).flatMap((entity): EntityChange[] => {
			const { unique_id: id } = entity;
			const before = this.shown.get(id);
			if (before && sameJson(before, entity)) return [];
			if (!before && !this.parts.claim(id)) {
				if (!this.refused.has(id)) refused.push(id);
				this.refused.add(id);
				return [];
			}
			this.shown.set(id, entity);
			const isFirst = !before || (before.provisional && !entity.provisional);
			return [{ kind: isFirst ? 'added' : 'changed', entity, previous: isFirst ? undefined : before.state }];
		});
		if (refused.length > 0) this.parts.refused(refused);
		return [...this.gone(), ...changes];
	}

	private miss(former: Omit<Former, 'left' | 'next'>): void {
		const id = idOf(former.source, former.rule);
		this.former.set(id, { ...former, left: farewell.times, next: 0 });
	}

	/** What an earlier run made, and this one does not. */
	private gone(): EntityChange[] {
		const now = this.parts.clock.now();
		return [...this.former].flatMap(([id, former]): EntityChange[] => {
			const { source, rule, server, next } = former;
			if (former.left === 0 || this.shown.has(id) || this.parts.isTaken(id)) {
				this.former.delete(id);
				return [];
			}
			if (now < next || now < this.goneAt(former)) return [];
			former.next = now + farewell.after * 2 ** (farewell.times - former.left);
			former.left -= 1;
			const was = { device: server.device, connected: this.servers.get(source)?.connected ?? false, isNameless: false };
			const entity = rule === null ? summaryOf(source, was, []) : problemOf({ id: rule, name: rule }, source, was, []);
			return [{ kind: 'removed', entity, previous: undefined }];
		});
	}

	/** When an entity counts as gone, ms since 1970: at once, or once its endpoint has shown what it has (its first pictures are partial). */
	private goneAt({ source, isDoubtful }: Former): number {
		if (!isDoubtful) return 0;
		const { connected = false, since = null } = this.servers.get(source) ?? {};
		return connected && since !== null ? since + limits.orphanAfter : Number.POSITIVE_INFINITY;
	}

	private entities(active: readonly Alert[]): Entity[] {
		return [...this.servers].flatMap(([source, server]) => {
			const own = active.filter((alert) => alert.source === source);
			const problems = this.rules
				.filter(({ rule }) => server.rules.has(rule.id))
				.map(({ rule }) =>
					problemOf(
						rule,
						source,
						server,
						own.filter((alert) => alert.rule === rule.id),
					),
				);
			return problems.length === 0 ? [] : [...problems, summaryOf(source, server, own)];
		});
	}
}

/** The server's device, as far as one of its entities tells. */
function serverOf({ device, source }: Entity): Device {
	return device.via_device === undefined ? device : { identifiers: [device.via_device], name: source };
}
