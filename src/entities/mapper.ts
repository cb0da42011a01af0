import type { Clock } from '../model/clock';
import { connectionType, type Request, type Subject, type World } from '../model/description';
import type { Device, Entity, EntityChange } from '../model/entity';
import { AgentStreamError, type ErrorCode } from '../model/errors';
import type { StreamEvent } from '../model/event';
import { limits } from '../model/limits';
import type { Tracked, Tracker } from '../model/tracker';
import { Absence } from './absence';
import { Devices } from './devices';
import { Liveness } from './liveness';
import { newest } from './reading';
import { Recollection, type SavedMemory } from './recollection';
import { Registry } from './registry';
import { compile, type Table } from './table';
import { type Occasion, Things } from './things';

/** The tables that a mapper works from; a dialect is one. */
export interface MapperTables {
	readonly types: Readonly<
		Record<string, { readonly interval: number | null; readonly list: boolean; readonly feeds?: string }>
	>;
	readonly subjects: readonly Subject[];
	readonly deviceFrom: readonly string[];
	/** Where the stream tells happenings: what keeps the pictures that its own types are. */
	tracker?(clock: Clock): Tracker;
	device(world: World, url: URL | null): Omit<Device, 'identifiers'>;
}

/** What a {@link Mapper} is made of. */
export interface MapperOptions {
	/** Endpoint id: the root of every unique id. */
	readonly source: string;
	readonly dialect: MapperTables;
	readonly clock: Clock;
	/** Where the server is, for the link on the device page. */
	readonly url?: URL | null;
	/** A thing missing from healthy lists for this long (ms) is removed; null = never. Default: limits.removeAfter. */
	readonly removeAfter?: number | null;
	/** No event type counts as silent before this (ms). Default: limits.freshLeast. */
	readonly freshLeast?: number;
	/** Whether disks, containers and the like are devices of their own, connected via the server's. */
	readonly subDevices?: boolean;
	/** What an earlier run saved. */
	readonly memory?: SavedMemory;
	/** Told once of each collision and limit. */
	readonly report?: (error: AgentStreamError) => void;
}

/** Step 4 of a frame's way: turns events into entity changes, by the tables of a dialect. One per endpoint. */
export class Mapper {
	private readonly tablesOf = new Map<string, readonly Table[]>();
	private readonly registry = new Registry();
	private readonly reported = new Set<string>();
	private readonly world: { [type: string]: unknown } = {};
	private readonly liveness: Liveness;
	private readonly devices: Devices;
	private readonly absence: Absence;
	private readonly things: Things;
	private readonly recollection: Recollection;
	private readonly tracker: Tracker | null;
	/** Whether the tracker has failed: time would only make it fail again, before the next event. */
	private isStuck = false;

	constructor(private readonly options: MapperOptions) {
		const { source, dialect, clock, freshLeast, removeAfter, memory } = options;
		const tables = dialect.subjects.map(compile);
		for (const type of [...Object.keys(dialect.types), connectionType]) {
			this.tablesOf.set(
				type,
				tables.filter(({ subject }) => subject.from.includes(type)),
			);
		}
		const watched = [...new Set(tables.map(({ eventType }) => eventType))];
		this.liveness = new Liveness({ clock, types: dialect.types, watched, freshLeast });
		this.world[connectionType] = this.liveness.link;
		this.recollection = new Recollection(memory);
		this.devices = new Devices(options, this.recollection, this.world);
		this.absence = new Absence(removeAfter);
		this.tracker = dialect.tracker?.(clock) ?? null;
		const { world, registry, devices, liveness, recollection } = this;
		const report = (code: ErrorCode, message: string) => this.report(code, message);
		this.things = new Things({ source, world, registry, devices, liveness, recollection, report });
	}

	/** What an event changes. Events that were rejected, or that nobody knows, change nothing. */
	apply(event: StreamEvent): EntityChange[] {
		const { types } = this.options.dialect;
		if (event.rejected || !Object.hasOwn(types, event.type)) return [];
		const type = types[event.type]?.feeds ?? event.type;
		if (!this.liveness.arrived(type, event)) this.absence.forget(type);
		const changes: EntityChange[] = [];
		this.take(type, event.data, event, changes);
		this.follow((tracker) => tracker.apply(event), event.type, event, changes);
		if (this.liveness.moved(type)) this.things.showAll(changes);
		return changes;
	}

	/**
	 * Values come from now on, or do not: a closed socket makes everything unavailable at once.
	 * @param polling whether they are polled because the socket is down
	 */
	connection(open: boolean, polling = false): EntityChange[] {
		this.liveness.connection(open, polling);
		if (!open) this.absence.forget();
		// Of the connection itself this is the latest news.
		this.liveness.made(connectionType);
		const changes: EntityChange[] = [];
		this.liveness.moved();
		this.things.showAll(changes);
		this.take(connectionType, this.liveness.link, this.now(), changes);
		return changes;
	}

	/** Whether the server's device has told its name, or need not. */
	get isNamed(): boolean {
		return this.devices.isNamed(this.world);
	}

	/** Whether a tracker keeps the pictures: then {@link nextTick} may move to an earlier time with every event. */
	get tracks(): boolean {
		return this.tracker !== null;
	}

	/** What became overdue by now. */
	tick(): EntityChange[] {
		const changes: EntityChange[] = [];
		const now = this.now();
		this.follow((tracker) => tracker.tick(now.at), 'what was tracked so far', now, changes);
		if (this.liveness.moved()) this.things.showAll(changes);
		return changes;
	}

	/** When {@link tick} has something to do next, ms since 1970; null = not before another event. */
	nextTick(): number | null {
		const expiry = this.liveness.nextExpiry();
		const tick = this.isStuck ? null : (this.tracker?.nextTick() ?? null);
		return expiry === null || tick === null ? (expiry ?? tick) : Math.min(expiry, tick);
	}

	/** Event types that are overdue. */
	stale(): string[] {
		return this.liveness.stale();
	}

	/** All entities, in order of subjects, things and rows. */
	entities(): Entity[] {
		return [...this.registry.all()].map(({ cell }) => newest(cell));
	}

	/**
	 * The request that carries out a command.
	 * @throws AgentStreamError COMMAND_REFUSED for an entity or action that does not exist or is not available now
	 */
	command(id: string, action: string, value: string | number = ''): Request {
		const found = this.registry.byId(id);
		if (!found) throw new AgentStreamError('COMMAND_REFUSED', `There is no entity ${id.slice(0, 200)}.`);
		const { actions } = found.cell.row.command ?? { actions: {} };
		const make = Object.entries(actions).find(([name]) => name === action)?.[1];
		if (!make) throw new AgentStreamError('COMMAND_REFUSED', `${id} cannot ${action.slice(0, 40)}.`);
		if (!found.thing.present) throw new AgentStreamError('COMMAND_REFUSED', `${id} is not there at the moment.`);
		try {
			return make(found.thing.item, value);
		} catch (thrown) {
			// A name with half a character has no percent-encoding.
			throw new AgentStreamError('COMMAND_REFUSED', `${id} has a name that no request can carry.`, thrown);
		}
	}

	/** One entity. */
	entity(id: string): Entity | undefined {
		const found = this.registry.byId(id);
		return found && newest(found.cell);
	}

	/** The newest data of every event type that came. */
	get newest(): World {
		return this.world;
	}

	/** What must outlast a restart. */
	save(): SavedMemory {
		return this.recollection.save([...this.registry.all()].map(({ cell }) => cell));
	}

	/** New data of a type: brings everything that is made from it up to date. */
	private take(type: string, data: unknown, occasion: Occasion, changes: EntityChange[]): void {
		this.world[type] = data;
		const { deviceFrom } = this.options.dialect;
		if (deviceFrom.includes(type) && this.devices.refresh(this.world)) this.things.moveDevices(changes);
		for (const table of this.tablesOf.get(type) ?? []) this.update(table, occasion, type, changes);
	}

	/** Lets the tracker do its part, if there is one. */
	private follow(step: (tracker: Tracker) => Tracked, what: string, occasion: Occasion, changes: EntityChange[]): void {
		if (!this.tracker) return;
		try {
			this.track(step(this.tracker), occasion, changes);
			this.isStuck = false;
		} catch (thrown) {
			this.isStuck = true;
			this.unreadable(what, 'a happening', thrown);
		}
	}

	/** Takes in what the tracker has made of an event, or of the time that has passed. */
	private track(tracked: Tracked, occasion: Occasion, changes: EntityChange[]): void {
		for (const [type, data] of Object.entries(tracked)) {
			this.liveness.made(type);
			this.take(type, data, occasion, changes);
		}
	}

	/** What is no event's doing happens now. */
	private now(): Occasion {
		const now = this.options.clock.now();
		return { at: now, received: now, replayed: false };
	}

	private update(table: Table, event: Occasion, type: string, changes: EntityChange[]): void {
		try {
			this.read(table, event, type, changes);
		} catch (thrown) {
			this.unreadable(type, table.subject.subject, thrown);
		}
	}

	/** Rows and trackers trust validated data; a flow can hand in an event that nobody has validated. */
	private unreadable(type: string, what: string, thrown: unknown): void {
		const why = thrown instanceof Error ? thrown.message.slice(0, 120) : 'unreadable';
		this.report('ENTITY_INVALID', `The data of ${type} cannot be read as ${what}: ${why}`);
	}

	private read(table: Table, event: Occasion, type: string, changes: EntityChange[]): void {
		const { subject } = table;
		const items = subject.items(this.world);
		if (items === null) return;
		const listed = new Set<string>();
		for (const item of items.slice(0, limits.itemsPerSubject)) {
			const key = subject.key ? subject.key(item) : null;
			if (key === '') continue;
			const id = key ?? '';
			if (listed.has(id)) {
				this.report(
					'ENTITY_COLLISION',
					`Two items of ${subject.subject} have the key "${id.slice(0, 80)}"; the second is left out.`,
				);
				continue;
			}
			listed.add(id);
			this.things.update(table, key, item, event, changes);
		}
		if (items.length > limits.itemsPerSubject) {
			this.report(
				'LIMIT_REACHED',
				`More than ${limits.itemsPerSubject} items of ${subject.subject}; the rest is left out.`,
			);
		}
		if (!subject.key || subject.from[0] !== type) return;
		const { missing, gone } = this.absence.judge(subject, this.registry.things(subject), listed, event.received);
		for (const thing of missing) this.things.vanish(thing, changes);
		for (const thing of gone) this.things.remove(thing, changes);
	}

	private report(code: ErrorCode, message: string): void {
		if (this.reported.has(message) || this.reported.size >= limits.noticesRemembered) return;
		this.reported.add(message);
		this.options.report?.(new AgentStreamError(code, message));
	}
}
