import { z } from 'zod';
import { type Dimension, dimensions } from '../model/dimensions';
import { limits } from '../model/limits';
import { parsePath } from '../model/path';

const globListSchema = z.array(z.string().min(1).max(limits.textLength)).max(limits.filterPatterns);
const pathSchema = z
	.string()
	.max(limits.textLength)
	.refine((text) => parsePath(text) !== null, 'is no path: write it like event.data[0].name or payload["a.b"]');
const scalarSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is no time of day: write it as hh:mm');
/** Milliseconds; a timer of Node.js holds no more than 2^31 - 1. */
const durationSchema = z.number().int().min(1).max(2_147_483_647);

/** Globs per thing that an event can be about. */
const aboutSchemas = Object.fromEntries(dimensions.map((name) => [name, globListSchema.optional()])) as {
	readonly [name in Dimension]: z.ZodOptional<typeof globListSchema>;
};

/** Days of a time window, Monday first. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/**
 * One condition on a field. `path` starts at the message (`event.data.cpu_usage_percent`, `entity.state`, `payload`, `topic`);
 * with `*` in it, one value that fits is enough. Numbers in text count as numbers. See `conditions.ts` for the operators.
 */
export const conditionSchema = z.discriminatedUnion('operator', [
	z.strictObject({ path: pathSchema, operator: z.enum(['eq', 'ne', 'contains']), value: scalarSchema }),
	z.strictObject({ path: pathSchema, operator: z.enum(['lt', 'lte', 'gt', 'gte']), value: z.number() }),
	z.strictObject({ path: pathSchema, operator: z.literal('matches'), value: z.string().max(limits.textLength) }),
	z.strictObject({
		path: pathSchema,
		operator: z.literal('in'),
		value: z.array(scalarSchema).max(limits.filterPatterns),
	}),
	z.strictObject({ path: pathSchema, operator: z.enum(['exists', 'empty']) }),
]);
/** See {@link conditionSchema}. */
export type Condition = z.infer<typeof conditionSchema>;

/**
 * When messages pass, by the local time of this machine at the moment they arrive: from `from` until just before `to`.
 * A window whose end is not after its start lasts into the next day (`22:00` to `06:00`; equal = 24 hours), and belongs to
 * the day on which it starts: Friday's covers the small hours of Saturday. No day named = every day.
 */
const timeWindowSchema = z.strictObject({
	from: timeOfDaySchema,
	to: timeOfDaySchema,
	weekdays: z.array(z.enum(weekdays)).optional(),
});
/** See {@link timeWindowSchema}. */
export type TimeWindow = z.infer<typeof timeWindowSchema>;

/**
 * What the filter lets through and how. Everything is optional; nothing set = everything passes.
 *
 * First the choice: every dimension, the time window and the conditions must agree. Then the shaping, in the order of its
 * fields, each on its own per key: the entity's unique id, else the event's source and type, else the topic.
 */
export const filterSettingsSchema = z.strictObject({
	/** Globs per dimension, `!` in front excludes; an empty list lets all pass. `dimensions.ts` says what each looks at. */
	choose: z
		.strictObject({
			type: globListSchema.optional(),
			source: globListSchema.optional(),
			subject: globListSchema.optional(),
			...aboutSchemas,
		})
		.default({}),
	window: timeWindowSchema.optional(),
	conditions: z.array(conditionSchema).max(limits.filterConditions).default([]),
	/** Whether all conditions must hold or one of them. */
	match: z.enum(['all', 'any']).default('all'),
	shape: z
		.strictObject({
			/**
			 * Only what changed since the last one that this step let through. Looks at `path`, else at the entity's state and
			 * availability, else at the payload. Two numbers differ when they are further apart than `deadband`, which is in the
			 * value's own unit or in percent of the earlier value.
			 */
			changed: z
				.strictObject({
					path: pathSchema.optional(),
					deadband: z.number().min(0).default(0),
					deadbandIn: z.enum(['value', 'percent']).default('value'),
				})
				.optional(),
			/** At most one per `every` ms: the first at once, the last at the end of the interval, or both. */
			throttle: z
				.strictObject({ every: durationSchema, pass: z.enum(['first', 'last', 'both']).default('first') })
				.optional(),
			/** The last one, once nothing came for `quiet` ms; but at the latest `longest` ms after the first that waited. */
			debounce: z.strictObject({ quiet: durationSchema, longest: durationSchema.optional() }).optional(),
			/** The first of every `every`. */
			sample: z.strictObject({ every: z.number().int().min(1) }).optional(),
			/**
			 * Collects into one: `every` ms after the first, or when there are `count` (never above `limits.filterBatch`),
			 * whichever is first; over all keys, or for each key apart.
			 */
			batch: z
				.strictObject({
					every: durationSchema.optional(),
					count: z.number().int().min(1).max(limits.filterBatch).default(limits.filterBatch),
					per: z.enum(['all', 'key']).default('all'),
				})
				.optional(),
		})
		.default({}),
});
/** Settings as they are used, defaults filled in; see {@link filterSettingsSchema}. */
export type FilterSettings = z.output<typeof filterSettingsSchema>;
