import type { NodeAPI, NodeMessage } from 'node-red';
import { z } from 'zod';
import { dialectNamed } from '../src/dialects';
import { CustomRows, customRowSchema } from '../src/entities/custom';
import { neededTypes } from '../src/entities/needs';
import { choiceSchema, chooser } from '../src/filter/choose';
import { globs } from '../src/filter/glob';
import type { EntityChange } from '../src/model/entity';
import { AgentStreamError } from '../src/model/errors';
import type { StreamEvent } from '../src/model/event';
import { limits } from '../src/model/limits';
import { Pipeline } from '../src/pipeline';
import { defineNode, type Parts, type Running, type Send } from './glue/define';
import { directoryOf, type LinkState } from './glue/endpoints';
import { NodeMemory } from './glue/memory';
import { entitiesMessage, entityMessage, eventOf } from './glue/messages';
import { mapperNeeds } from './glue/needs';
import { optionalNumberField, switchField, textField, wordsField } from './glue/settings';

const rowField = z.preprocess(
	(row) => ({
		...(row as object),
		precision: optionalNumberField(0, 10).parse((row as { precision?: unknown }).precision),
	}),
	customRowSchema,
);

const settings = z.object({
	emit: z.enum(['changed', 'all']).default('changed'),
	per: z.enum(['entity', 'event']).default('entity'),
	subjects: wordsField,
	entities: wordsField,
	field: textField(),
	values: wordsField,
	removeAfterHours: optionalNumberField(0, 1_000_000),
	freshSeconds: optionalNumberField(1, 1_000_000),
	subDevices: switchField(false),
	source: textField('local'),
	dialect: textField('auto'),
	rows: z.array(rowField).default([]),
});
type Settings = z.output<typeof settings>;

/** How often what must outlast a crash is kept, ms. */
const rememberEvery = 60_000;
/** How long the first raw messages may wait for the protocol to be told, ms. */
const patience = 2_000;

/** Events → entities: what changed, or all. */
export = (RED: NodeAPI): void => {
	defineNode(RED, 'agent-stream-entity', {
		settings,
		start(parts) {
			const { node, release, settings: chosen } = parts;
			// What custom rows are made of is not known beforehand.
			if (chosen.rows.length === 0) {
				const wanted = globs(chosen.subjects);
				mapperNeeds.set(node, (dialect) => neededTypes(dialect, (subject) => wanted([subject])));
				release(() => mapperNeeds.delete(node));
			}
			return new EntityNode(RED, parts);
		},
	});
};

class EntityNode implements Running {
	private readonly pipelines = new Map<string, Pipeline>();
	private readonly custom: CustomRows;
	private readonly chosen: ReturnType<typeof chooser>;
	private readonly kept: NodeMemory;
	private memory: Record<string, unknown> = {};
	/** Messages one after the other: custom rows and context stores take their time. */
	private turn: Promise<void>;
	/** What each event of the message in hand has changed; null between messages. */
	private found: Map<StreamEvent, EntityChange[]> | null = null;

	constructor(
		private readonly RED: NodeAPI,
		private readonly parts: Parts<Settings>,
	) {
		const { subjects, entities, field, values, rows } = parts.settings;
		this.custom = new CustomRows(rows, (error) => parts.fail(error));
		this.chosen = chooser(choiceSchema.parse({ subjects, entities, field, values }));
		this.kept = new NodeMemory(RED, parts.node);
		this.turn = this.recall().catch((thrown: unknown) => parts.fail(thrown));
		this.rememberLater();
	}

	async input(message: NodeMessage, to: Send): Promise<void> {
		await this.inTurn(async () => {
			const event = eventOf(message);
			const pipeline = this.pipelineOf(event?.source ?? this.parts.settings.source);
			await this.process(
				pipeline,
				() => (event ? identified(pipeline, event) : this.raw(pipeline, message.payload)),
				message,
				to,
			);
		});
	}

	async close(removed: boolean): Promise<void> {
		await this.turn;
		for (const pipeline of this.pipelines.values()) pipeline.close();
		await (removed ? this.kept.forget() : this.keep());
	}

	/** Messages one after the other, in the order in which they came. */
	private inTurn(work: () => Promise<void>): Promise<void> {
		const mine = this.turn.then(work);
		this.turn = mine.catch(() => undefined);
		return mine;
	}

	/** @throws AgentStreamError FRAME_INVALID, after all else was done: an event could not be used */
	private async process(pipeline: Pipeline, feed: () => StreamEvent[], message: NodeMessage, to: Send): Promise<void> {
		const found = new Map<StreamEvent, EntityChange[]>();
		this.found = found;
		const bad: StreamEvent[] = [];
		try {
			for (const event of feed()) {
				if (event.rejected) bad.push(event);
				const derived = await this.custom.derive(event);
				if (derived) pipeline.event(derived);
				const changes = [...(found.get(event) ?? []), ...((derived && found.get(derived)) ?? [])];
				if (this.parts.settings.emit === 'all') changes.push(...unchanged(pipeline, [event, derived], changes));
				this.emit(changes, event, message, to);
			}
		} finally {
			this.found = null;
			this.showCounts();
		}
		// While the protocol is not told frames wait: one message can bring several to light, and the good ones go on.
		const errors = bad.map(
			({ issues }) => new AgentStreamError('FRAME_INVALID', issues[0]?.message ?? 'The message is no event.'),
		);
		for (const error of errors.slice(1)) this.parts.fail(error);
		if (errors[0]) throw errors[0];
	}

	private raw(pipeline: Pipeline, payload: unknown): StreamEvent[] {
		const isFrame = typeof payload === 'string' || payload instanceof Uint8Array;
		const events = isFrame ? pipeline.frame(payload) : pipeline.value(payload);
		if (!pipeline.dialect) {
			const flush = () => this.inTurn(() => this.process(pipeline, () => pipeline.flush(), {}, this.parts.send));
			this.parts.later('flush', patience, flush);
		}
		return events;
	}

	/** @throws AgentStreamError LIMIT_REACHED */
	private pipelineOf(source: string): Pipeline {
		const known = this.pipelines.get(source);
		if (known) return known;
		const { settings: chosen, clock, guard, release, fail } = this.parts;
		if (this.pipelines.size >= limits.sources) {
			throw new AgentStreamError('LIMIT_REACHED', `One node maps at most ${limits.sources} sources; use another one.`);
		}
		const { removeAfterHours: hours, freshSeconds } = chosen;
		const memory = this.memory[source];
		const pipeline = new Pipeline({
			source,
			dialect: chosen.dialect === 'auto' ? 'auto' : dialectNamed(chosen.dialect),
			clock,
			subDevices: chosen.subDevices,
			...(hours !== undefined && { removeAfter: hours === 0 ? null : hours * 3_600_000 }),
			...(freshSeconds !== undefined && { freshLeast: freshSeconds * 1_000 }),
			...(typeof memory === 'object' && memory !== null && { memory: memory as ReturnType<Pipeline['save']> }),
			report: fail,
			...(chosen.rows.length > 0 && { tables: (dialect) => this.custom.tables(dialect) }),
			changed: (changes, event) => {
				if (event && this.found) this.found.set(event, [...changes]);
				else this.emit(changes, event, {}, this.parts.send);
			},
		});
		this.pipelines.set(source, pipeline);
		release(
			directoryOf(this.RED).follow(
				source,
				guard(({ open, polling }: LinkState) => pipeline.connection(open, polling)),
			),
		);
		return pipeline;
	}

	private emit(changes: readonly EntityChange[], event: StreamEvent | null, message: NodeMessage, to: Send): void {
		const wanted = changes.filter(({ entity }) => this.chosen(entity));
		if (wanted.length === 0) return;
		const each = this.parts.settings.per === 'entity';
		to([each ? wanted.map((change) => entityMessage(message, change)) : entitiesMessage(message, wanted, event)]);
		if (!this.found) this.showCounts();
	}

	private showCounts(): void {
		this.parts.show(() => {
			const all = [...this.pipelines.values()];
			const count = all.reduce((sum, pipeline) => sum + pipeline.entities().length, 0);
			const types = all.flatMap((pipeline) => pipeline.stale()).join(', ');
			const text = `agent-stream-entity.status.${types === '' ? 'fresh' : 'stale'}`;
			return { fill: types === '' ? 'green' : 'yellow', shape: 'dot', text, values: { count, types } };
		});
	}

	private async recall(): Promise<void> {
		const memory = await this.kept.read();
		if (typeof memory === 'object' && memory !== null) this.memory = { ...memory };
	}

	private async keep(): Promise<void> {
		for (const [source, pipeline] of this.pipelines) this.memory[source] = pipeline.save();
		if (this.pipelines.size > 0) await this.kept.write(this.memory);
	}

	private rememberLater(): void {
		this.parts.later('remember', rememberEvery, async () => {
			this.rememberLater();
			await this.keep();
		});
	}
}

function identified(pipeline: Pipeline, event: StreamEvent): StreamEvent[] {
	pipeline.event(event);
	return [event];
}

/** The entities that these events feed and did not change. */
function unchanged(
	pipeline: Pipeline,
	events: readonly (StreamEvent | null)[],
	changes: readonly EntityChange[],
): EntityChange[] {
	const changed = new Set(changes.map(({ entity }) => entity.unique_id));
	const fed = events.flatMap((event) => (event ? pipeline.fedBy(event) : []));
	const rest = fed.filter(({ unique_id }) => !changed.has(unique_id));
	return rest.map((entity) => ({ kind: 'changed', entity, previous: entity.state }));
}
