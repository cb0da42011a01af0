import { z } from 'zod';
import { deviceSchema, platformSchema } from '../model/entity';
import { limits } from '../model/limits';

const componentSchema = z.looseObject({ p: platformSchema, unique_id: z.string() });

/**
 * What a bridge has published, so that it can be removed when nobody knows it any more: kept as a retained message of its own, and
 * by whoever wants to keep it besides. One letter per field, as a server has hundreds of entities.
 */
export const ledgerSchema = z.object({
	version: z.literal(1),
	entities: z.array(
		z.object({
			/** Unique id. */
			u: z.string(),
			/** Path. */
			p: z.string(),
			/** Platform. */
			t: platformSchema,
			/** Subject. */
			s: z.string(),
			/** Endpoint id. */
			o: z.string(),
			/** Event type. */
			e: z.string(),
			/** Topic of its discovery document, if it is announced. */
			d: z.string().optional(),
			/** Has attributes. */
			a: z.boolean().optional(),
			/** Has the availability of a thing. */
			h: z.boolean().optional(),
			/** Missing since (ms since 1970). */
			m: z.number().optional(),
		}),
	),
	/** By topic: `stored` = the broker holds it, `suppressed` = deleted in Home Assistant. */
	documents: z.record(z.string(), z.object({ stored: z.boolean(), suppressed: z.boolean() })),
	/** Removals not finished, or (`done`) to be repeated after a birth. */
	removals: z.array(
		z.object({
			topic: z.string(),
			id: z.string(),
			component: componentSchema,
			device: deviceSchema,
			clear: z.array(z.string()),
			done: z.boolean(),
		}),
	),
	/** Documents being emptied because their entities moved. */
	migrating: z.array(z.string()),
});
/** See {@link ledgerSchema}. */
export type Ledger = z.infer<typeof ledgerSchema>;

/** A ledger from outside (the broker, a file); null when it is none. */
export function parseLedger(value: unknown): Ledger | null {
	let raw = value;
	if (typeof raw === 'string') {
		try {
			raw = JSON.parse(raw);
		} catch {
			return null;
		}
	}
	const parsed = ledgerSchema.safeParse(raw);
	return parsed.success && parsed.data.entities.length <= 10 * limits.entities ? parsed.data : null;
}
