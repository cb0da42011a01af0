import type { Device, Entity, Platform } from '../model/entity';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import {
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
	/** Something that people should know. */
	report(error: AgentStreamError): void;
}

/** The fields of an entity that its announcement is made of. */
const ANNOUNCED = [
	'platform',
	'name',
	'event_type',
	'device_class',
	'unit_of_measurement',
	'state_class',
	'entity_category',
	'suggested_display_precision',
	'icon',
	'enabled_by_default',
	'options',
	'command',
	'range',
	'device',
] as const satisfies readonly (keyof Entity)[];

/** Whether two forms of an entity are announced differently. */
export function isAnnouncedDifferently(before: Entity, after: Entity): boolean {
	return ANNOUNCED.some((field) => !isSame(before[field], after[field]));
}

const isSame = (a: unknown, b: unknown): boolean =>
	a === b || (typeof a === 'object' && a !== null && JSON.stringify(a) === JSON.stringify(b));

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
			oversize: (topic) => this.oversize(topic),
			foreign: (topic) =>
				events.report(
					new AgentStreamError('PREFIX_TAKEN', `Another program's message stands on ${topic}; it is left alone.`),
				),
		});
	}

	/** Announces an entity, or what is new about it. */
	announce(known: Known, entity: Entity, now: number): void {
		const { form } = this.options;
		if (form === 'off') return;
		const made = component(entity, this.published.topics, known.extras, this.options);
		if (!made) {
			this.withdraw(known);
			return;
		}
		const base = this.describe(entity.device);
		const place = this.place(base, entity);
		if (known.document !== null && known.document !== place.topic) {
			this.withdraw(known);
			known.notBefore = now + 2 * limits.documentEvery;
		}
		const document = this.documents.at(place, entity.device);
		const shown = document.members.get(known.id)?.component;
		if (shown && shown.p !== made.p) this.documents.remove(document, known.id, shown);
		this.documents.put(document, known.id, made, known.notBefore);
		if (known.document !== place.topic) this.events.changed();
		known.document = place.topic;
	}

	/** Takes an entity out of its document. @returns false when it was in none, so that nothing has to be waited for */
	withdraw(known: Known): boolean {
		const document = known.document === null ? undefined : this.documents.get(known.document);
		known.document = null;
		if (!document) return false;
		this.documents.remove(document, known.id, { p: known.platform, unique_id: known.unique_id });
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
			if (known.entity !== null && known.document === null) {
				this.documents.remove(from, known.id, { p: known.platform, unique_id: known.unique_id });
				continue;
			}
			const to = this.documents.at(this.place(from.base, known), from.device);
			if (known.document !== null && known.document !== to.topic) this.resettle(known, to);
			known.document = to.topic;
			if (to === from) continue;
			const targets = moves.get(from);
			if (targets) targets.add(to);
			else moves.set(from, new Set([to]));
		}
		for (const [from, to] of moves) this.move(from, [...to]);
	}

	/**
	 * What the broker holds of our documents.
	 * @param found payloads by topic, or null when they could not be read
	 */
	readBack(filter: string, found: ReadonlyMap<string, string> | null, forgotten: boolean): void {
		for (const document of [...this.documents.all()]) {
			if (document.filter !== filter || document.read) continue;
			const payload = found === null ? null : found.get(document.topic);
			if (payload) this.adopt(document, payload);
			this.documents.readBack(document, payload, forgotten);
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
		const held = parseDocument(document, payload);
		if (!held) return;
		if (held.device && !this.devices.has(document.base)) this.documents.describe(document.base, held.device);
		for (const [uniqueId, parsed] of held.components) {
			const known = this.published.byId.get(uniqueId);
			const target = known?.document ? this.documents.get(known.document) : undefined;
			if (!known || !target || target.base !== document.base) continue;
			const shown = { ...parsed, p: known.platform, unique_id: uniqueId };
			if (!target.members.has(known.id)) this.documents.put(target, known.id, shown);
			const member = target.members.get(known.id);
			if (member && target === document) member.announcedAt ??= 0;
		}
		document.order(held.components.values());
	}

	private describe(device: Device): string {
		const base = documentId(device);
		const before = this.devices.get(base);
		if (before === device) return base;
		this.devices.set(base, device);
		if (!isSame(before, device)) this.documents.describe(base, device);
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

	/** An entity was announced before the ledger told that its device is split: it goes where the ledger says. */
	private resettle(known: Known, to: Document): void {
		const before = this.documents.get(known.document ?? '');
		const member = before?.members.get(known.id);
		if (!before || !member) return;
		before.members.delete(known.id);
		this.documents.put(to, known.id, member.component, member.notBefore);
	}

	private move(from: Document, to: readonly Document[]): void {
		if (from.suppressed) for (const document of to) document.suppressed = true;
		this.documents.migrate(from, to);
	}
}

const nameless = (base: string): Device => ({ identifiers: [base], name: base });

type Held = { device: Device | null; components: Map<string, { [key: string]: unknown }> };

/** The components of a retained document of ours by unique id; null when it is none. */
function parseDocument(document: Document, payload: string): Held | null {
	let parsed: unknown;
	try {
		parsed = JSON.parse(payload);
	} catch {
		return null;
	}
	if (!isRecord(parsed)) return null;
	const { device, origin: _origin, qos, availability_mode, components, ...rest } = parsed;
	const list = document.form === 'entity' ? [rest] : isRecord(components) ? Object.values(components) : [];
	const held: Held = { device: isDevice(device) ? device : null, components: new Map() };
	for (const item of list) {
		if (isRecord(item) && typeof item.unique_id === 'string') held.components.set(item.unique_id, item);
	}
	return held;
}

const isRecord = (value: unknown): value is { [key: string]: unknown } =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isDevice = (value: unknown): value is Device =>
	isRecord(value) && Array.isArray(value.identifiers) && typeof value.name === 'string';
