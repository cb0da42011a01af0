import { platformSchema } from '../model/entity';
import { isFields } from '../model/fields';
import { isOurs, readAnnounced } from './announced';
import { placeAt } from './discovery';
import { type Ledger, type LedgerEntity, parseLedger, toLedger } from './ledger';
import type { Published } from './published';
import type { Topics } from './topics';

/** What a survey finds for us: what is there of our endpoints, and what other bridges left that are gone. */
export interface Found {
	/** Ledgers in the order in which they count. */
	readonly ledgers: readonly Ledger[];
	/** Retained topics of bridges that are gone. */
	readonly obsolete: readonly string[];
}

/**
 * Looks once for each endpoint what the broker holds that this program announced, by whichever bridge: one that had another name (its node was
 * deleted and made anew), or one whose ledger was lost. Only documents with our origin count, only components whose topics are
 * those of our endpoints under our prefix, and only bridges that do not live and had no other endpoints: those that live have been asked.
 */
export class Survey {
	private readonly topics: Topics;
	private readonly done = new Set<string>();
	private unread: string[] = [];
	private readonly held = new Map<string, string>();

	constructor(
		private readonly published: Published,
		/** Home Assistant's discovery prefix. */
		private readonly prefix: string,
	) {
		this.topics = published.topics;
	}

	/** Filters that are to be read, and no longer subscribed to after. */
	get filters(): readonly string[] {
		const { prefix, topics } = this;
		// The last one can bring thousands of other programs' messages, of which a broker may drop some.
		return [...topics.bridges, `${prefix}/device/+/config`, `${prefix}/+/+/+/config`];
	}

	/** Filters that are to be read now. */
	due(): readonly string[] {
		if (this.unread.length === 0 && this.published.sources.some((source) => !this.done.has(source))) {
			this.unread = [...this.filters];
			this.held.clear();
		}
		return this.unread;
	}

	/** Takes what was found under a filter. @returns what it comes to, once all have been read */
	take(filter: string, found: ReadonlyMap<string, string> | null): Found | null {
		this.unread = this.unread.filter((other) => other !== filter);
		for (const [topic, payload] of found ?? []) if (this.isRelevant(topic)) this.held.set(topic, payload);
		if (this.unread.length > 0) return null;
		const wanted = this.published.sources.filter((source) => !this.done.has(source));
		for (const source of wanted) this.done.add(source);
		const result = this.judge(wanted);
		this.held.clear();
		return result;
	}

	/** The connection is gone: what was begun begins anew. */
	interrupt(): void {
		this.unread = [];
	}

	/** Whether a retained message can be of this program. */
	isRelevant(topic: string): boolean {
		return topic.startsWith(`${this.topics.prefix}/bridge/`) || placeAt(this.prefix, topic) !== null;
	}

	private judge(wanted: readonly string[]): Found {
		const ledgers: Ledger[] = [];
		const obsolete: string[] = [];
		for (const [topic, payload] of this.held) {
			const ledger = topic.endsWith('/ledger') && topic !== this.topics.ledger ? parseLedger(payload) : null;
			if (!ledger || !this.isGone(topic, ledger)) continue;
			ledgers.push(ledger);
			obsolete.push(...this.topics.ofBridge(topic));
		}
		return { ledgers: [...ledgers, this.announced(wanted)], obsolete };
	}

	/** Whether the bridge of a ledger is gone, and everything that it published is ours now. */
	private isGone(topic: string, { entities }: Ledger): boolean {
		const [availability = ''] = this.topics.ofBridge(topic);
		const sources = new Set(entities.map(({ o, p }) => o ?? p.split('/')[0] ?? ''));
		const ours = this.published.sources;
		return (
			this.held.get(availability) === 'offline' &&
			sources.size > 0 &&
			[...sources].every((source) => ours.includes(source))
		);
	}

	/** What documents announce of these endpoints, as a ledger. */
	private announced(wanted: readonly string[]): Ledger {
		const entities: LedgerEntity[] = [];
		const documents = new Set<string>();
		for (const [topic, payload] of this.held) {
			const place = placeAt(this.prefix, topic);
			if (!place || !isOurs(payload)) continue;
			for (const [unique_id, component] of readAnnounced(place.form, payload)?.components ?? []) {
				const platform = place.form === 'entity' ? topic.split('/').at(-4) : component.p;
				const entity = this.entity(unique_id, { ...component, p: platform }, topic, wanted);
				if (!entity) continue;
				entities.push(entity);
				documents.add(topic);
			}
		}
		const records = [...documents].map((topic) => ({ topic, stored: true, suppressed: false }));
		return toLedger(entities, records);
	}

	private entity(
		unique_id: string,
		component: { readonly [key: string]: unknown },
		document: string,
		wanted: readonly string[],
	): LedgerEntity | null {
		const { p, state_topic, command_topic, json_attributes_topic } = component;
		const own = text(state_topic) ?? text(command_topic)?.replace(/\/set$/, '');
		const source = wanted.find((name) => own?.startsWith(this.topics.below(name)));
		const platform = platformSchema.safeParse(p);
		if (own === undefined || source === undefined || !platform.success) return null;
		const path = own.slice(this.topics.prefix.length + 1);
		const available = topicsOf(component.availability);
		const types = `${this.topics.below(source)}type/`;
		const type = available.find((topic) => topic.startsWith(types));
		return {
			unique_id,
			path,
			platform: platform.data,
			source,
			subject: path.split('/')[1] ?? '',
			event_type: type?.slice(types.length).replace(/\/availability$/, '') ?? '',
			document,
			attributes: text(json_attributes_topic) !== undefined,
			thing: available.includes(this.topics.thing({ path })),
			always: type === undefined,
			missingFor: null,
		};
	}
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const topicsOf = (list: unknown): string[] =>
	(Array.isArray(list) ? list : []).flatMap((item: unknown) => text(isFields(item) ? item.topic : null) ?? []);
