import type { Reading, Row, World } from './description';
import type { State } from './entity';

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
