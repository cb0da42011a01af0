import type { NodeAPI, NodeMessage } from 'node-red';
import { z } from 'zod';
import type { EntityCommand, NamedCommand } from '../src/control';
import type { ConnectionState } from '../src/endpoint';
import { AgentStreamError, asAgentStreamError } from '../src/model/errors';
import { isFields } from '../src/model/fields';
import { commandMessageSchema, entityOrderSchema } from '../src/model/messages';
import { type CommandTold, failureMessage, isConfirmed, resultMessage } from './glue/commands';
import { connectionStatus } from './glue/connection';
import { defineNode, type Parts, type Running, type Send } from './glue/define';
import { type SharedEndpoint, sharedEndpoint } from './glue/endpoints';
import { switchField, textField } from './glue/settings';
import { hourAndMinute, sharedTexts } from './glue/status';

const settings = z.object({
	endpoint: textField(),
	command: textField(),
	parameters: textField('payload'),
	parametersType: textField('msg'),
	askAlways: switchField(false),
});
type Settings = z.output<typeof settings>;

/** What a message asks for. */
interface Asked {
	readonly command: EntityCommand | NamedCommand;
	/** How the answer tells of it. */
	readonly told: CommandTold;
}

/** Runs commands on a server: its answer, or why not. */
export = (RED: NodeAPI): void => {
	defineNode(RED, 'agent-stream-command', { settings, start: (parts) => new CommandNode(RED, parts) });
};

class CommandNode implements Running {
	private readonly shared: SharedEndpoint;

	constructor(
		private readonly RED: NodeAPI,
		private readonly parts: Parts<Settings>,
	) {
		const { show, guard, release } = parts;
		this.shared = sharedEndpoint(RED, parts.settings.endpoint);
		const { live, control, use } = this.shared;
		// Commands that need nothing of the stream ask for nothing of it.
		const wanted = () => (live.dialect && control.types.length === 0 ? null : control.types);
		const user = use(wanted());
		release(() => user.release());
		const onState = guard((state: ConnectionState) => {
			show(connectionStatus(RED, state));
			// A protocol that was to be recognised may be known by now.
			user.want(wanted());
		});
		live.on('state', onState);
		release(() => live.off('state', onState));
		show(connectionStatus(RED, live.state));
	}

	/** Whatever goes wrong leaves by the second output. */
	async input(message: NodeMessage, to: Send): Promise<void> {
		const { parts, shared } = this;
		const confirmed = isConfirmed(message);
		let told: CommandTold = {};
		try {
			const asked = await this.asked(message);
			told = asked.told;
			if (parts.settings.askAlways && !confirmed) {
				throw new AgentStreamError('COMMAND_REFUSED', 'Nothing was sent: this node wants msg.payload.confirm = true.');
			}
			to([resultMessage(message, told, await shared.control.run(asked.command, confirmed)), null]);
			const time = hourAndMinute(parts.clock.now());
			parts.show({ fill: 'green', shape: 'dot', text: 'agent-stream-command.status.done', values: { time } });
		} catch (thrown) {
			const { code, message: sentence } = asAgentStreamError(thrown, 'REST_FAILED');
			to([null, failureMessage(message, told, thrown)]);
			parts.logger.warn(`${code}: ${sentence}`);
			parts.show({ fill: 'red', shape: 'ring', text: `${sharedTexts}errors.${code}` });
		}
	}

	/**
	 * A command from Home Assistant (`msg.command` of *mqtt bridge*), one on an entity (`msg.payload.entity`), or one of the table.
	 * @throws AgentStreamError INPUT_INVALID, COMMAND_REFUSED
	 */
	private async asked(message: NodeMessage): Promise<Asked> {
		const { command: given, payload, topic } = message;
		const { command: chosen } = this.parts.settings;
		if (typeof given === 'object' && given !== null) return fromBridge(given, this.shared.id);
		const order = entityOrderSchema.safeParse(payload);
		if (order.success) {
			const { entity: unique_id, action, value } = order.data;
			return { command: { unique_id, action, value }, told: { unique_id, action, value } };
		}
		const name = [chosen, given, topic].find((each): each is string => typeof each === 'string' && each !== '');
		if (name === undefined) {
			const ways = 'a command chosen in the node, in msg.command or msg.topic, or an entity in msg.payload.entity';
			throw new AgentStreamError('INPUT_INVALID', `The message asks for no command: it needs ${ways}.`);
		}
		const parameters = await this.parametersOf(message);
		return { command: { name, parameters }, told: { name, parameters } };
	}

	/** @throws AgentStreamError INPUT_INVALID: no object */
	private async parametersOf(message: NodeMessage): Promise<Readonly<Record<string, unknown>>> {
		const { RED, parts } = this;
		const { parameters, parametersType } = parts.settings;
		const value = await new Promise<unknown>((resolve, reject) => {
			RED.util.evaluateNodeProperty(parameters, parametersType, parts.node, message, (error, result) =>
				error ? reject(asAgentStreamError(error, 'INPUT_INVALID')) : resolve(result),
			);
		});
		// Most commands take none: whatever stands in the payload of a button is not meant for them.
		if (!isFields(value)) return {};
		const { confirm: _confirm, ...rest } = value;
		return rest;
	}
}

/** @throws AgentStreamError INPUT_INVALID, COMMAND_REFUSED: it is another endpoint's, or was carried out already */
function fromBridge(given: object, id: string): Asked {
	const parsed = commandMessageSchema.safeParse(given);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		throw new AgentStreamError(
			'INPUT_INVALID',
			`msg.command is no command: ${issue?.path.join('.')}: ${issue?.message}`,
		);
	}
	const { unique_id, action, value, source = id, direct } = parsed.data;
	if (direct || 'done' in given) {
		throw new AgentStreamError('COMMAND_REFUSED', `${unique_id} was carried out already: a command fires once.`);
	}
	if (source !== id) {
		throw new AgentStreamError('COMMAND_REFUSED', `${unique_id} belongs to the endpoint ${source}, not to ${id}.`);
	}
	return { command: { unique_id, action, value }, told: { unique_id, action, value } };
}
