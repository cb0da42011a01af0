import type { Tower } from './unraid-tower';

/** A JSON object under construction; `undefined` leaves a field out. */
export type Json = { readonly [name: string]: unknown };

/** What a payload is made from. */
export interface Source {
	readonly tower: Tower;
	/** A time stamp of now, with nanoseconds. */
	readonly stamp: () => string;
	/** A time (ms since 1970) without a fraction. */
	readonly timeOf: (at: number) => string;
	readonly random: () => number;
}

/** Rounded to a number of decimals. */
export function rounded(value: number, decimals: number): number {
	return Number(value.toFixed(decimals));
}
