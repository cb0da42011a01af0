import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AlertRule } from '../../src/model/alert';
import { type Device, deviceSchema } from '../../src/model/entity';
import { limits } from '../../src/model/limits';

const text = z.string().max(limits.textLength);

const server = z.object({
	source: text,
	device: deviceSchema,
	/** When anything of it was last heard, ms since 1970. */
	heard: z.number(),
});

const made = z.object({
	source: text,
	/** Id of the rule; null: what counts them all. */
	rule: text.nullable(),
	/** What the rule watched, as {@link watchedBy} tells it. */
	watched: text,
});

const saved = z.object({
	servers: z.array(z.unknown()).max(limits.alertServers),
	made: z.array(z.unknown()).max(limits.alertEntities),
});

/** One entity about alerts that was told of. */
export type Made = z.output<typeof made>;

/** What outlasts a restart of the entities about alerts, as JSON: the endpoints with the device they are of, and what was told of. */
export interface SavedEntities {
	readonly servers: readonly { readonly source: string; readonly device: Device; readonly heard: number }[];
	readonly made: readonly Made[];
}

/** Reads what was saved, as far as it can be read. */
export function readEntities(value: unknown): SavedEntities {
	const { data } = saved.safeParse(value);
	return {
		servers: (data?.servers ?? []).flatMap((one) => server.safeParse(one).data ?? []),
		made: (data?.made ?? []).flatMap((one) => made.safeParse(one).data ?? []),
	};
}

/** A word for what a rule watches: another one when that was edited. */
export function watchedBy({ entities }: AlertRule): string {
	return createHash('sha256').update(JSON.stringify(entities)).digest('base64url').slice(0, 16);
}
