import type { Node, NodeAPI } from 'node-red';
import type { Alert, AlertRule } from '../../src/model/alert';
import type { Entity, EntityChange } from '../../src/model/entity';
import { AgentStreamError } from '../../src/model/errors';
import { AlertEntities } from './alert-entities';
import type { SavedEntities } from './alert-past';
import type { Parts } from './define';
import { directoryOf } from './endpoints';
import { entitiesIn } from './entities';

/** How long entities about alerts wait for what else changes them, ms. */
const waitFor = 50;
/** How long it is gathered which of them another node has, ms. */
const gatherFor = 1_000;
/** The output that they leave by. */
const output = 2;

/** What the third output works with. */
export interface AlertOutputParts extends Pick<Parts<unknown>, 'clock' | 'release' | 'later' | 'fail'> {
	readonly RED: NodeAPI;
	readonly node: Node;
	/** Alerts that stand. */
	active(): readonly Alert[];
	/** Sends what changed. */
	emit(changes: readonly EntityChange[]): void;
}

/** The third output of an alert node: entities about its alerts, for the bridge. */
export class AlertOutput {
	private readonly entities: AlertEntities;
	private isDue = false;
	/** Unique ids that another node has, and that is still to be told. */
	private readonly taken: string[] = [];

	constructor(
		rules: readonly AlertRule[],
		private readonly parts: AlertOutputParts,
	) {
		const { RED, node, clock, release } = parts;
		const directory = entitiesIn(RED);
		const endpoints = directoryOf(RED);
		release(() => directory.release(node.id));
		this.entities = new AlertEntities(rules, {
			clock,
			claim: (uniqueId) => directory.claim(uniqueId, node.id),
			isTaken: (uniqueId) => directory.isTaken(uniqueId, node.id),
			refused: (uniqueIds) => this.refuse(uniqueIds),
			isEndpoint: (source) => endpoints.has(source),
			isConnected: (source) =>
				endpoints.link(source)?.open ??
				directory.all().some((entity) => entity.source === source && entity.availability.connected),
		});
		// A bridge behind this node that is deployed alone asks for them.
		release(directory.offer(node.id, () => this.entities.told(), output));
	}

	/** Takes up what an earlier run saved. */
	restore(saved: unknown): void {
		this.entities.restore(saved);
	}

	/** What must outlast a restart, as JSON. */
	save(): SavedEntities {
		return this.entities.save();
	}

	/** Takes an entity that rules may watch; whether entities about alerts may change by that. */
	learn(entity: Entity, isNew: boolean): boolean {
		return this.entities.learn(entity, isNew);
	}

	/** Sends what changed, in a moment: a storm of alerts changes them once. */
	sendSoon(): void {
		const { parts, entities } = this;
		if (this.isDue) return;
		this.isDue = true;
		parts.later('own', waitFor, () => {
			this.isDue = false;
			const changes = entities.changes(parts.active());
			const next = entities.next();
			if (next !== null) parts.later('own again', Math.max(0, next - parts.clock.now()), () => this.sendSoon());
			if (changes.length > 0) parts.emit(changes);
		});
	}

	/** Another alert node has these: told at once for all that come within a moment. */
	private refuse(uniqueIds: readonly string[]): void {
		const { taken, parts } = this;
		taken.push(...uniqueIds);
		parts.later('refused', gatherFor, () => {
			const ids = taken.splice(0);
			const named = ids.length > 3 ? `${ids.slice(0, 3).join(', ')}, …` : ids.join(', ');
			const sentence = `Another alert node has ${ids.length} of the entities about alerts (${named}): this one's are left out.`;
			parts.fail(new AgentStreamError('ENTITY_COLLISION', sentence));
		});
	}
}
