import type { NodeAPI, NodeMessage } from 'node-red';
import { z } from 'zod';
import type { Dialect } from '../src/dialects/dialect';
import { EventReader } from '../src/dialects/reader';
import type { StreamEvent } from '../src/model/event';
import { defineNode, type Parts, type Running, type Send } from './glue/define';
import { dialectOf } from './glue/dialects';
import { eventMessage, eventOf, hasLoss, reportMessage } from './glue/messages';
import { switchField, textField } from './glue/settings';

const settings = z.object({
	source: textField('local'),
	dialect: textField('auto'),
	strict: switchField(false),
});
type Settings = z.output<typeof settings>;

/** How long the first messages may wait for the protocol to be told, ms. */
const patience = 2_000;

/** Any JSON, text or bytes → identified, validated events. */
export = (RED: NodeAPI): void => {
	defineNode(RED, 'agent-stream-identify', { settings, start: (parts) => new IdentifyNode(RED, parts) });
};

class IdentifyNode implements Running {
	private reader: EventReader;
	private dialect: Dialect | 'auto' = 'auto';
	private good = 0;
	private bad = 0;
	/** Messages whose frames wait until the protocol is told, in order: each event goes out on the message that brought it. */
	private waiting: NodeMessage[] = [];

	constructor(
		private readonly RED: NodeAPI,
		private readonly parts: Parts<Settings>,
	) {
		const { dialect, source } = parts.settings;
		// A described protocol is known when its endpoint is; another name that is none is told at once.
		if (dialect !== 'custom') this.dialect = dialectOf(RED, dialect, source);
		this.reader = this.newReader();
	}

	input(message: NodeMessage, to: Send): void {
		const event = eventOf(message);
		const { payload } = message;
		if (event) {
			this.emit(message, [event], to);
			return;
		}
		this.look(to);
		const isFrame = typeof payload === 'string' || payload instanceof Uint8Array;
		this.waiting.push(message);
		this.emitHeld(isFrame ? this.reader.read(payload) : this.reader.readValue(payload), to);
		if (!this.reader.dialect) {
			this.parts.later('flush', patience, () => this.emitHeld(this.reader.flush(), this.parts.send));
		}
	}

	/** Reads by another dialect from now on, where the endpoint was deployed with one, or knows it by now. */
	private look(to: Send): void {
		const { dialect, source } = this.parts.settings;
		const now = dialectOf(this.RED, dialect, source);
		if (now === 'auto' || now === this.dialect) return;
		this.emitHeld(this.reader.flush(), to);
		this.dialect = now;
		this.reader = this.newReader();
	}

	private newReader(): EventReader {
		const { settings: chosen, clock } = this.parts;
		const { source, strict } = chosen;
		return new EventReader({ source, dialect: this.dialect, clock, strict });
	}

	private emitHeld(events: readonly StreamEvent[], to: Send): void {
		if (events.length === 0) return;
		const brought = this.waiting;
		this.waiting = [];
		const last = brought.at(-1) ?? {};
		// One frame can hold several events: then only the last message is certain to have brought one.
		const isEach = events.length === brought.length;
		for (const [index, event] of events.entries()) this.emit((isEach && brought[index]) || last, [event], to);
	}

	private emit(message: NodeMessage, events: readonly StreamEvent[], to: Send): void {
		const { strict } = this.parts.settings;
		for (const event of events) {
			const known = event.type !== 'unknown';
			const passes = known && !event.rejected && !(strict && !event.valid);
			const reported = !passes || hasLoss(event);
			if (reported) this.bad += 1;
			else this.good += 1;
			to([passes ? eventMessage(message, event) : null, reported ? reportMessage(message, event) : null]);
		}
		const { good, bad } = this;
		if (events.length > 0) {
			const text = 'agent-stream-identify.status.counts';
			this.parts.show({ fill: bad > 0 ? 'yellow' : 'green', shape: 'dot', text, values: { good, bad } });
		}
	}
}
