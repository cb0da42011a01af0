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
			return {
				input(message, to) {
					const event = eventOf(message);
					const { payload } = message;
					if (event) emit(message, [event], to);
					else if (typeof payload === 'string' || payload instanceof Uint8Array)
						emit(message, reader.read(payload), to);
					else emit(message, reader.readValue(payload), to);
					if (!reader.dialect) later('flush', patience, () => emit({}, reader.flush(), send));
				},
			};
		},
	});
};
