import type { Attributes, AttributeValue, Platform, State } from './entity';
import type { Frame, StreamEvent } from './event';

/**
 * The newest data of every event type of one endpoint, by type.
 * Under `$connection` stands what the endpoint knows of its own connection, a {@link Connection}.
 */
export type World = { readonly [type: string]: unknown };

/** What the endpoint knows of its connection, for rows that tell of it. */
export interface Connection {
	/** Whether values come. */
	readonly open: boolean;
	/** Whether they are polled, because the socket is down. */
	readonly polling: boolean;
	/** Since when they come, milliseconds since 1970. */
	readonly opened: number;
}

/** One thing that happened, as an event entity fires it. */
export interface Happening {
	/** What the server knows it by: fires once. */
	readonly id: string;
	/** One of the row's options. */
	readonly type: string;
	/** Milliseconds since 1970: several that are new at once fire in this order. */
	readonly at: number;
	/**
	 * Whether it is news, where the item knows (a tracker saw it happen): it fires although the entity is new. Unless given, what the
	 * first data and replayed data list is history.
	 */
	readonly live?: boolean;
	readonly attributes: Attributes;
}

/** What a row may look at besides its item. */
export interface Reading<W = World> {
	readonly world: W;
	/** Milliseconds since 1970: the event's own time. */
	readonly at: number;
	/** The entity's state so far; undefined when it is new. */
	readonly previous: State | undefined;
}

/** Where an attribute comes from: a field of the item, or a function of it. `undefined` leaves the attribute out. */
export type AttributeSource<I, W = World> =
	| (keyof I & string)
	| ((item: I, reading: Reading<W>) => AttributeValue | undefined);

/** A message to the server over its stream, as the protocol writes it. */
export interface StreamRequest {
	readonly message: Frame | object;
	/** Whether an event is the server's answer; absent where it gives none. */
	readonly answer?: (event: StreamEvent) => boolean;
}

/** A call to the server's REST interface: path below its REST base, every name in it percent-encoded. */
export interface Request {
	readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	readonly path: string;
	readonly body?: { readonly [name: string]: unknown };
	/** Event types that it changes: they are fetched once when it was carried out, where REST has them. */
	readonly changes?: readonly string[];
	/** What the server does not tell by itself: an event of this type follows when it was carried out. */
	readonly announces?: { readonly type: string; readonly data: { readonly [name: string]: unknown } };
}

/** What a switch, button, number, select or update can be told to do. */
export interface CommandDescription<I> {
	/** The request of each action; `value` is what a number or select is set to. */
	readonly actions: {
		readonly [action in 'on' | 'off' | 'press' | 'set' | 'install']?: (item: I, value: string | number) => Request;
	};
	/** True where a mistake costs data or an outage: off by default, and asks for a confirmation. */
	readonly destructive?: boolean;
}

/** What a stateful row carries from event to event; JSON, so that it can outlast a restart. */
export type Memory = { readonly [name: string]: number | string | null };

/**
 * One entity description: what one entity is and how its state is read off an item of type `I`.
 * Everything about it stands here once: unit, class, conversion, plausible range.
 */
export interface Row<I, W = World> {
	/** Row key, `[a-z0-9_]`: the last part of the unique id. */
	readonly key: string;
	readonly platform: Platform;
	/** Shown name; `{label}` is the item's label, `{LABEL}` the same in capitals. */
	readonly name: string;
	/** Name where the item has a device of its own. */
	readonly short?: string;
	/** All fields of the item that state and attribute functions read: an event that changes none of them costs nothing. */
	readonly from: readonly (keyof I & string)[];
	/** The state; null = unknown. */
	readonly value: (item: I, reading: Reading<W>) => State;
	/** Replaces `value` where the state grows out of earlier events (rates, energy): called for every event. */
	readonly fold?: (item: I, memory: Memory | undefined, at: number) => { state: State; memory: Memory };
	/**
	 * What the item lists as having happened: each fires once, when it is first seen. What the first data lists, and replayed data
	 * (also the first picture that is fetched on connecting), is history: it fires nothing.
	 */
	readonly happenings?: (item: I) => readonly Happening[];
	/** True where the entity tells of the endpoint itself, and so is available while that is not. */
	readonly always?: boolean;
	/** Whether this item has the entity at all; asked until it once said yes. */
	readonly when?: (item: I, world: W) => boolean;
	readonly attributes?: { readonly [name: string]: AttributeSource<I, W> };
	/** Attributes that tick: their change alone is no change. */
	readonly ticking?: readonly string[];
	readonly unit?: string;
	readonly deviceClass?: string;
	readonly stateClass?: 'measurement' | 'total' | 'total_increasing';
	readonly category?: 'diagnostic' | 'config';
	readonly precision?: number;
	readonly icon?: string;
	/** False where the entity is of use to few (`enabled_by_default`). */
	readonly enabled?: boolean;
	/** Words of an enum or a select; event types of an event entity. */
	readonly options?: readonly string[];
	/** Range of a number entity. */
	readonly range?: { readonly min: number; readonly max: number; readonly step: number };
	/** Change of a numeric state that can wait a minute before it is published: in its unit, or as a share of the state. */
	readonly deadband?: number | { readonly share: number };
	readonly command?: CommandDescription<I>;
}

/** A kind of thing that entities are about, with its rows. */
export interface SubjectDescription<W, I> {
	/** `[a-z0-9_]`: disk, container, vm, … */
	readonly subject: string;
	/** Event types that it is made from; the first one decides about its freshness. */
	readonly from: readonly (keyof W & string)[];
	/** The things there are now; null while that is not known, so that nothing counts as vanished. */
	readonly items: (world: W) => readonly I[] | null;
	/** Natural key of a thing: what it keeps over restart, rename and reorder. Absent for singletons. */
	readonly key?: (item: I) => string;
	/** What people call it, for names. */
	readonly label?: (item: I) => string;
	/**
	 * True where the list is this program's own and bounded (a tracker keeps it): what it no longer has is removed at once, and a gap in the
	 * stream says nothing.
	 */
	readonly kept?: true;
	/** True where each thing may be a device of its own (`via_device` the server), if the user wants that. */
	readonly ownDevice?: boolean;
	readonly rows: readonly Row<I, W>[];
}

/** A subject as the mapper sees it: its item type is its own business. */
export type Subject = SubjectDescription<World, object>;

/** Declares a subject. `W` is the dialect's world; the mapper only ever passes a subject's own items back to it. */
export function subject<W extends object, I extends object>(description: SubjectDescription<W, I>): Subject {
	return description as unknown as Subject;
}

/** A deadband for what always moves and few look at: published once a minute. */
export const slow = Number.MAX_SAFE_INTEGER;

/** What is particular about one row, beyond what its preset says. */
export type RowSpec<I, W = World> = Pick<Row<I, W>, 'key' | 'name'> &
	Partial<Omit<Row<I, W>, 'key' | 'name' | 'platform' | 'from' | 'value'>>;

/** A row that reads one number: the first of its fields that holds one. */
export type NumberSpec<I, W = World> = RowSpec<I, W> & {
	readonly field: (keyof I & string) | readonly (keyof I & string)[];
	/** Further fields that attribute functions read. */
	readonly reads?: readonly (keyof I & string)[];
	/** True where the server writes 0 for "there is none". */
	readonly zeroIsNone?: boolean;
	/** True where the server leaves the field out when it is 0. */
	readonly absentIsZero?: boolean;
	/** The raw number is divided by this. */
	readonly divide?: number;
	/** Decimals that the state keeps. */
	readonly decimals?: number;
	/** A number above this, after conversion, is this one: some servers overshoot. */
	readonly most?: number;
	/** Plausible range after conversion; a value outside is unknown. */
	readonly plausible?: readonly [least: number, most: number];
};

/** Rounds half away from zero to a number of decimals, without the noise of binary fractions. */
export function round(value: number, decimals: number): number {
	const factor = 10 ** decimals;
	const scaled = Math.round(Math.abs(value) * factor + 1e-9) / factor;
	return value < 0 && scaled !== 0 ? -scaled : scaled;
}

/** The first of the fields that holds a finite number, or null. */
export function firstNumber<I>(item: I, fields: readonly (keyof I & string)[]): number | null {
	for (const field of fields) {
		const value: unknown = item[field];
		if (typeof value === 'number' && Number.isFinite(value)) return value;
	}
	return null;
}

/** A numeric sensor: the base of the presets below. */
export function numeric<I, W = World>(spec: NumberSpec<I, W>): Row<I, W> {
	const {
		field,
		reads = [],
		zeroIsNone = false,
		absentIsZero = false,
		divide = 1,
		decimals,
		most,
		plausible,
		...row
	} = spec;
	const fields = typeof field === 'string' ? [field] : field;
	const value = (item: I): State => {
		const raw = firstNumber(item, fields) ?? (absentIsZero ? 0 : null);
		if (raw === null || (zeroIsNone && raw === 0)) return null;
		const converted = Math.min(raw / divide, most ?? Number.POSITIVE_INFINITY);
		if (plausible && (converted < plausible[0] || converted > plausible[1])) return null;
		return decimals === undefined ? converted : round(converted, decimals);
	};
	return { platform: 'sensor', stateClass: 'measurement', ...row, from: [...fields, ...reads], value };
}

/** Share of a whole, 0 to 100 %, one decimal (what rounds to 100.0 is 100); half a percent can wait. */
export const percent = <I, W = World>(spec: NumberSpec<I, W>): Row<I, W> =>
	numeric({ unit: '%', precision: 1, decimals: 1, plausible: [0, 100.05], deadband: 0.5, ...spec });

/** Temperature in °C, one decimal; a fifth of a degree can wait. The plausible range drops what broken sensors report. */
export const temperature = <I, W = World>(spec: NumberSpec<I, W>): Row<I, W> =>
	numeric({
		unit: '°C',
		deviceClass: 'temperature',
		icon: 'mdi:thermometer',
		precision: 1,
		decimals: 1,
		plausible: [-40, 125],
		deadband: 0.2,
		...spec,
	});

/** Amount of data: bytes on the wire, GiB with two decimals as state. */
export const bytes = <I, W = World>(spec: NumberSpec<I, W>): Row<I, W> =>
	numeric({
		unit: 'GiB',
		deviceClass: 'data_size',
		precision: 2,
		decimals: 2,
		divide: 1_073_741_824,
		plausible: [0, 1e12],
		deadband: slow,
		...spec,
	});

/** Electric power in W, two decimals; one watt can wait. */
export const power = <I, W = World>(spec: NumberSpec<I, W>): Row<I, W> =>
	numeric({
		unit: 'W',
		deviceClass: 'power',
		icon: 'mdi:flash',
		decimals: 2,
		plausible: [0, 100_000],
		deadband: 1,
		...spec,
	});

/** A count without unit. */
export const count = <I, W = World>(spec: NumberSpec<I, W>): Row<I, W> => numeric(spec);

/**
 * A count that never starts anew: what the item has counted since `counting` (ms since 1970, when the tracker began), on top of what
 * earlier runs had. Survives a restart by its memory.
 */
export function total<I extends { readonly counting: number }, W = World>(spec: NumberSpec<I, W>): Row<I, W> {
	const row = numeric<I, W>({ stateClass: 'total_increasing', decimals: 3, ...spec });
	return {
		...row,
		from: [...row.from, 'counting'],
		fold: (item, memory, at) => {
			const counted = row.value(item, { world: {} as W, at, previous: undefined });
			const number = (name: string) => (typeof memory?.[name] === 'number' ? memory[name] : 0);
			const goesOn = memory?.counting === item.counting;
			const before = goesOn ? number('before') : number('total');
			const now = typeof counted === 'number' ? counted : 0;
			const sum = round(before + now, spec.decimals ?? 3);
			return { state: sum, memory: { counting: item.counting, before, total: sum } };
		},
	};
}

/** A text sensor; empty text is unknown. */
export function text<I, W = World>(
	spec: RowSpec<I, W> & { readonly field: keyof I & string; readonly reads?: readonly (keyof I & string)[] },
): Row<I, W> {
	const { field, reads = [], ...row } = spec;
	const value = (item: I): State => {
		const raw: unknown = item[field];
		return typeof raw === 'string' && raw !== '' ? raw : null;
	};
	return { platform: 'sensor', ...row, from: [field, ...reads], value };
}

/** A binary sensor; `is` answers true, false, or null for unknown. */
export function binary<I, W = World>(
	spec: RowSpec<I, W> & {
		readonly from: readonly (keyof I & string)[];
		readonly is: (item: I, reading: Reading<W>) => boolean | null;
	},
): Row<I, W> {
	const { is, ...row } = spec;
	return { platform: 'binary_sensor', ...row, value: (item, reading) => onOff(is(item, reading)) };
}

/** An event entity: it has no state of its own and fires each of its `happenings` once. */
export function event<I, W = World>(
	spec: RowSpec<I, W> & Required<Pick<Row<I, W>, 'from' | 'options' | 'happenings'>>,
): Row<I, W> {
	return { platform: 'event', ...spec, value: () => null };
}

/** `on`, `off` or unknown. */
export function onOff(value: boolean | null | undefined): State {
	return value === null || value === undefined ? null : value ? 'on' : 'off';
}
