import type { Clock } from '../model/clock';
import type { Connection, Memory, Reading, Request, Row, Subject, World } from '../model/description';
import type { Device, Entity, EntityChange, State } from '../model/entity';
import { AgentStreamError } from '../model/errors';
import type { StreamEvent } from '../model/event';
import { sameJson } from '../model/json';
import { limits } from '../model/limits';
import { Freshness } from './freshness';
import { unseen } from './happenings';
import { safeKey } from './identity';
import { newest, readAttributes, readState, sameAttributes } from './reading';
import { type Cell, createEntity, deadbandOf, nameOf, Registry, type Thing } from './registry';
import { changedRows, compile, type Table } from './table';

/** What must outlast a restart, by unique id: totals and baselines of stateful rows. JSON. */
export type SavedMemory = { readonly [uniqueId: string]: Memory };

/** The tables that a mapper works from; a dialect is one. */
export interface MapperTables {
	readonly types: Readonly<
		Record<string, { readonly interval: number | null; readonly list: boolean; readonly feeds?: string }>
	>;
	readonly subjects: readonly Subject[];
	readonly deviceFrom: readonly string[];
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

/** What of an event its entities are made by, besides its data. */
type Occasion = Pick<StreamEvent, 'at' | 'received' | 'replayed'>;

/** Where the world tells of the endpoint's own socket. */
const connectionType = '$connection';

/** Step 4 of a frame's way: turns events into entity changes, by the tables of a dialect. One per endpoint. */
export class Mapper {
	private readonly tables: readonly Table[];
	/** Types whose freshness decides about entities. */
	private readonly eventTypes: readonly string[];
	/** No event type becomes overdue before, ms since 1970. */
	private firstDue = 0;
	private readonly tablesOf = new Map<string, readonly Table[]>();
	private readonly registry = new Registry();
	private readonly freshness: Freshness;
	private readonly reported = new Set<string>();
	private readonly world: { [type: string]: unknown } = {};
	private device: Device;
	private link: Connection;
	private readonly lastList = new Map<Subject, number>();
	/** Freshness of every event type as the entities show it. */
	private readonly shown = new Map<string, boolean>();

	constructor(private readonly options: MapperOptions) {
		this.tables = options.dialect.subjects.map(compile);
		this.eventTypes = [...new Set(this.tables.map(({ eventType }) => eventType))];
		this.link = this.tell({ open: true, polling: false, opened: options.clock.now() });
		for (const type of [...Object.keys(options.dialect.types), connectionType]) {
			this.tablesOf.set(
				type,
				this.tables.filter(({ subject }) => subject.from.includes(type)),
			);
		}
		const interval = (type: string) => {
			const seconds = options.dialect.types[type]?.interval ?? null;
			return seconds === null ? null : seconds * 1000;
		};
		this.freshness = new Freshness(interval, options.freshLeast);
		this.device = this.currentDevice();
	}

	/** What an event changes. Events that were rejected, or that nobody knows, change nothing. */
	apply(event: StreamEvent): EntityChange[] {
		const { types } = this.options.dialect;
		if (event.rejected || !Object.hasOwn(types, event.type)) return [];
		const type = types[event.type]?.feeds ?? event.type;
		const now = this.options.clock.now();
		if (!this.freshness.fresh(type, now)) this.forgetLists(type);
		if (event.via === 'stream') this.freshness.arrived(type, now);
		else this.freshness.fetched(type, now, event.every ?? null);
		this.world[type] = event.data;
		const changes: EntityChange[] = [];
		if (this.options.dialect.deviceFrom.includes(type)) this.refreshDevice(changes);
		for (const table of this.tablesOf.get(type) ?? []) this.update(table, event, type, changes);
		this.refreshAvailability(changes, type);
		return changes;
	}

	/**
	 * Values come from now on, or do not: a closed socket makes everything unavailable at once.
	 * @param polling whether they are polled because the socket is down
	 */
	connection(open: boolean, polling = false): EntityChange[] {
		const now = this.options.clock.now();
		this.link = this.tell({ open, polling, opened: open && !this.link.open ? now : this.link.opened });
		if (!open) {
			this.freshness.interrupted();
			this.forgetLists();
		}
		const changes: EntityChange[] = [];
		this.refreshAvailability(changes);
		this.showAll(changes);
		const occasion: Occasion = { at: now, received: now, replayed: false };
		for (const table of this.tablesOf.get(connectionType) ?? []) this.update(table, occasion, connectionType, changes);
		return changes;
	}

	/** What became overdue by now. */
	tick(): EntityChange[] {
		const changes: EntityChange[] = [];
		this.refreshAvailability(changes);
		return changes;
	}

	/** When {@link tick} has something to do next, ms since 1970; null = not before another event. */
	nextTick(): number | null {
		return this.freshness.nextExpiry(this.options.clock.now());
	}

	/** Event types that are overdue. */
	stale(): string[] {
		return this.freshness.stale(this.options.clock.now());
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
		const saved: { [id: string]: Memory } = { ...this.options.memory };
		for (const { cell } of this.registry.all()) if (cell.memory) saved[cell.entity.unique_id] = cell.memory;
		return saved;
	}

	/** Lets rows see the socket's state. */
	private tell(link: Connection): Connection {
		this.world[connectionType] = link;
		return link;
	}

	private update(table: Table, event: Occasion, type: string, changes: EntityChange[]): void {
		try {
			this.read(table, event, type, changes);
		} catch (thrown) {
			// Rows trust validated data; a flow can hand in an event that nobody has validated.
			const why = thrown instanceof Error ? thrown.message.slice(0, 120) : 'unreadable';
			this.report('ENTITY_INVALID', `The data of ${type} cannot be read as ${table.subject.subject}: ${why}`);
		}
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
			this.updateThing(table, key, item, event, changes);
		}
		if (items.length > limits.itemsPerSubject) {
			this.report(
				'LIMIT_REACHED',
				`More than ${limits.itemsPerSubject} items of ${subject.subject}; the rest is left out.`,
			);
		}
		if (subject.key && subject.from[0] === type) this.missing(subject, listed, event.received, changes);
	}

	private updateThing(table: Table, key: string | null, item: object, event: Occasion, changes: EntityChange[]): void {
		const { subject } = table;
		const label = subject.label ? subject.label(item).slice(0, limits.textLength) : (key ?? '');
		let thing = this.registry.find(subject, key);
		if (!thing) {
			const blank = { raw: [], cells: [], present: true, missingFor: 0 };
			thing = { subject, key, label, item, device: this.deviceOf(subject, key, label), ...blank };
			this.registry.add(thing);
		}
		const renamed = thing.label !== label;
		const back = !thing.present;
		thing.label = label;
		if (renamed) thing.device = this.deviceOf(subject, key, label);
		thing.item = item;
		thing.present = true;
		thing.missingFor = 0;
		const dirty = changedRows(table, thing, item);
		const all = renamed || back;
		const rows = dirty || all ? table.everyRow : table.folds;
		for (const index of rows) {
			const row = table.rows[index];
			const cell = thing.cells[index];
			const touched = table.dirty[index] === 1;
			if (!row) continue;
			if (!cell) {
				if (touched) this.addEntity(table, thing, index, row, event, changes);
			} else if (touched || all || row.fold) {
				this.updateEntity(thing, cell, event, changes, touched, renamed ? nameOf(row, thing) : undefined);
			}
		}
	}

	private addEntity(
		table: Table,
		thing: Thing,
		index: number,
		row: Row<object, World>,
		event: Occasion,
		changes: EntityChange[],
	): void {
		if (row.when && !row.when(thing.item, this.world)) return;
		if (this.registry.size >= limits.entities) {
			this.report('LIMIT_REACHED', `More than ${limits.entities} entities; the rest is left out.`);
			return;
		}
		const { source } = this.options;
		const entity = createEntity({
			source,
			subject: thing.subject.subject,
			key: thing.key,
			label: thing.label,
			eventType: table.eventType,
			row,
			state: null,
			attributes: {},
			connected: this.link.open,
			fresh: this.freshness.fresh(table.eventType, this.options.clock.now()),
			replayed: event.replayed,
			device: thing.device,
		});
		const cell: Cell = { row, entity, attributes: {}, memory: this.options.memory?.[entity.unique_id] };
		if (!this.registry.addCell(thing, index, cell)) {
			this.report('ENTITY_COLLISION', `Two entities have the unique id ${entity.unique_id}; the second is left out.`);
			return;
		}
		const reading: Reading = { world: this.world, at: event.at, previous: undefined };
		cell.attributes = readAttributes(row, thing.item, reading);
		const state = readState(cell, thing.item, reading);
		cell.entity = { ...entity, state, deadband: deadbandOf(row, state), attributes: cell.attributes };
		changes.push({ kind: 'added', entity: cell.entity, previous: undefined });
		if (row.happenings) this.fire(thing, cell, event, changes);
	}

	/** @param touched whether a field that the row reads changed; else only a stateful row can have moved */
	private updateEntity(
		thing: Thing,
		cell: Cell,
		event: Occasion,
		changes: EntityChange[],
		touched: boolean,
		name: string | undefined,
	): void {
		const { entity, row } = cell;
		const reading: Reading = { world: this.world, at: event.at, previous: entity.state };
		const state = row.happenings ? entity.state : readState(cell, thing.item, reading);
		const was = cell.attributes;
		if (touched && !row.happenings) cell.attributes = readAttributes(row, thing.item, reading);
		// What ticks is kept up to date, but is no news of its own.
		const news =
			state !== entity.state ||
			name !== undefined ||
			!entity.availability.present ||
			(touched && !sameAttributes(cell.attributes, was, row.ticking));
		if (news) this.show(thing, cell, event, changes, state, name);
		if (touched && row.happenings) this.fire(thing, cell, event, changes);
	}

	private show(
		thing: Thing,
		cell: Cell,
		event: Occasion,
		changes: EntityChange[],
		state: State,
		name: string | undefined,
	): void {
		const { entity } = cell;
		const availability = { ...entity.availability, present: thing.present };
		cell.entity = {
			...entity,
			name: name ?? entity.name,
			device: thing.device,
			state,
			deadband: deadbandOf(cell.row, state),
			attributes: cell.attributes,
			availability,
			available: isAvailable(entity, availability),
			replayed: event.replayed,
		};
		changes.push({ kind: 'changed', entity: cell.entity, previous: entity.state });
	}

	/** Fires the happenings that were not seen before; the first data and history only tell which there have been. */
	private fire(thing: Thing, cell: Cell, event: Occasion, changes: EntityChange[]): void {
		const history = cell.seen === undefined || event.replayed;
		cell.seen ??= new Set();
		for (const { type, attributes } of unseen(cell.row.happenings?.(thing.item) ?? [], cell.seen, history)) {
			const previous = cell.entity.state;
			cell.attributes = attributes;
			cell.entity = { ...cell.entity, state: type, attributes, replayed: false };
			changes.push({ kind: 'fired', entity: cell.entity, previous });
		}
	}

	/** The stream had a gap: the time until the next list (of one event type, or of all) is no absence. */
	private forgetLists(type?: string): void {
		for (const subject of [...this.lastList.keys()]) {
			if (type === undefined || subject.from[0] === type) this.lastList.delete(subject);
		}
	}

	/** Things of a subject that a healthy list no longer has: unavailable at once, removed only after long absence. */
	private missing(subject: Subject, listed: ReadonlySet<string>, received: number, changes: EntityChange[]): void {
		const since = received - (this.lastList.get(subject) ?? received);
		this.lastList.set(subject, received);
		const removeAfter = this.options.removeAfter === undefined ? limits.removeAfter : this.options.removeAfter;
		for (const thing of [...this.registry.things(subject)]) {
			if (listed.has(thing.key ?? '')) continue;
			if (thing.present) {
				thing.present = false;
				for (const cell of thing.cells) if (cell) this.showAvailability(thing, cell, changes);
				continue;
			}
			// Only the time between two lists that followed each other counts, and of a slow type not all of it.
			thing.missingFor += Math.min(Math.max(0, since), limits.healthyGap);
			if (removeAfter === null || thing.missingFor < removeAfter) continue;
			this.registry.remove(thing);
			for (const cell of thing.cells) {
				if (cell) changes.push({ kind: 'removed', entity: cell.entity, previous: cell.entity.state });
			}
		}
	}

	/** Looks whether an event type became overdue or came back; only then are the entities gone through. */
	private refreshAvailability(changes: EntityChange[], arrived?: string): void {
		const now = this.options.clock.now();
		// Until the first type is overdue only the one that arrived can have changed.
		const due = arrived === undefined || now >= this.firstDue;
		let moved = false;
		for (const type of due ? this.eventTypes : [arrived]) {
			const fresh = this.freshness.fresh(type, now);
			if (this.shown.get(type) !== fresh) moved = true;
			this.shown.set(type, fresh);
		}
		if (due) this.firstDue = this.freshness.nextExpiry(now) ?? Number.POSITIVE_INFINITY;
		else this.firstDue = Math.min(this.firstDue, now + (this.freshness.limit(arrived) ?? Number.POSITIVE_INFINITY));
		if (moved) this.showAll(changes);
	}

	private showAll(changes: EntityChange[]): void {
		for (const { thing, cell } of this.registry.all()) this.showAvailability(thing, cell, changes);
	}

	private showAvailability(thing: Thing, cell: Cell, changes: EntityChange[]): void {
		const { entity } = cell;
		const fresh = this.shown.get(entity.event_type) ?? false;
		const was = entity.availability;
		if (was.connected === this.link.open && was.fresh === fresh && was.present === thing.present) return;
		const availability = { connected: this.link.open, fresh, present: thing.present };
		cell.entity = { ...newest(cell), availability, available: isAvailable(entity, availability) };
		changes.push({ kind: 'availability', entity: cell.entity, previous: entity.state });
	}

	private currentDevice(): Device {
		const { source, dialect, url } = this.options;
		return { identifiers: [`agent-stream_${source}`], ...dialect.device(this.world, url ?? null) };
	}

	/** A thing's device: the server's, or one of its own that is connected via it. */
	private deviceOf({ subject, ownDevice }: Subject, key: string | null, label: string): Device {
		const { device, options } = this;
		if (!options.subDevices || !ownDevice) return device;
		const [server = ''] = device.identifiers;
		const own = key === null ? subject : `${subject}_${safeKey(key)}`;
		return { identifiers: [`${server}_${own}`], name: `${device.name} ${label || subject}`, via_device: server };
	}

	private refreshDevice(changes: EntityChange[]): void {
		const device = this.currentDevice();
		if (sameJson(device, this.device)) return;
		this.device = device;
		for (const thing of this.registry.everything()) thing.device = this.deviceOf(thing.subject, thing.key, thing.label);
		for (const { thing, cell } of this.registry.all()) {
			cell.entity = { ...newest(cell), device: thing.device };
			changes.push({ kind: 'changed', entity: cell.entity, previous: cell.entity.state });
		}
	}

	private report(code: 'ENTITY_COLLISION' | 'ENTITY_INVALID' | 'LIMIT_REACHED', message: string): void {
		if (this.reported.has(message) || this.reported.size >= limits.noticesRemembered) return;
		this.reported.add(message);
		this.options.report?.(new AgentStreamError(code, message));
	}
}

function isAvailable(entity: Entity, { connected, fresh, present }: Entity['availability']): boolean {
	return present && (entity.always_available || (connected && fresh));
}
