import type { NodeAPI } from 'node-red';
import type { ConnectionState } from '../../src/endpoint';
import type { ConnectionMessage } from '../../src/model/messages';
import { hourAndMinute, type Status, sharedTexts } from './status';

const looks = {
	idle: { fill: 'grey', shape: 'ring' },
	connecting: { fill: 'yellow', shape: 'ring' },
	open: { fill: 'green', shape: 'dot' },
	waiting: { fill: 'red', shape: 'ring' },
	closed: { fill: 'grey', shape: 'ring' },
	polling: { fill: 'yellow', shape: 'dot' },
} as const;

/** A connection's state as a node shows it: the state or what keeps it from opening, and since when. */
export function connectionStatus(RED: NodeAPI, { phase, since, cause, pollingSince }: ConnectionState): Status {
	if (pollingSince !== undefined && cause) {
		const values = { cause: RED._(`${sharedTexts}errors.${cause.code}`), time: hourAndMinute(pollingSince) };
		return { ...looks.polling, text: `${sharedTexts}state.polling`, values };
	}
	const text = `${sharedTexts}state.${phase}`;
	const time = hourAndMinute(since);
	if (phase === 'open' && cause) {
		const values = { cause: RED._(`${sharedTexts}errors.${cause.code}`) };
		return { ...looks.polling, text: `${sharedTexts}state.undecided`, values };
	}
	if (phase === 'open') return { ...looks.open, text, values: { time } };
	if (phase === 'waiting' && cause) {
		return { ...looks.waiting, text, values: { cause: RED._(`${sharedTexts}errors.${cause.code}`), time } };
	}
	return { ...looks[phase], text };
}

/** A connection's state as a message tells it. */
export function connectionMessage(
	source: string,
	{ phase, since, cause, attempt, pollingSince }: ConnectionState,
): ConnectionMessage {
	const polling = pollingSince !== undefined;
	return { source, state: phase, since, code: cause?.code ?? null, text: cause?.message ?? null, attempt, polling };
}
