import type { Reading, Row, World } from '../model/description';
import type { Entity, EntityChange, State } from '../model/entity';
import type { AgentStreamError } from '../model/errors';
import type { StreamEvent } from '../model/event';
import { limits } from '../model/limits';
import type { Devices } from './devices';
import { unseen } from './happenings';
import { uniqueId } from './identity';
import type { Liveness } from './liveness';
import { newest, readAttributes, readState, sameAttributes } from './reading';
import type { Recollection } from './recollection';
import { type Cell, createEntity, deadbandOf, nameOf, type Registry, type Thing } from './registry';
import { changedRows, type Table } from './table';

/** What of an event its entities are made by, besides its data. */
export type Occasion = Pick<StreamEvent, 'at' | 'received' | 'replayed'>;

/** What {@link Things} works with. */
export interface ThingParts {
	/** Endpoint id. */
	readonly source: string;
	readonly world: World;
	readonly registry: Registry;
	readonly devices: Devices;
	readonly liveness: Liveness;
	readonly recollection: Recollection;
	report(code: AgentStreamError['code'], message: string): void;
}

/** Brings things and their entities up to date, and tells what changed by it. */
export class Things {
	constructor(private readonly parts: ThingParts) {}

	/** A thing is not on its list, at the moment: all its entities are unavailable. */
	vanish(thing: Thing, changes: EntityChange[]): void {
		thing.present = false;
		for (const cell of thing.cells) if (cell) this.showAvailability(thing, cell, changes);
	}

	/** A thing is gone for good. */
	remove(thing: Thing, changes: EntityChange[]): void {
		const { registry, recollection } = this.parts;
		registry.remove(thing);
		for (const cell of thing.cells) {
			if (!cell) continue;
			recollection.removed(cell);
			changes.push({ kind: 'removed', entity: cell.entity, previous: cell.entity.state });
		}
	}

	/** The connection, or the freshness of an event type, has changed. */
	showAll(changes: EntityChange[]): void {
		for (const { thing, cell } of this.parts.registry.all()) this.showAvailability(thing, cell, changes);
	}

	/** The server's device has changed. */
	moveDevices(changes: EntityChange[]): void {
		const { registry, devices } = this.parts;
		for (const thing of registry.everything()) thing.device = devices.of(thing.subject, thing.key, thing.label);
		for (const { thing, cell } of registry.all()) {
			cell.entity = { ...newest(cell), device: thing.device };
			changes.push({ kind: 'changed', entity: cell.entity, previous: cell.entity.state });
		}
	}

	/** A thing is there, as `item` says. */
	update(table: Table, key: string | null, item: object, event: Occasion, changes: EntityChange[]): void {
		const { registry, devices, report } = this.parts;
		const { subject } = table;
		const label = subject.label ? subject.label(item).slice(0, limits.textLength) : (key ?? '');
		let thing = registry.find(subject, key);
		// What a tracker hands out is never changed: the same object says the same.
		if (subject.kept && thing?.item === item && table.folds.length === 0) return;
		if (!thing) {
			if (registry.size >= limits.entities) {
				report('LIMIT_REACHED', `More than ${limits.entities} entities; the rest is left out.`);
				return;
			}
			const blank = { raw: [], cells: [], present: true, missingFor: 0 };
			thing = { subject, key, label, item, device: devices.of(subject, key, label), ...blank };
			registry.add(thing);
		}
		const renamed = thing.label !== label;
		const back = !thing.present;
		thing.label = label;
		if (renamed) thing.device = devices.of(subject, key, label);
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
		const { source, world, registry, liveness, recollection, report } = this.parts;
		const { subject, key, label, device } = thing;
		// What existed before a restart is still there, though a disk may sleep and a link be down.
		const known = () => recollection.knew(uniqueId(source, subject.subject, key, row.key));
		if (row.when && !row.when(thing.item, world) && !known()) return;
		if (registry.size >= limits.entities) {
			report('LIMIT_REACHED', `More than ${limits.entities} entities; the rest is left out.`);
			return;
		}
		const entity = createEntity({
			source,
			subject: subject.subject,
			key,
			label,
			eventType: table.eventType,
			row,
			state: null,
			attributes: {},
			...liveness.ofNew(table.eventType),
			replayed: event.replayed,
			device,
		});
		const cell: Cell = { row, entity, attributes: {}, memory: recollection.memory(entity.unique_id) };
		if (!registry.addCell(thing, index, cell)) {
			report('ENTITY_COLLISION', `Two entities have the unique id ${entity.unique_id}; the second is left out.`);
			return;
		}
		const reading: Reading = { world, at: event.at, previous: undefined };
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
		const reading: Reading = { world: this.parts.world, at: event.at, previous: entity.state };
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
		for (const { type, attributes, live = !history } of unseen(cell.row.happenings?.(thing.item) ?? [], cell.seen)) {
			if (!live) continue;
			const previous = cell.entity.state;
			cell.attributes = attributes;
			cell.entity = { ...cell.entity, state: type, attributes, replayed: false };
			changes.push({ kind: 'fired', entity: cell.entity, previous });
		}
	}

	private showAvailability(thing: Thing, cell: Cell, changes: EntityChange[]): void {
		const { entity } = cell;
		const { connected, fresh } = this.parts.liveness.of(entity.event_type);
		const was = entity.availability;
		if (was.connected === connected && was.fresh === fresh && was.present === thing.present) return;
		const availability = { connected, fresh, present: thing.present };
		cell.entity = { ...newest(cell), availability, available: isAvailable(entity, availability) };
		changes.push({ kind: 'availability', entity: cell.entity, previous: entity.state });
	}
}

function isAvailable(entity: Entity, { connected, fresh, present }: Entity['availability']): boolean {
	return present && (entity.always_available || (connected && fresh));
}
