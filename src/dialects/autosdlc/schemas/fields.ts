import { z } from 'zod';

// What fields of the protocol can be. The document shows two payloads; of the others it tells only what they are about, so
// that nearly every field may be missing, and unknown ones pass.

/** A name or a sentence. */
export const text = () => z.string().optional();

/** True or false. */
export const flag = () => z.boolean().optional();

/** A whole number from 0 on. */
export const count = () => z.number().multipleOf(1).min(0).optional();

/** A share of a whole, 0 to 100 %. */
export const percent = () => z.number().min(0).max(100).meta({ unit: '%' }).optional();

/** A time span in milliseconds, as the protocol's times are. */
export const duration = () => z.number().min(0).meta({ unit: 'ms' }).optional();

/** Anything: the document leaves its form open. */
export const anything = () => z.unknown().optional();

/** One of these words; others pass with a notice. */
export const word = <const W extends readonly [string, ...string[]]>(...words: W) => z.enum(words);

/** What an agent uses, and what it has done. */
export const metrics = () =>
	z
		.object({
			cpuUsage: z.number().min(0).meta({ unit: '%' }).optional(),
			memoryUsage: z.number().min(0).meta({ unit: 'B' }).optional(),
			tasksCompleted: count(),
		})
		.nullable()
		.optional();

/** The task that an agent works at; null where it has none. */
export const task = () => z.object({ id: text(), type: text(), progress: percent() }).nullable().optional();

/** How many tests there are, and what became of them. */
export const testCounts = { total: count(), passing: count(), failing: count(), passed: count(), failed: count() };

/** Shares of the code that tests run through. */
export const coverageShares = { lines: percent(), branches: percent(), functions: percent() };

/**
 * What the session takes over from the message's envelope into its data: the id (for answers, and so that what came twice counts once)
 * and the metadata.
 */
const envelope = () => z.object({ id: text(), correlationId: text(), source: text(), version: text() }).optional();

/** The data of a message: its fields, and what stood around it. */
export const message = <F extends z.core.$ZodShape>(fields: F) => z.object({ ...fields, envelope: envelope() });
