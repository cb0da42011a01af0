import type { Device, Entity, Platform } from '../model/entity';
import { AgentStreamError } from '../model/errors';
import { type Fields, isFields } from '../model/fields';
import { sameJson } from '../model/json';
import { limits } from '../model/limits';
import { readAnnounced } from './announced';
import {
	type Component,
	component,
	type DiscoveryOptions,
	documentId,
	type Form,
	isPart,
	type Origin,
	type Place,
	placeAt,
	placeOf,
} from './discovery';
import type { Document } from './document';
import { Documents } from './documents';
import type { Known, Published } from './published';

/** What announcing is told. */
export interface AnnouncerOptions extends DiscoveryOptions {
	readonly form: Form;
	/** Home Assistant's discovery prefix. */
	readonly prefix: string;
	/** A device's document above this (UTF-16 units) is split by subject. */
	readonly documentSize: number;
	readonly origin: Origin;
}

/** What the announcer tells its owner. */
export interface AnnouncerEvents {
	/** A removed component is gone from Home Assistant: its topics may be emptied. */
	gone(topic: string, id: string): void;
	/** What has to outlast a restart has changed. */
	changed(): void;
	/** A document came to the broker, or left it: to be noted, but nothing has to wait for that. */
	moved(): void;
	/** Bookkeeping that should outlast a restart. */
	noted(): void;
	/** Something that people should know. */
	report(error: AgentStreamError): void;
}

/** Decides in which document each entity is announced, and moves entities between documents. */
export class Announcer {
	readonly documents: Documents;
	/** Devices by document id, as last heard of. */
	private readonly devices = new Map<string, Device>();
	/** Devices that are announced in one document per subject. */
	private readonly split = new Set<string>();

	constructor(
		private readonly options: AnnouncerOptions,
		private readonly published: Published,
		private readonly events: AnnouncerEvents,
	) {
		this.documents = new Documents(options.origin, options.documentSize, {
			gone: (topic, id) => events.gone(topic, id),
			changed: () => events.changed(),
			moved: () => events.moved(),
			noted: () => events.noted(),
			full: () =>
				events.report(
					new AgentStreamError(
						'LIMIT_REACHED',
						`More than ${limits.removals} removals wait for Home Assistant's next start, to be repeated then: it may keep some of the later ones as unavailable.`,
					),
				),
			oversize: (topic) => this.oversize(topic),
			foreign: (topic) =>
				events.report(
					new AgentStreamError('PREFIX_TAKEN', `Another program's message stands on ${topic}; it is left alone.`),
				),
		});
	}

	/** Announces an entity, or what is new about it. */
	announce(known: Known, entity: Entity): void {
		const { form } = this.options;
		if (form === 'off') return;
		const made = component(entity, this.published.topics, known.extras, this.options);
		if (!made) {
			this.withdraw(known);
			return;
		}
		const base = this.describe(entity.device);
		const place = this.place(base, entity);
		const document = this.documents.at(place, entity.device);
		const shown = document.members.get(known.id)?.component;
		if (shown && shown.p !== made.p) this.documents.remove(document, known.id, shown);
		this.documents.put(document, known.id, made);
		if (known.document === place.topic) return;
		const from = known.document === null ? undefined : this.documents.get(known.document);
		if (from) this.documents.leave(from, known.id, stubOf(known), document);
		known.document = place.topic;
		this.events.changed();
	}

	/** Makes an announced entity depend on the availability of its thing, without knowing more of it than what is announced. */
	guard(known: Known): void {
		const document = this.documents.get(known.document ?? '');
		const shown = document?.members.get(known.id)?.component;
		if (!document || !shown) return;
		this.documents.put(document, known.id, this.guarded(known, shown));
	}

	/** Takes an entity out of its document. @returns false when it was in none, so that nothing has to be waited for */
	withdraw(known: Known): boolean {
		const document = known.document === null ? undefined : this.documents.get(known.document);
		known.document = null;
		if (!document) return false;
		this.documents.remove(document, known.id, stubOf(known));
		return true;
	}

	/** When Home Assistant could know an entity (ms since 1970); null = not yet, 0 = long ago, or it never will. */
	announcedAt(known: Known): number | null {
		return known.document === null ? 0 : this.documents.announcedAt(known.document, known.id);
	}

	/** Takes up documents of an earlier run: those of another form than today's are moved. Their contents are read back. */
	restore(
		records: ReadonlyMap<string, { stored: boolean; suppressed: boolean }>,
		announced: ReadonlyMap<Known, string>,
	): void {
		for (const [topic, record] of records) {
			const place = placeAt(this.options.prefix, topic);
			if (!place) continue;
			if (isPart(place)) this.split.add(place.base);
			const document = this.documents.at(place, this.devices.get(place.base) ?? nameless(place.base));
			if (document.read) continue;
			document.stored = record.stored;
			document.suppressed = record.suppressed && this.options.form !== 'off';
		}
		const moves = new Map<Document, Set<Document>>();
		for (const [known, topic] of announced) {
			const from = this.documents.get(topic);
			if (!from || this.options.form === 'off') continue;
			const to = this.rightful(known, from);
			if (to === null) {
				this.documents.remove(from, known.id, stubOf(known));
			} else if (to.base !== from.base) {
				if (!from.removing.has(known.id)) this.documents.leave(from, known.id, stubOf(known), to);
			} else if (to !== from) {
				const targets = moves.get(from);
				if (targets) targets.add(to);
				else moves.set(from, new Set([to]));
			}
		}
		for (const [from, to] of moves) this.move(from, [...to]);
	}

	/** Where an entity belongs that an earlier run announced in `from`; null = it is not announced any more. It is put there. */
	private rightful(known: Known, from: Document): Document | null {
		const { entity } = known;
		if (entity !== null && known.document === null) return null;
		// What this run, or a ledger that was taken up before, says of another device holds.
		const elsewhere = known.document === null ? undefined : this.documents.get(known.document);
		if (elsewhere && elsewhere.base !== from.base) return elsewhere;
		const to = this.documents.at(this.place(from.base, known), from.device);
		if (elsewhere && elsewhere !== to) this.resettle(known, elsewhere, to);
		known.document = to.topic;
		return to;
	}

	/**
	 * What the broker holds of our documents.
	 * @param found payloads by topic, or null when they could not be read
	 */
	readBack(filter: string, found: ReadonlyMap<string, string> | null, forgotten: boolean, now: number): void {
		const used = new Set([...this.published.byId.values()].map(({ document }) => document));
		for (const document of [...this.documents.all()]) {
			if (document.filter !== filter || document.read) continue;
			const payload = found === null ? null : found.get(document.topic);
			if (payload) this.adopt(document, payload);
			this.documents.readBack(document, payload, { forgotten, now, isUsed: used.has(document.topic) });
		}
	}

	/** Subscriptions that have to be read back before their documents are sent. */
	unread(): Set<string> {
		const filters = new Set<string>();
		for (const { filter, read } of this.documents.all()) if (!read) filters.add(filter);
		return filters;
	}

	/** Announces again what the broker holds of entities that nobody has reported yet in this run. */
	private adopt(document: Document, payload: string): void {
		const held = readAnnounced(document.form, payload);
		if (!held) return;
		if (held.device && !this.devices.has(document.base)) this.documents.describe(document.base, held.device);
		for (const [uniqueId, parsed] of held.components) {
			const known = this.published.byId.get(uniqueId);
			const target = known?.document ? this.documents.get(known.document) : undefined;
			if (!known || !target || target.base !== document.base) continue;
			if (!target.members.has(known.id)) this.documents.put(target, known.id, this.adopted(known, parsed));
			const member = target.members.get(known.id);
			if (member && target === document) {
				member.announcedAt ??= 0;
				// It had left every other document before.
				member.notBefore = 0;
				member.follows = false;
			}
		}
		document.order(held.components.values());
	}

	private describe(device: Device): string {
		const base = documentId(device);
		const before = this.devices.get(base);
		if (before === device) return base;
		this.devices.set(base, device);
		if (before === undefined || !sameJson(before, device)) this.documents.describe(base, device);
		return base;
	}

	private place(base: string, entity: { platform: Platform; unique_id: string; subject: string }): Place {
		const { form, prefix } = this.options;
		return placeOf(prefix, form === 'entity' ? 'entity' : this.split.has(base) ? 'part' : 'device', base, entity);
	}

	/** Splits a device's document by subject, where it has several: a fixed rule, so that growth moves nothing later. */
	private oversize(topic: string): boolean {
		const from = this.documents.get(topic);
		if (!from) return false;
		const members = [...this.published.byId.values()].filter((known) => known.document === topic);
		const subjects = new Set(members.map((known) => known.subject));
		// One subject stays in one document, however large; what the broker does not take, the outbox reports.
		if (isPart(from) || subjects.size < 2) return false;
		this.split.add(from.base);
		const to = new Set<Document>();
		for (const known of members) {
			const place = this.place(from.base, known);
			const document = this.documents.at(place, from.device);
			to.add(document);
			const member = from.members.get(known.id);
			if (member) this.documents.put(document, known.id, member.component, member.notBefore);
			known.document = place.topic;
		}
		this.move(from, [...to]);
		return true;
	}

	/** What the broker holds of an entity, as ours: another bridge may have announced it before. */
	private adopted(known: Known, parsed: Fields): Component {
		const { topics } = this.published;
		const list = Array.isArray(parsed.availability) ? parsed.availability : [];
		const availability = list.map((item: unknown) =>
			isFields(item) && typeof item.topic === 'string' && topics.isBridgeAvailability(item.topic)
				? { ...item, topic: topics.bridgeAvailability }
				: item,
		);
		const shown = { ...parsed, p: known.platform, unique_id: known.unique_id, availability };
		return known.extras.thing ? this.guarded(known, shown) : shown;
	}

	private guarded(known: Known, shown: Component): Component {
		const list = Array.isArray(shown.availability) ? shown.availability : [];
		const has = list.some((item: unknown) => isFields(item) && item.topic === known.thingTopic);
		return has ? shown : { ...shown, availability: [...list, { topic: known.thingTopic }] };
	}

	/** An entity was announced before the ledger told that its device is split: it goes where the ledger says. */
	private resettle(known: Known, before: Document, to: Document): void {
		const member = before.members.get(known.id);
		if (!member) return;
		before.members.delete(known.id);
		this.documents.put(to, known.id, member.component, member.notBefore);
	}

	private move(from: Document, to: readonly Document[]): void {
		if (from.suppressed) for (const document of to) document.suppressed = true;
		this.documents.migrate(from, to);
	}
}

const stubOf = ({ platform, unique_id }: Known): Component => ({ p: platform, unique_id });

const nameless = (base: string): Device => ({ identifiers: [base], name: base });
