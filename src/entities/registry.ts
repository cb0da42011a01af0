import type { Memory, Row, Subject, World } from '../model/description';
import type { Attributes, Device, Entity, State } from '../model/entity';
import { entityPath, uniqueId } from './identity';

/** One entity as the mapper keeps it: its description, its newest snapshot, and what a stateful row remembers. */
export interface Cell {
	readonly row: Row<object, World>;
	/** The newest snapshot that was handed out. */
	entity: Entity;
	/** The newest attributes: they may have ticked since the snapshot. */
	attributes: Attributes;
	memory: Memory | undefined;
	/** Ids of the happenings that an event entity knows of, oldest first; undefined before its first data. */
	seen?: Set<string>;
}

/** One thing (a disk, a container) or singleton with its entities and the raw values that they were made from. */
export interface Thing {
	/** The table that describes it; several tables may share a subject. */
	readonly subject: Subject;
	readonly key: string | null;
	label: string;
	/** The device that its entities hang on: the server, or one of its own. */
	device: Device;
	item: object;
	/** Last raw value of every field that a row reads, in the subject's field order. */
	raw: unknown[];
	/** One cell per row; undefined where the thing does not have the entity (yet). */
	cells: (Cell | undefined)[];
	present: boolean;
	/** How long it has been missing from healthy lists, ms. */
	missingFor: number;
}

/** What an entity is made of when it is first seen. */
export interface EntityParts {
	readonly source: string;
	readonly subject: string;
	readonly key: string | null;
	readonly label: string;
	readonly eventType: string;
	readonly row: Row<object, World>;
	readonly state: State;
	readonly attributes: Attributes;
	readonly connected: boolean;
	readonly fresh: boolean;
	readonly replayed: boolean;
	readonly device: Device;
}

/** A row's name for a thing. */
export function entityName(template: string, label: string): string {
	return template.replace(/\{(label|LABEL)\}/g, (_, word) => (word === 'label' ? label : label.toUpperCase()));
}

/** A row's name for a thing: short where the thing's own device says what it is about. */
export function nameOf(row: Row<object, World>, { label, device }: Pick<Thing, 'label' | 'device'>): string {
	return entityName(device.via_device === undefined ? row.name : (row.short ?? row.name), label);
}

/** The deadband at a state: a number of its own, or a share of the state. */
export function deadbandOf({ deadband = 0 }: Row<object, World>, state: State): number {
	if (typeof deadband === 'number') return deadband;
	return typeof state === 'number' ? Math.abs(state) * deadband.share : 0;
}

/** A new entity from its description. */
export function createEntity(parts: EntityParts): Entity {
	const { source, subject, key, row, connected, fresh } = parts;
	return {
		unique_id: uniqueId(source, subject, key, row.key),
		source,
		event_type: parts.eventType,
		platform: row.platform,
		subject,
		key,
		row: row.key,
		path: entityPath(source, subject, key, row.key),
		name: nameOf(row, parts),
		state: parts.state,
		attributes: parts.attributes,
		unit_of_measurement: row.unit ?? null,
		device_class: row.deviceClass ?? null,
		state_class: row.stateClass ?? null,
		entity_category: row.category ?? null,
		options: row.options ? [...row.options] : null,
		suggested_display_precision: row.precision ?? null,
		icon: row.icon ?? null,
		enabled_by_default: (row.enabled ?? true) && row.command?.destructive !== true,
		command: row.command
			? { actions: Object.keys(row.command.actions), destructive: row.command.destructive ?? false }
			: null,
		range: row.range ?? null,
		deadband: deadbandOf(row, parts.state),
		ticking: row.ticking ? [...row.ticking] : [],
		available: row.always === true || (connected && fresh),
		availability: { connected, fresh, present: true },
		transient: key !== null,
		always_available: row.always ?? false,
		replayed: parts.replayed,
		device: parts.device,
	};
}

/** All things of one endpoint, by table and natural key. */
export class Registry {
	private readonly bySubject = new Map<Subject, Map<string, Thing>>();
	private readonly ids = new Map<string, { readonly thing: Thing; readonly cell: Cell }>();

	/** The thing with this key (null = the singleton), or undefined. */
	find(subject: Subject, key: string | null): Thing | undefined {
		return this.bySubject.get(subject)?.get(key ?? '');
	}

	/** Adds a thing without entities. */
	add(thing: Thing): void {
		let things = this.bySubject.get(thing.subject);
		if (!things) {
			things = new Map();
			this.bySubject.set(thing.subject, things);
		}
		things.set(thing.key ?? '', thing);
	}

	/** Adds an entity to its thing. False where another entity already has its unique id: that is refused, never overwritten. */
	addCell(thing: Thing, index: number, cell: Cell): boolean {
		const id = cell.entity.unique_id;
		if (this.ids.has(id)) return false;
		this.ids.set(id, { thing, cell });
		thing.cells[index] = cell;
		return true;
	}

	/** Takes a thing and its entities out. */
	remove(thing: Thing): void {
		this.bySubject.get(thing.subject)?.delete(thing.key ?? '');
		for (const cell of thing.cells) if (cell) this.ids.delete(cell.entity.unique_id);
	}

	/** Things of a subject, in order of their arrival. */
	things(subject: Subject): Iterable<Thing> {
		return this.bySubject.get(subject)?.values() ?? [];
	}

	/** All things. */
	*everything(): Iterable<Thing> {
		for (const things of this.bySubject.values()) yield* things.values();
	}

	/** Every entity with its thing, in order of subjects, things and rows. */
	*all(): Iterable<{ thing: Thing; cell: Cell }> {
		for (const thing of this.everything()) for (const cell of thing.cells) if (cell) yield { thing, cell };
	}

	/** The entity with this unique id and the thing that it is about. */
	byId(id: string): { readonly thing: Thing; readonly cell: Cell } | undefined {
		return this.ids.get(id);
	}

	/** Number of entities. */
	get size(): number {
		return this.ids.size;
	}
}
