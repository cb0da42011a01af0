import { z } from 'zod';
import { type Alert, type AlertRule, alertSchema, severities } from '../model/alert';
import { limits } from '../model/limits';
import type { SavedGate } from './gate';
import type { Memory } from './judges';
import type { Machine } from './machine';
import { formerRule } from './teller';

/** Half as far from 1970 as a date can be: wherever a clock is set, times that follow from these are dates. */
const farthest = 4e15;
const time = z.number().min(-farthest).max(farthest);
const severity = z.enum(severities);
const times = z.array(time).max(10_000);

const threshold = z.object({ value: z.number(), source: z.string() });
const shown = z.object({
	...alertSchema.pick({
		rule_name: true,
		name: true,
		device: true,
		source: true,
		value: true,
		unit: true,
		peak: true,
	}).shape,
	thresholds: z.partialRecord(severity, threshold).default({}),
	precision: z.number().nullable(),
});
const raise = z.object({ severity, at: time, shown });
const countdown = z.object({ left: z.number().min(0), from: time.nullable() });

const machine = z.object({
	rule: z.string(),
	target: z.string(),
	phase: z.enum(['ok', 'pending', 'raised']),
	severity,
	since: time,
	raisedAt: time,
	countdowns: z.partialRecord(severity, countdown).default({}),
	acknowledged: z.boolean(),
	untold: raise.nullable().default(null),
	told: severity.nullable(),
	toldAt: time,
	toldCount: z.number().optional(),
	reminders: z.number(),
	count: z.number(),
	unknown: z.boolean(),
	coolUntil: time,
	missed: z.object({ raise, since: time, clearedAt: time, shown, count: z.number() }).nullable(),
	shown,
	memory: z
		.object({
			last: z.string().optional(),
			hit: z.boolean().optional(),
			base: z.number().optional(),
		})
		.optional(),
});

/** A rule's state about one entity, as it is saved. */
type SavedMachine = z.output<typeof machine>;

/** When anything of a group of entities last changed; `id` as {@link idOf} makes it of rule and group. */
const lastChange = z.object({ id: z.string(), at: time });
/** See {@link lastChange}. */
export type LastChange = z.output<typeof lastChange>;

/** What an engine saves: JSON, with times in ms since 1970. */
export interface SavedAlerts {
	readonly version: 1;
	/** When it was saved. */
	readonly at: number;
	readonly machines: readonly SavedMachine[];
	readonly past: readonly Alert[];
	readonly gate: SavedGate;
	/** Of rules about silence. */
	readonly changes: readonly LastChange[];
}

const header = z.object({
	version: z.literal(1),
	at: time,
	machines: z.array(z.unknown()).max(limits.alertStates).catch([]),
	past: z.array(z.unknown()).catch([]),
	gate: z.unknown(),
	changes: z.array(z.unknown()).max(limits.alertStates).catch([]),
});

const mute = z.object({ rule: z.string().optional(), entity: z.string().optional(), until: time });
const gate = z.object({
	mutes: z
		.array(z.unknown())
		.max(limits.alertMutes)
		.catch([])
		.transform((all) => all.flatMap((one) => mute.safeParse(one).data ?? [])),
	told: z.partialRecord(severity, times).catch({}),
	summaries: z.partialRecord(severity, time).catch({}),
	behind: z.number().min(0).max(farthest).default(0),
});

/** What was saved, as far as it can be read. */
export interface Restored {
	readonly at: number;
	readonly machines: Machine[];
	readonly past: Alert[];
	readonly gate: SavedGate | undefined;
	readonly changes: LastChange[];
}

/** What must outlast a restart. */
export function save(
	at: number,
	machines: Iterable<Machine>,
	past: readonly Alert[],
	saved: SavedGate,
	changes: Iterable<LastChange>,
): SavedAlerts {
	const kept: SavedMachine[] = [];
	for (const { rule, judged: _, again: __, memory, ...rest } of machines) {
		// Samples end with the run: they say nothing of the time until the next one.
		const { samples: ___, ...remembered } = memory ?? {};
		const remembers = Object.keys(remembered).length > 0;
		if (rest.phase === 'ok' && !remembers && !rest.missed && rest.coolUntil <= at) continue;
		kept.push({ ...rest, rule: rule.id, ...(remembers && { memory: remembered }) });
	}
	return { version: 1, at, machines: kept, past: [...past], gate: saved, changes: [...changes] };
}

/** Reads what was saved: what is damaged is left out, never the rest; undefined where nothing can be read. */
export function restore(saved: unknown, rules: ReadonlyMap<string, AlertRule>): Restored | undefined {
	const read = header.safeParse(saved);
	if (!read.success) return undefined;
	const { at, machines, past, gate: door, changes } = read.data;
	return {
		at,
		machines: machines.flatMap((one) => {
			const { data } = machine.safeParse(one);
			if (!data) return [];
			const rule = formerRule(data.rule, data.shown.rule_name, rules.get(data.rule));
			const memory = data.memory as Memory | undefined;
			// Nothing is known of the entity before it is seen; time that had begun to count goes on.
			const countdowns = data.phase === 'ok' ? {} : data.countdowns;
			const { toldCount = data.count } = data;
			return [{ ...data, rule, memory, countdowns, toldCount, unknown: true, judged: false, again: null }];
		}),
		past: past.flatMap((one) => alertSchema.safeParse(one).data ?? []).slice(-limits.alertsPast),
		gate: gate.safeParse(door).data as SavedGate | undefined,
		changes: changes.flatMap((one) => lastChange.safeParse(one).data ?? []),
	};
}
