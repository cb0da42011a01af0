import type { NodeAPI, NodeMessage } from 'node-red';
import { z } from 'zod';
import type { Dialect } from '../src/dialects/dialect';
import { neededTypes } from '../src/entities/needs';
import { readMemory, type SavedMemory } from '../src/entities/recollection';
import { choiceSchema, chooser } from '../src/filter/choose';
import { customRowSchema, groupRows } from '../src/model/custom-row';
import type { Entity, EntityChange } from '../src/model/entity';
import { AgentStreamError } from '../src/model/errors';
import type { StreamEvent } from '../src/model/event';
import { isFields } from '../src/model/fields';
import { globs } from '../src/model/glob';
import { limits } from '../src/model/limits';
import { Pipeline } from '../src/pipeline';
import { defineNode, type Parts, type Running, type Send } from './glue/define';
import { dialectOf } from './glue/dialects';
import { directoryOf, type LinkState } from './glue/endpoints';
import { entitiesIn } from './glue/entities';
import { NodeMemory } from './glue/memory';
import { entitiesMessage, entityMessage, eventOf } from './glue/messages';
import { mapperNeeds } from './glue/needs';
import { optionalNumberField, switchField, textField, wordsField } from './glue/settings';
import { whenStarted } from './glue/started';

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

/** How one source is mapped. */
interface Mapping {
	readonly pipeline: Pipeline;
	/** By which tables; `auto` = told from its first messages. */
	readonly dialect: Dialect | 'auto';
}

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
	private readonly mappings = new Map<string, Mapping>();
	private readonly chosen: ReturnType<typeof chooser>;
	private readonly kept: NodeMemory;
	private memory: { [source: string]: SavedMemory } = {};
	/** Messages one after the other: custom rows and context stores take their time. */
	private turn: Promise<void>;
	/** What each event of the message in hand has changed; null between messages. */
	private found: Map<StreamEvent, EntityChange[]> | null = null;

	constructor(
		private readonly RED: NodeAPI,
		private readonly parts: Parts<Settings>,
	) {
		const { subjects, entities, field, values, rows } = parts.settings;
		// Rows that cannot be are told before the first message.
		groupRows(rows);
		this.chosen = chooser(choiceSchema.parse({ subjects, entities, field, values }));
		this.kept = new NodeMemory(RED, parts.node);
		this.turn = this.recall().catch((thrown: unknown) => parts.fail(thrown));
		this.rememberLater();
		const seek = parts.guard(() => this.inTurn(async () => this.seek()));
		parts.release(whenStarted(RED, seek));
		// Nodes behind this one that are deployed alone ask here for the entities that are there.
		parts.release(entitiesIn(RED).offer(parts.node.id, () => this.entities()));
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
		for (const { pipeline } of this.mappings.values()) pipeline.close();
		await (removed ? this.kept.forget() : this.keep());
	}

	private entities(): Entity[] {
		const all = [...this.mappings.values()].flatMap(({ pipeline }) => pipeline.entities());
		return all.filter((entity) => this.chosen(entity));
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
			const events = feed();
			await pipeline.idle();
			for (const event of events) {
				if (event.rejected) bad.push(event);
				const changes = [...(found.get(event) ?? [])];
				if (this.parts.settings.emit === 'all') changes.push(...unchanged(pipeline, event, changes));
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

	/**
	 * The source's pipeline; a new one where its endpoint was deployed with another dialect or definition.
	 * @throws AgentStreamError LIMIT_REACHED, CONFIG_INVALID
	 */
	private pipelineOf(source: string): Pipeline {
		const dialect = dialectOf(this.RED, this.parts.settings.dialect, source);
		const known = this.mappings.get(source);
		if (known && (dialect === 'auto' || dialect === known.dialect)) return known.pipeline;
		if (known) {
			this.memory[source] = known.pipeline.save();
			known.pipeline.close();
		} else this.follow(source);
		const pipeline = this.newPipeline(source, dialect);
		this.mappings.set(source, { pipeline, dialect });
		const link = directoryOf(this.RED).link(source);
		if (link) pipeline.connection(link.open, link.polling);
		return pipeline;
	}

	/** @throws AgentStreamError LIMIT_REACHED */
	private follow(source: string): void {
		const { guard, release } = this.parts;
		if (this.mappings.size >= limits.sources) {
			throw new AgentStreamError('LIMIT_REACHED', `One node maps at most ${limits.sources} sources; use another one.`);
		}
		const changed = ({ open, polling }: LinkState) => this.mappings.get(source)?.pipeline.connection(open, polling);
		release(directoryOf(this.RED).follow(source, guard(changed)));
	}

	private newPipeline(source: string, dialect: Dialect | 'auto'): Pipeline {
		const { settings: chosen, clock, fail } = this.parts;
		const { removeAfterHours: hours, freshSeconds } = chosen;
		const memory = this.memory[source];
		return new Pipeline({
			source,
			dialect,
			clock,
			subDevices: chosen.subDevices,
			...(hours !== undefined && { removeAfter: hours === 0 ? null : hours * 3_600_000 }),
			...(freshSeconds !== undefined && { freshLeast: freshSeconds * 1_000 }),
			...(memory && { memory }),
			report: fail,
			rows: chosen.rows,
			// Of what a flow brings from elsewhere nobody knows whether it will ever tell a name.
			waitForName: directoryOf(this.RED).has(source),
			changed: (changes, event) => {
				if (event && this.found) this.found.set(event, [...(this.found.get(event) ?? []), ...changes]);
				else this.emit(changes, event, {}, this.parts.send);
			},
		});
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
			const all = [...this.mappings.values()].map(({ pipeline }) => pipeline);
			const count = all.reduce((sum, pipeline) => sum + pipeline.entities().length, 0);
			const types = all.flatMap((pipeline) => pipeline.stale()).join(', ');
			const text = `agent-stream-entity.status.${types === '' ? 'fresh' : 'stale'}`;
			return { fill: types === '' ? 'green' : 'yellow', shape: 'dot', text, values: { count, types } };
		});
	}

	private async recall(): Promise<void> {
		const kept = await this.kept.read();
		const sources = isFields(kept) ? Object.entries(kept) : [];
		this.memory = Object.fromEntries(sources.map(([source, memory]) => [source, readMemory(memory)]));
		for (const source of Object.keys(this.memory)) this.expect(source);
	}

	/** Looks which endpoints' events will come. */
	private seek(): void {
		for (const source of entitiesIn(this.RED).endpointsBefore(this.RED, this.parts.node.id)) this.expect(source);
	}

	/** A server that is away must be seen to be, also where its last words came before a restart, or none ever did. */
	private expect(source: string): void {
		const directory = directoryOf(this.RED);
		if (this.mappings.has(source) || !directory.has(source)) return;
		const pipeline = this.pipelineOf(source);
		if (!directory.link(source)) pipeline.connection(false);
	}

	private async keep(): Promise<void> {
		for (const [source, { pipeline }] of this.mappings) this.memory[source] = pipeline.save();
		if (this.mappings.size > 0) await this.kept.write(this.memory);
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

/** The entities that an event feeds and did not change. */
function unchanged(pipeline: Pipeline, event: StreamEvent, changes: readonly EntityChange[]): EntityChange[] {
	const changed = new Set(changes.map(({ entity }) => entity.unique_id));
	const rest = pipeline.fedBy(event).filter(({ unique_id }) => !changed.has(unique_id));
	return rest.map((entity) => ({ kind: 'changed', entity, previous: entity.state }));
}
