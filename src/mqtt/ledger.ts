import { z } from 'zod';
import { deviceSchema, platformSchema } from '../model/entity';
import { limits } from '../model/limits';

/** As much of a component as tells Home Assistant which one is meant; what more there is stays. */
const componentSchema = z.looseObject({ p: platformSchema, unique_id: z.string() });

/** Absence is written down to the hour: what ticks would make the ledger be written again and again. */
const HOUR = 3_600_000;

const entitySchema = z.object({
	/** Path. */
	p: z.string(),
	/** Platform. */
	t: platformSchema,
	/** Event type: its place in `types`. */
	e: z.int().min(0),
	/** Unique id, where it is not the path with `_` for `/`. */
	u: z.string().optional(),
	/** Endpoint id and subject, where they are not the first two levels of the path. */
	o: z.string().optional(),
	s: z.string().optional(),
	/** The document that announces it, if any does: its place in `documents`. */
	d: z.int().min(0).optional(),
	/** Has attributes. */
	a: z.literal(true).optional(),
	/** Has the availability of a thing. */
	h: z.literal(true).optional(),
	/** Is available while its endpoint is not. */
	w: z.literal(true).optional(),
	/** Missing for so many hours while its event type came. */
	m: z.number().optional(),
});

const documentSchema = z.object({
	topic: z.string(),
	/** The broker holds it. */
	stored: z.boolean(),
	/** It was deleted in Home Assistant. */
	suppressed: z.boolean(),
	/** The device, where removals need it. */
	device: deviceSchema.optional(),
	/** Removals that are not finished, with the topics to be emptied after. */
	removals: z.array(z.object({ component: componentSchema, clear: z.array(z.string()) })).optional(),
	/** Removals that are to be repeated after a birth. */
	repeat: z.array(componentSchema).optional(),
});

/**
 * What a bridge has published, so that it can be removed when nobody knows it any more: kept as a retained message of its own, and
 * by whoever wants to keep it besides. A server has hundreds of entities and thousands in a busy week: what can be told from the path
 * is left out, and what many share is listed once.
 */
const ledgerSchema = z.object({
	version: z.literal(2),
	types: z.array(z.string()),
	documents: z.array(documentSchema),
	entities: z.array(entitySchema).max(10 * limits.entities),
});
/** What a ledger says. */
export type Ledger = z.infer<typeof ledgerSchema>;
/** What a ledger says of one document. */
export type LedgerDocument = Ledger['documents'][number];

/** One entity of a ledger, in full. */
export interface LedgerEntity {
	readonly unique_id: string;
	readonly path: string;
	readonly platform: Ledger['entities'][number]['t'];
	readonly source: string;
	readonly subject: string;
	readonly event_type: string;
	readonly document: string | null;
	readonly attributes: boolean;
	readonly thing: boolean;
	readonly always: boolean;
	/** How long it has been missing from a healthy stream, ms; null = it is not. */
	readonly missingFor: number | null;
}

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
	return parsed.success ? parsed.data : null;
}

/** The entities of a ledger; those that name no type or document of it are left out. */
export function entitiesOf({ entities, types, documents }: Ledger): LedgerEntity[] {
	const found: LedgerEntity[] = [];
	for (const { p: path, t: platform, e, u, o, s, d, a, h, w, m } of entities) {
		const [source = '', subject = ''] = path.split('/');
		const event_type = types[e];
		const document = d === undefined ? null : documents[d]?.topic;
		if (event_type === undefined || document === undefined) continue;
		found.push({
			unique_id: u ?? uniqueIdOf(path),
			path,
			platform,
			source: o ?? source,
			subject: s ?? subject,
			event_type,
			document,
			attributes: a === true,
			thing: h === true,
			always: w === true,
			missingFor: m === undefined ? null : m * HOUR,
		});
	}
	return found;
}

/** A ledger of these entities and documents. */
export function toLedger(entities: Iterable<LedgerEntity>, documents: readonly LedgerDocument[]): Ledger {
	const types = new Map<string, number>();
	const places = new Map(documents.map(({ topic }, index) => [topic, index]));
	const ledger: Ledger = { version: 2, types: [], documents: [...documents], entities: [] };
	for (const { path, event_type, document, ...entity } of entities) {
		const [source, subject] = path.split('/');
		const place = document === null ? undefined : places.get(document);
		if (!types.has(event_type)) types.set(event_type, types.size);
		ledger.entities.push({
			p: path,
			t: entity.platform,
			e: types.get(event_type) ?? 0,
			...(entity.unique_id === uniqueIdOf(path) ? {} : { u: entity.unique_id }),
			...(entity.source === source ? {} : { o: entity.source }),
			...(entity.subject === subject ? {} : { s: entity.subject }),
			...(place === undefined ? {} : { d: place }),
			...(entity.attributes ? { a: true } : {}),
			...(entity.thing ? { h: true } : {}),
			...(entity.always ? { w: true } : {}),
			...(entity.missingFor === null ? {} : { m: Math.round(entity.missingFor / HOUR) }),
		});
	}
	ledger.types.push(...types.keys());
	return ledger;
}

const uniqueIdOf = (path: string): string => path.replaceAll('/', '_');
