import type { Memory } from '../../../model/description';
import type { State } from '../../../model/entity';
import { round } from '../../../model/presets';

/** A pause longer than this is not integrated: nobody knows what was drawn in it. Further back, the clock was set. */
const energyGap = 3_600_000;
/** A counter that stands still for longer than this shows a rate of 0. */
const rateGap = 300_000;

/**
 * Energy in kWh from power in W: trapezoids between two readings, as the integration does it, so that its history goes on.
 * A reading that is no number, is out of order, or comes after more than an hour adds nothing. A clock that was set back starts a new baseline.
 */
export function energy(
	watts: number | null | undefined,
	memory: Memory | undefined,
	at: number,
): { state: State; memory: Memory } {
	const total = typeof memory?.watt_hours === 'number' ? memory.watt_hours : 0;
	if (typeof watts !== 'number' || watts < 0) return { state: kilowattHours(total), memory: { watt_hours: total } };
	const elapsed = typeof memory?.at === 'number' ? at - memory.at : 0;
	if (memory && elapsed < 0 && elapsed >= -energyGap) return { state: kilowattHours(total), memory };
	const before = memory?.watts;
	const counts = elapsed > 0 && elapsed <= energyGap && typeof before === 'number';
	const sum = counts ? total + (((before + watts) / 2) * elapsed) / 3_600_000 : total;
	return { state: kilowattHours(sum), memory: { watt_hours: sum, watts, at } };
}

const kilowattHours = (wattHours: number) => round(wattHours / 1000, 3);

/**
 * Rate in kbit/s from a byte counter. A counter that went back starts anew; one that did not move keeps its last rate for a while,
 * because the agent looks less often than it sends.
 */
export function rate(
	bytes: number | null | undefined,
	memory: Memory | undefined,
	at: number,
): { state: State; memory: Memory } {
	if (typeof bytes !== 'number') return { state: null, memory: {} };
	const { bytes: before, at: since, kbits } = memory ?? {};
	if (typeof before !== 'number' || typeof since !== 'number' || bytes < before || at < since) {
		return { state: null, memory: { bytes, at } };
	}
	const elapsed = at - since;
	if (bytes === before && elapsed <= rateGap)
		return { state: kbits ?? null, memory: { bytes, at: since, kbits: kbits ?? null } };
	const rated = elapsed > 0 ? round(((bytes - before) * 8) / elapsed, 1) : null;
	return { state: rated, memory: { bytes, at, kbits: rated } };
}
