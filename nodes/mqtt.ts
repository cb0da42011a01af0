import type { NodeAPI, NodeMessage } from 'node-red';
import { z } from 'zod';
import type { Entity, EntityChange } from '../src/model/entity';
import { AgentStreamError } from '../src/model/errors';
import { bridgeVerbSchema } from '../src/model/messages';
import { packageVersion } from '../src/model/version';
import { Bridge, type BridgeState } from '../src/mqtt/bridge';
import type { BridgeCommand } from '../src/mqtt/command';
import { type BridgeSettings, bridgeSettingsSchema } from '../src/mqtt/settings';
import { brokerSettings } from './glue/brokers';
import { failureMessage, resultMessage } from './glue/commands';
import { connectionStatus } from './glue/connection';
import { defineNode, type Parts, type Running, type Send } from './glue/define';
import { directoryOf } from './glue/endpoints';
import { entitiesIn } from './glue/entities';
import { entitiesOf } from './glue/messages';
import { lookEvery, Reports } from './glue/reports';
import { optionalNumberField, switchField, textField } from './glue/settings';
import { whenStarted } from './glue/started';

const settings = z.object({
	broker: textField(),
	discovery: textField('device'),
	emitCommands: switchField(false),
	topicPrefix: textField(),
	discoveryPrefix: textField(),
	removeAfterHours: optionalNumberField(0, 1_000_000),
	documentKilobytes: optionalNumberField(1, 262_144),
});
type Settings = z.output<typeof settings>;

const supportUrl = 'https://github.com/agent-stream/node-red-agent-stream';

/** Entities → MQTT topics and Home Assistant devices; commands from there → messages. */
export = (RED: NodeAPI): void => {
	defineNode(RED, 'agent-stream-mqtt', { settings, start: (parts) => new BridgeNode(parts) });
};

class BridgeNode implements Running {
	private readonly bridge: Bridge;
	private readonly reports: Reports;
	/** The cause that catch nodes were told of last: one report for each, not for each attempt. */
	private told: string | null = null;

	constructor(private readonly parts: Parts<Settings>) {
		const { RED, node, clock, logger, guard, release } = parts;
		this.reports = new Reports(RED, node.id);
		const { isAlive } = this.reports;
		const version = packageVersion();
		// What goes wrong is reported by the node's own errors: once, and where catch nodes see it.
		const quiet = { ...logger, warn: logger.debug };
		this.bridge = new Bridge(bridgeSettings(parts), {
			clock,
			logger: quiet,
			random: Math.random,
			version,
			supportUrl,
			isAlive,
		});
		this.bridge.on(
			'state',
			guard((state: BridgeState) => this.stateChanged(state)),
		);
		this.bridge.on(
			'command',
			guard((command: BridgeCommand) => this.commanded(command)),
		);
		this.bridge.on(
			'error',
			guard((error: AgentStreamError) => parts.fail(error)),
		);
		const stop = whenStarted(
			RED,
			guard(() => {
				stop();
				this.take(this.reports.missed());
			}),
		);
		release(stop);
		const left = guard((entities: readonly Entity[]) =>
			this.reports.withdrawn(
				entities.map(({ unique_id: id }) => id),
				clock.now(),
			),
		);
		release(entitiesIn(RED).onWithdrawn(left));
		this.lookLater();
		this.bridge.start();
	}

	input(message: NodeMessage, to: Send): void {
		const found = entitiesOf(message);
		if (!found) {
			this.obey(message, to);
			return;
		}
		this.take(found.changes);
	}

	private take(changes: readonly EntityChange[]): void {
		if (changes.length === 0) return;
		for (const change of changes) this.reports.heard(change);
		this.bridge.apply(changes.map((change) => this.commandable(change)));
		if (this.bridge.state.phase === 'open') this.showCounts();
	}

	/** Looks from time to time what nobody reports any more. */
	private lookLater(): void {
		const { later, clock } = this.parts;
		later('look', lookEvery, () => {
			this.lookLater();
			this.bridge.unreport(this.reports.overdue(clock.now()));
		});
	}

	async close(): Promise<void> {
		await this.bridge.stop();
		this.bridge.removeAllListeners();
	}

	/** Where nobody would carry out its commands, an entity has none, and is not announced with any. */
	private commandable(change: EntityChange): EntityChange {
		const { entity } = change;
		const { RED, settings: chosen } = this.parts;
		if (entity.command === null || chosen.emitCommands || directoryOf(RED).control(entity.source)) return change;
		return { ...change, entity: { ...entity, command: null } };
	}

	/** Out as a message where that is chosen; and straight to the endpoint where that allows it, with its answer as a message. */
	private async commanded(command: BridgeCommand): Promise<void> {
		const { RED, settings: chosen, send, fail } = this.parts;
		const { confirmed, ...told } = command;
		const { topic, action, value } = told;
		const control = directoryOf(RED).control(command.source);
		if (chosen.emitCommands) {
			const payload = confirmed ? { confirm: true } : (value ?? action);
			send([{ topic, payload, command: { ...told, direct: control !== undefined } }]);
		}
		if (!control) return;
		try {
			send([resultMessage({ topic }, told, await control.run(told, confirmed))]);
		} catch (thrown) {
			send([failureMessage({ topic }, told, thrown)]);
			fail(thrown);
		}
	}

	/** @throws AgentStreamError INPUT_INVALID: neither entities nor a verb */
	private obey(message: NodeMessage, to: Send): void {
		const { topic, payload } = message;
		const parsed = bridgeVerbSchema.safeParse({ topic, payload });
		if (!parsed.success) {
			const expected = 'entities in msg.entity, or msg.topic "purge" with an object as payload, or "announce"';
			throw new AgentStreamError('INPUT_INVALID', `The message holds nothing for the bridge: it takes ${expected}.`);
		}
		if (parsed.data.topic === 'announce') {
			this.bridge.announce();
			if (this.bridge.state.phase === 'open') this.showCounts();
			return;
		}
		const { dryRun, source, uniqueIds } = parsed.data.payload;
		const report = this.bridge.purge({ dryRun, ...(source && { source }), ...(uniqueIds && { uniqueIds }) });
		if (this.bridge.state.phase === 'open') this.showCounts();
		to([{ ...message, payload: report.entities }]);
	}

	private stateChanged(state: BridgeState): void {
		const { parts } = this;
		if (state.phase === 'open') {
			this.told = null;
			this.showCounts();
			return;
		}
		if (state.phase === 'waiting' && state.cause && state.cause.code !== this.told) {
			this.told = state.cause.code;
			parts.fail(state.cause);
		}
		parts.show(connectionStatus(parts.RED, { attempt: 0, ...state }));
	}

	private showCounts(): void {
		const { dropped, refused } = this.bridge.counters;
		const lost = dropped + refused;
		const text = `agent-stream-mqtt.status.${lost > 0 ? 'lost' : 'open'}`;
		this.parts.show({
			fill: lost > 0 ? 'yellow' : 'green',
			shape: 'dot',
			text,
			values: { count: this.bridge.count, lost },
		});
	}
}

function bridgeSettings({ RED, node, settings: chosen }: Parts<Settings>): BridgeSettings {
	const broker = brokerSettings(RED, chosen.broker);
	const { topicPrefix, discoveryPrefix, removeAfterHours: hours, documentKilobytes } = chosen;
	return bridgeSettingsSchema.parse({
		...broker,
		// The node's id lasts as long as the node, and no other bridge has it.
		instance: node.id,
		...(broker.clientId && { clientId: `${broker.clientId}-${node.id}` }),
		discovery: chosen.discovery,
		// Which entities take commands is told with each of them.
		commands: true,
		...(topicPrefix && { topicPrefix }),
		...(discoveryPrefix && { discoveryPrefix }),
		...(hours !== undefined && { removeAfter: hours === 0 ? null : Math.round(hours * 3_600_000) }),
		...(documentKilobytes !== undefined && { documentSize: Math.round(documentKilobytes * 1_024) }),
	});
}
