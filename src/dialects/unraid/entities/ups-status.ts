/** The states of a UPS in one vocabulary, whatever the daemon that reads it calls them. */
export const upsStates = ['online', 'on_battery', 'low_battery', 'comm_lost', 'off', 'testing', 'unknown'] as const;
/** See {@link upsStates}. */
export type UpsState = (typeof upsStates)[number];

/** Words of apcupsd and flags of NUT. More urgent ones stand first: the first that is there decides. */
const vocabulary: readonly (readonly [words: readonly string[], state: UpsState])[] = [
	[['COMMLOST', 'NOCOMM', 'WAIT'], 'comm_lost'],
	[['CAL', 'TEST', 'SELFTEST'], 'testing'],
	[['FSD', 'SHUTTING'], 'low_battery'],
	[['ONBATT', 'OB'], 'on_battery'],
	[['OFF'], 'off'],
	[['ONLINE', 'OL', 'BYPASS', 'TRIM', 'BOOST', 'OVER', 'OVERLOAD', 'SLAVE'], 'online'],
	[['LOWBATT'], 'low_battery'],
];

const lowBattery = ['LOWBATT', 'LB'];

/**
 * The state that a status text means: words of apcupsd (`ONBATT LOWBATT`) or flags of NUT (`OL CHRG`), in any order.
 * A low battery is urgent only while the UPS runs on it; a missing UPS has lost its communication.
 */
export function upsState(status: string | null | undefined, connected: boolean | null | undefined): UpsState {
	if (connected === false) return 'comm_lost';
	const words = new Set((status ?? '').trim().toUpperCase().split(/\s+/));
	const state = vocabulary.find(([candidates]) => candidates.some((word) => words.has(word)))?.[1] ?? 'unknown';
	return state === 'on_battery' && lowBattery.some((word) => words.has(word)) ? 'low_battery' : state;
}

/** What else a status text says, each by itself. */
export interface UpsFlags {
	readonly onBattery: boolean;
	/** Urgent only while on battery. */
	readonly lowBattery: boolean;
	/** null where the daemon does not tell: apcupsd never does. */
	readonly charging: boolean | null;
	readonly replaceBattery: boolean;
}

/** The parts of a status text as booleans, in the vocabulary of apcupsd or NUT. */
export function upsFlags(status: string | null | undefined): UpsFlags {
	const words = new Set((status ?? '').trim().toUpperCase().split(/\s+/));
	const has = (...candidates: readonly string[]) => candidates.some((word) => words.has(word));
	return {
		onBattery: has('ONBATT', 'OB'),
		lowBattery: has(...lowBattery),
		charging: has('CHRG') ? true : has('DISCHRG', 'OL', 'OB') ? false : null,
		replaceBattery: has('REPLACEBATT', 'RB'),
	};
}
