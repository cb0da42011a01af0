import type { Errors, Insights, Knowledge } from '../pictures';
import { speaksOfAuthentication } from '../refusal';
import type { DataOf } from '../schemas';
import { bounded, boundedTexts, type EventOf, happenedAt, type Part, withHappening } from './part';

/** Events that tell of knowledge. */
export type LibraryEvent = 'knowledge_item_created' | 'knowledge_item_updated' | 'insight_generated';
/** Events that tell of faults. */
export type FaultEvent = 'error' | 'connection_error';

/** What the server has come to know: knowledge items and insights, counted, and the last of each. */
export class Library implements Part<LibraryEvent> {
	private knowledge: Knowledge;
	private insights: Insights;
	private newestItem = Number.NEGATIVE_INFINITY;
	private newestUpdate = Number.NEGATIVE_INFINITY;
	private newestInsight = Number.NEGATIVE_INFINITY;

	constructor(counting: number) {
		const none = { title: null, type: null, created_at: null };
		const noUpdate = { updated_at: null, updated_item: null, updated_fields: null };
		this.knowledge = {
			counting,
			created: 0,
			updated: 0,
			item_id: null,
			...none,
			tags: null,
			source_job: null,
			...noUpdate,
		};
		this.insights = { counting, generated: 0, insight_id: null, ...none, confidence: null, recent: [] };
	}

	readonly pictures = {
		knowledge: (): Knowledge => this.knowledge,
		insights: (): Insights => this.insights,
	};

	take(event: EventOf<LibraryEvent>, again: boolean): readonly string[] {
		if (again) return [];
		switch (event.type) {
			case 'knowledge_item_created':
				this.created(event);
				return ['knowledge'];
			case 'knowledge_item_updated':
				this.updated(event);
				return ['knowledge'];
			case 'insight_generated':
				this.generated(event);
				return ['insights'];
		}
	}

	private created(event: EventOf<'knowledge_item_created'>): void {
		const { data } = event;
		this.knowledge = { ...this.knowledge, created: this.knowledge.created + 1 };
		if (happenedAt(event) < this.newestItem) return;
		this.newestItem = happenedAt(event);
		this.knowledge = {
			...this.knowledge,
			item_id: bounded(data.item_id),
			title: bounded(data.title),
			type: bounded(data.type),
			tags: boundedTexts(data.tags),
			source_job: bounded(data.source_job),
			created_at: data.created_at ?? event.time,
		};
	}

	private updated(event: EventOf<'knowledge_item_updated'>): void {
		const { data } = event;
		this.knowledge = { ...this.knowledge, updated: this.knowledge.updated + 1 };
		if (happenedAt(event) < this.newestUpdate) return;
		this.newestUpdate = happenedAt(event);
		this.knowledge = {
			...this.knowledge,
			updated_at: data.updated_at ?? event.time,
			updated_item: bounded(data.item_id),
			updated_fields: boundedTexts(data.updated_fields),
		};
	}

	private generated(event: EventOf<'insight_generated'>): void {
		const { data } = event;
		const [insight_id, title, type] = [bounded(data.insight_id), bounded(data.title), bounded(data.type)];
		const confidence = data.confidence ?? null;
		const about = { insight_id, title, insight_type: type, confidence };
		const { insights } = this;
		const recent = withHappening(insights.recent, event, 'generated', about);
		this.insights = { ...insights, generated: insights.generated + 1, recent };
		if (happenedAt(event) < this.newestInsight) return;
		this.newestInsight = happenedAt(event);
		const created_at = data.created_at ?? event.time;
		this.insights = { ...this.insights, insight_id, title, type, confidence, created_at };
	}
}

/** What the server reports as gone wrong, of itself or of the connection. */
export class Faults implements Part<FaultEvent> {
	private errors: Errors;

	constructor(counting: number) {
		this.errors = { counting, count: 0, code: null, message: null, time: null, recent: [] };
	}

	readonly pictures = { errors: (): Errors => this.errors };

	take(event: EventOf<FaultEvent>, again: boolean): readonly string[] {
		if (again) return [];
		const { code, message, details }: DataOf<'error'> = event.data;
		const { job_id, error_type, retry_available }: { readonly [name: string]: unknown } = details ?? {};
		const about = {
			code: bounded(code),
			// A server that refuses a token may repeat it.
			message: speaksOfAuthentication(code) ? null : bounded(message),
			job_id: bounded(job_id),
			error_type: bounded(error_type),
			retry_available: typeof retry_available === 'boolean' ? retry_available : null,
		};
		const recent = withHappening(this.errors.recent, event, event.type, about);
		const time = event.time ?? new Date(event.received).toISOString();
		this.errors = {
			...this.errors,
			count: this.errors.count + 1,
			code: about.code,
			message: about.message,
			time,
			recent,
		};
		return ['errors'];
	}
}
