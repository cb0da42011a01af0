import type { NodeAPI, NodeMessage } from 'node-red';
import { z } from 'zod';
import { dialectNamed } from '../src/dialects';
import { EventReader } from '../src/dialects/reader';
import type { StreamEvent } from '../src/model/event';
import { defineNode, type Send } from './glue/define';
import { eventMessage, eventOf, hasLoss, reportMessage } from './glue/messages';
import { switchField, textField } from './glue/settings';

const settings = z.object({
	source: textField('local'),
	dialect: textField('auto'),
	strict: switchField(false),
});

/** How long the first messages may wait for the protocol to be told, ms. */
const patience = 2_000;

/** Any JSON, text or bytes → identified, validated events. */
export = (RED: NodeAPI): void => {
	defineNode(RED, 'agent-stream-identify', {
		settings,
		start({ settings: { source, dialect, strict }, clock, send, show, later }) {
			const reader = new EventReader({
				source,
				dialect: dialect === 'auto' ? 'auto' : dialectNamed(dialect),
				clock,
				strict,
			});
			let good = 0;
			let bad = 0;
			const emit = (message: NodeMessage, events: readonly StreamEvent[], to: Send): void => {
				for (const event of events) {
					const known = event.type !== 'unknown';
					const passes = known && !event.rejected && !(strict && !event.valid);
					const reported = !passes || hasLoss(event);
					if (reported) bad += 1;
					else good += 1;
					to([passes ? eventMessage(message, event) : null, reported ? reportMessage(message, event) : null]);
				}
				if (events.length > 0) {
					const text = 'agent-stream-identify.status.counts';
					show({ fill: bad > 0 ? 'yellow' : 'green', shape: 'dot', text, values: { good, bad } });
				}
			};
			/** Messages whose frames wait until the protocol is told, in order: each event goes out on the message that brought it. */
			let waiting: NodeMessage[] = [];
			const emitHeld = (events: readonly StreamEvent[], to: Send): void => {
				if (events.length === 0) return;
				const brought = waiting;
				waiting = [];
				const last = brought.at(-1) ?? {};
				// One frame can hold several events: then only the last message is certain to have brought one.
				const isEach = events.length === brought.length;
				for (const [index, event] of events.entries()) emit((isEach && brought[index]) || last, [event], to);
			};
			return {
				input(message, to) {
					const event = eventOf(message);
					const { payload } = message;
					if (event) {
						emit(message, [event], to);
						return;
					}
					const isFrame = typeof payload === 'string' || payload instanceof Uint8Array;
					waiting.push(message);
					emitHeld(isFrame ? reader.read(payload) : reader.readValue(payload), to);
					if (!reader.dialect) later('flush', patience, () => emitHeld(reader.flush(), send));
				},
			};
		},
	});
};
