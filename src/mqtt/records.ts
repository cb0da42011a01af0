import type { Announcer } from './announcer';
import { componentId } from './discovery';
import type { Document } from './document';
import type { EntityTopics } from './entity-topics';
import { entitiesOf, type Ledger, type LedgerDocument, type LedgerEntity, toLedger } from './ledger';
import type { Leftovers } from './leftovers';
import type { Orphans } from './orphans';
import type { Known, Published } from './published';
import { minimal } from './removals';

/** The ledger tells absence rounded to the hour: so much of it (ms) may never have been, and restarts would add it up. */
const ledgerRounding = 1_800_000;

/** What {@link Records} are about. */
export interface RecordsParts {
	readonly published: Published;
	readonly announcer: Announcer;
	readonly orphans: Orphans;
	readonly leftovers: Leftovers;
	readonly entities: EntityTopics;
}

/** Writes down what is published, and takes up what was written down. */
export class Records {
	constructor(private readonly parts: RecordsParts) {}

	/** The ledger as of now. */
	ledger(): Ledger {
		const { published, announcer } = this.parts;
		const documents = [...announcer.documents.all()].map((document) => this.describe(document));
		return toLedger([...published.byId.values()].map(entryOf), documents);
	}

	/** Takes up a ledger: what is known already stays. */
	restore(ledger: Ledger, now: number): void {
		const { published, announcer, entities } = this.parts;
		const announced = new Map<Known, string>();
		const added: Known[] = [];
		const extended: Known[] = [];
		for (const entry of entitiesOf(ledger)) {
			let known = published.byId.get(entry.unique_id) ?? null;
			if (known) {
				if (this.extend(known, entry)) extended.push(known);
			} else {
				known = this.add(entry, now);
				if (known) added.push(known);
			}
			if (known && entry.document !== null) announced.set(known, entry.document);
		}
		announcer.restore(new Map(ledger.documents.map((record) => [record.topic, record])), announced);
		for (const known of extended) {
			if (!known.entity) continue;
			entities.set(known, known.entity, null);
			announcer.announce(known, known.entity);
		}
		for (const record of ledger.documents) {
			const document = announcer.documents.get(record.topic);
			if (document) this.resume(document, record);
		}
		for (const known of added) entities.presume(known);
	}

	/** Goes on with removals that an earlier run began. */
	private resume(document: Document, { device, removals = [], repeat = [] }: LedgerDocument): void {
		const { published, announcer, leftovers } = this.parts;
		if (device && document.members.size === 0) document.device = device;
		for (const component of repeat) {
			const id = componentId(component.unique_id);
			if (!published.byId.has(component.unique_id)) announcer.documents.resume(document, id, component, true);
		}
		if (removals.length > 0) document.emptying = true;
		for (const { component, clear } of removals) {
			const id = componentId(component.unique_id);
			if (document.members.has(id) || document.removing.has(id)) continue;
			announcer.documents.resume(document, id, component, false);
			const ours = clear.filter((name) => name.startsWith(`${published.topics.prefix}/`));
			if (ours.length > 0) leftovers.leave(document.topic, id, ours);
		}
	}

	private describe({ topic, stored, suppressed, device, removing, unconfirmed }: Document): LedgerDocument {
		if (removing.size + unconfirmed.size === 0) return { topic, stored, suppressed };
		const removals = [...removing].map(([id, { component }]) => ({
			component: minimal(component),
			clear: [...this.parts.leftovers.of(topic, id)],
		}));
		return {
			topic,
			stored,
			suppressed,
			device,
			...(removals.length > 0 ? { removals } : {}),
			...(unconfirmed.size > 0 ? { repeat: [...unconfirmed.values()] } : {}),
		};
	}

	/** An entity was reported before the ledger was read: what it had once, it has. @returns whether that is more than it has now */
	private extend(known: Known, { attributes, thing }: LedgerEntity): boolean {
		const before = known.extras;
		known.extras = { attributes: before.attributes || attributes, thing: before.thing || thing };
		if (known.extras.thing) this.parts.published.use(known, known.thingTopic);
		return known.extras.attributes !== before.attributes || known.extras.thing !== before.thing;
	}

	private add(entry: LedgerEntity, now: number): Known | null {
		const { published, orphans } = this.parts;
		const { path, source, attributes, thing, always, missingFor } = entry;
		if (!path.startsWith(`${source}/`) || path.split('/').length < 3) return null;
		try {
			const known = published.add(entry);
			known.extras = { attributes, thing };
			if (thing) published.use(known, known.thingTopic);
			known.always = always;
			known.missingFor = missingFor === null ? null : Math.max(0, missingFor - ledgerRounding);
			orphans.add(known, now);
			return known;
		} catch {
			return null;
		}
	}
}

function entryOf(known: Known): LedgerEntity {
	const { unique_id, path, platform, source, subject, event_type, document, extras, always, missingFor } = known;
	return { unique_id, path, platform, source, subject, event_type, document, ...extras, always, missingFor };
}
