import type { NodeAPI, NodeMessage } from 'node-red';
import { z } from 'zod';
import { AlertEngine } from '../src/alert/engine';
import { faultOf } from '../src/alert/expressions';
import { type AlertChange, type AlertRule, alertRulesSchema } from '../src/model/alert';
import type { Entity, EntityChange } from '../src/model/entity';
import { AgentStreamError } from '../src/model/errors';
import { isFields } from '../src/model/fields';
import { limits } from '../src/model/limits';
import { type LiveAlerts, serveAlerts } from './glue/alert-admin';
import { AlertMemory } from './glue/alert-memory';
import { type AlertVerb, alertVerbOf, sendAlerts, sendList } from './glue/alert-messages';
import { AlertOutput } from './glue/alert-output';
import { alertStatus } from './glue/alert-status';
import { defineNode, type Parts, type Running, type Send } from './glue/define';
import { directoryOf } from './glue/endpoints';
import { entitiesIn } from './glue/entities';
import { entitiesMessage, entitiesOf } from './glue/messages';
import { optionalNumberField, textField } from './glue/settings';
import { whenStarted } from './glue/started';

const settings = z.object({
	rules: alertRulesSchema.default([]),
	store: textField(),
	graceSeconds: optionalNumberField(0, 3_600),
	ceilingPerHour: optionalNumberField(0, 1_000_000),
	outputs: z.preprocess((count) => Number(count ?? 2), z.union([z.literal(2), z.literal(3)])),
});
type Settings = z.output<typeof settings>;

/** How often what nobody was told of is kept as well, ms. */
const rememberEvery = 60_000;

/** Entities → alerts: what was raised or changed, what is over, and entities about both. */
export = (RED: NodeAPI): void => {
	const nodes = new Map<string, AlertNode>();
	serveAlerts(RED, nodes);
	defineNode(RED, 'agent-stream-alert', {
		settings,
		start(parts) {
			const { id } = parts.node;
			const node = new AlertNode(RED, parts);
			nodes.set(id, node);
			parts.release(() => {
				if (nodes.get(id) === node) nodes.delete(id);
			});
			return node;
		},
	});
};

class AlertNode implements Running, LiveAlerts {
	engine: AlertEngine | null = null;
	readonly rules: ReadonlySet<string>;
	/** Those that can be read. */
	private readonly ready: readonly AlertRule[];
	/** What is wrong with the others. */
	private readonly faults: readonly AgentStreamError[];
	private readonly known = new Map<string, Entity>();
	private readonly memory: AlertMemory;
	/** Where the third output is used. */
	private readonly own: AlertOutput | null;
	/** Messages one after the other: expressions and stores take their time. */
	private turn: Promise<void>;
	/** What comes from now on is left to the next run: nobody would be told of it. */
	private closing = false;
	private isForgetful = false;
	/** Whether what comes at first may not have come yet. */
	private isStarting = true;
	private refused = 0;

	/** @throws AgentStreamError CONFIG_INVALID: there is no such store */
	constructor(
		private readonly RED: NodeAPI,
		private readonly parts: Parts<Settings>,
	) {
		const { node, settings: chosen, release, guard, later } = parts;
		const enabled = chosen.rules.filter((rule) => rule.enabled).map((rule) => ({ rule, fault: faultOf(rule) }));
		this.ready = enabled.filter(({ fault }) => !fault).map(({ rule }) => rule);
		this.faults = enabled.flatMap(({ rule, fault }) => (fault ? [leftOut(rule, fault)] : []));
		this.rules = new Set(this.ready.map(({ id }) => id));
		this.memory = new AlertMemory(RED, node, chosen.store);
		this.own = chosen.outputs === 3 ? this.thirdOutput() : null;
		this.turn = this.begin();
		release(() => {
			this.closing = true;
		});
		// Mappers that were not deployed now send only what changes: the rest is fetched from them, once all nodes are there.
		let isFirst = true;
		const started = guard(() => {
			const first = isFirst;
			isFirst = false;
			// Catch nodes are there now.
			if (first) for (const fault of this.faults) parts.fail(fault);
			return this.inTurn(async (engine) => {
				if (first) await this.catchUp(engine);
				this.expectGone(engine);
			});
		});
		release(whenStarted(RED, started));
		this.rememberLater();
		later('start', (chosen.graceSeconds ?? limits.alertGrace / 1_000) * 1_000, () => {
			this.isStarting = false;
			this.showState();
		});
	}

	entities(): Iterable<Entity> {
		return this.known.values();
	}

	async input(message: NodeMessage, to: Send): Promise<void> {
		await this.inTurn(async (engine) => {
			try {
				const found = entitiesOf(message);
				if (found) await this.take(engine, found.changes, to);
				else this.obey(engine, alertVerbOf(message), to);
			} catch (thrown) {
				this.refused += 1;
				throw thrown;
			}
		});
	}

	async close(removed: boolean): Promise<void> {
		await this.turn;
		await (removed ? this.memory.forget() : this.remember());
	}

	private async begin(): Promise<void> {
		const { settings: chosen, clock, fail } = this.parts;
		const { graceSeconds: grace, ceilingPerHour: ceiling } = chosen;
		const saved = await this.memory.read(fail);
		if (isFields(saved)) this.own?.restore(saved.entities);
		this.engine = new AlertEngine({
			rules: this.ready,
			clock,
			saved,
			...(grace !== undefined && { graceMs: grace * 1_000 }),
			...(ceiling !== undefined && { ceilingPerHour: ceiling === 0 ? null : ceiling }),
			report: fail,
		});
		this.rearm(this.engine);
		this.showState();
	}

	/** Runs one thing after the other; then looks when time alone has something to do. */
	private inTurn(work: (engine: AlertEngine) => void | Promise<void>): Promise<void> {
		const mine = this.turn.then(async () => {
			if (this.closing || !this.engine) return;
			try {
				await work(this.engine);
			} finally {
				this.rearm(this.engine);
			}
		});
		this.turn = mine.catch(() => undefined);
		return mine;
	}

	private async take(engine: AlertEngine, changes: readonly EntityChange[], to: Send): Promise<void> {
		let touched = false;
		const before = this.known.size;
		for (const change of changes) {
			const waiting = engine.prepare(change);
			if (waiting) await waiting;
			if (this.closing) return;
			touched = this.note(change) || touched;
			this.tell(engine.apply(change), to);
		}
		if (touched) this.own?.sendSoon();
		if (this.known.size !== before) this.showState();
	}

	/** Keeps the entity in mind; whether entities about alerts may change by that alone. */
	private note({ kind, entity }: EntityChange): boolean {
		const { unique_id: id } = entity;
		if (kind === 'removed') {
			this.known.delete(id);
			return false;
		}
		const isNew = !this.known.has(id);
		if (!isNew || this.known.size < limits.alertEntities) this.known.set(id, entity);
		return this.own?.learn(entity, isNew) ?? false;
	}

	private async catchUp(engine: AlertEngine): Promise<void> {
		const there = entitiesIn(this.RED).reaching(this.RED, this.parts.node.id);
		const missed = there.filter(({ unique_id: id }) => !this.known.has(id));
		const changes = missed.map((entity): EntityChange => ({ kind: 'added', entity, previous: undefined }));
		await this.take(engine, changes, this.parts.send);
		// Also what is known from before a restart.
		this.own?.sendSoon();
	}

	/** Alerts of endpoints that were renamed or deleted: nobody will tell of their entities any more. */
	private expectGone(engine: AlertEngine): void {
		const directory = directoryOf(this.RED);
		const there = new Set([...this.known.values(), ...entitiesIn(this.RED).all()].map(({ source }) => source));
		for (const source of new Set(engine.active().map((alert) => alert.source))) {
			if (!directory.has(source) && !there.has(source)) this.tell(engine.expect(source), this.parts.send);
		}
	}

	/** @throws AgentStreamError INPUT_INVALID: there is no such rule */
	private obey(engine: AlertEngine, verb: AlertVerb, to: Send): void {
		if (verb.topic === 'list') {
			sendList(engine, this.rules, this.refused, to);
			return;
		}
		const { rule } = verb.payload;
		if (rule !== undefined && !this.rules.has(rule)) {
			throw new AgentStreamError('INPUT_INVALID', `There is no rule ${rule.slice(0, 80)} that is switched on.`);
		}
		if (verb.topic === 'test') {
			const tried = rule ?? [...this.rules].find((id) => engine.matches(id).length > 0) ?? [...this.rules][0] ?? '';
			sendAlerts([engine.test(tried)], to);
			return;
		}
		if (verb.topic === 'acknowledge') engine.acknowledge(verb.payload);
		else {
			const { entity } = verb.payload;
			this.tell(engine.mute({ rule, entity }, verb.topic === 'mute' ? verb.payload.minutes * 60_000 : 0), to);
		}
		this.own?.sendSoon();
		this.showState();
		this.keep();
	}

	private tell(changes: readonly AlertChange[], to: Send): void {
		if (changes.length === 0) return;
		sendAlerts(changes, to);
		this.keep();
		this.own?.sendSoon();
		this.showState();
	}

	private thirdOutput(): AlertOutput {
		const { parts } = this;
		return new AlertOutput(this.ready, {
			...parts,
			active: () => this.engine?.active() ?? [],
			emit: (changes) => {
				parts.send([null, null, entitiesMessage({}, changes, null)]);
				if (changes.some(({ kind }) => kind !== 'changed')) this.keep();
			},
		});
	}

	private rearm(engine: AlertEngine): void {
		const next = engine.nextTick();
		if (next === null) return;
		const { clock, send, later } = this.parts;
		later('tick', Math.max(0, next - clock.now()), () => this.inTurn((live) => this.tell(live.tick(), send)));
	}

	private async remember(): Promise<void> {
		const { engine } = this;
		if (engine) await this.memory.write(() => ({ ...engine.save(), ...(this.own && { entities: this.own.save() }) }));
	}

	/** Keeps the state, and goes on meanwhile. */
	private keep(): void {
		this.remember().then(
			() => {
				this.isForgetful = false;
			},
			(thrown: unknown) => {
				// Once for each time that it ceases to work.
				if (!this.isForgetful) this.parts.fail(thrown);
				this.isForgetful = true;
			},
		);
	}

	private rememberLater(): void {
		this.parts.later('remember', rememberEvery, () => {
			this.rememberLater();
			this.keep();
			this.showState();
		});
	}

	private showState(): void {
		const { RED, parts, rules, faults } = this;
		parts.show(() => {
			const isSettled = !this.isStarting || this.known.size > 0;
			return alertStatus(RED, { engine: this.engine, rules, faulty: faults.length, isSettled });
		});
	}
}

/** What is told of a rule that cannot work: the others do. */
function leftOut({ id, name }: AlertRule, { code, message }: AgentStreamError): AgentStreamError {
	return new AgentStreamError(code, `The rule ${id} (${name.slice(0, 80)}) is left out: ${message}`);
}
