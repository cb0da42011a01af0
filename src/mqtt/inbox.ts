import { AgentStreamError, asAgentStreamError } from '../model/errors';
import { type BridgeCommand, readCommand } from './command';
import type { Publisher } from './publisher';

/** What an {@link Inbox} tells its owner. */
export interface InboxEvents {
	/** A command that was found valid. */
	command(command: BridgeCommand): void;
	/** Something was refused. */
	report(error: AgentStreamError): void;
}

/** Sorts the messages that come from the broker: Home Assistant's births, what happens to our documents, commands. */
export class Inbox {
	constructor(
		/** Home Assistant's discovery prefix. */
		private readonly prefix: string,
		private readonly publisher: Publisher,
		private readonly events: InboxEvents,
	) {}

	/** Home Assistant's own topic. */
	get status(): string {
		return `${this.prefix}/status`;
	}

	/** Takes a message that was not for the handshake. */
	message(topic: string, payload: string, retained: boolean): void {
		if (topic === this.status) this.publisher.homeAssistant(payload, retained);
		else if (topic.startsWith(`${this.prefix}/`)) {
			if (!retained) this.publisher.configMessage(topic, payload);
		} else if (topic.endsWith('/set')) this.command(topic, payload, retained);
	}

	private command(topic: string, payload: string, retained: boolean): void {
		const entity = this.publisher.commanded(topic);
		if (payload === '') return;
		if (!entity) {
			if (!this.publisher.hasCommand(topic)) return;
			const message = `A command on ${topic} is refused: nothing was heard of its entity yet. Try again when it shows a state.`;
			this.events.report(new AgentStreamError('COMMAND_REFUSED', message));
			return;
		}
		if (retained) {
			const message = `A retained command on ${topic} is ignored: it would be carried out at every connect. Delete it from the broker.`;
			this.events.report(new AgentStreamError('COMMAND_REFUSED', message));
			return;
		}
		try {
			this.events.command(readCommand(entity, topic, payload));
		} catch (thrown) {
			this.events.report(asAgentStreamError(thrown, 'COMMAND_REFUSED'));
		}
	}
}
