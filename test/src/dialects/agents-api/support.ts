import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentsApi } from '../../../../src/dialects/agents-api';
import type { Link } from '../../../../src/dialects/dialect';
import { EventReader } from '../../../../src/dialects/reader';
import type { AgentStreamError } from '../../../../src/model/errors';
import type { StreamEvent } from '../../../../src/model/event';
import { FakeClock } from '../../../support/fake-clock';

/** The frames of a fixture. */
export function frames(name: string): readonly string[] {
	const text = readFileSync(join(__dirname, '../../../fixtures/agents-api', name), 'utf8');
	return text
		.trim()
		.split('\n')
		.map((line) => (JSON.parse(line) as { readonly raw: string }).raw);
}

/** A connection that remembers what is done with it. */
export class FakeLink implements Link {
	readonly sent: unknown[] = [];
	readonly lost: AgentStreamError[] = [];
	readonly refused: AgentStreamError[] = [];
	readies = 0;
	/** Thrown by `send`, if any. */
	failure: AgentStreamError | null = null;

	send(message: unknown): void {
		if (this.failure) throw this.failure;
		this.sent.push(message);
	}

	ready(): void {
		this.readies += 1;
	}

	refuse(error: AgentStreamError): void {
		this.refused.push(error);
	}

	lose(error: AgentStreamError): void {
		this.lost.push(error);
	}

	/** What was sent since the last look, as `event room`. */
	rooms(): string[] {
		return this.sent.splice(0).flatMap((message) => {
			const [event, data] = message as [string, { readonly room?: string }];
			return data.room === undefined ? [] : [`${event} ${data.room}`];
		});
	}
}

/** Reads events as a connection would, at the time of a clock. */
export function reading(clock = new FakeClock()): (name: string, data: object) => StreamEvent {
	const reader = new EventReader({ source: 'hub', dialect: agentsApi, clock });
	return (name, data) => {
		const [event, ...more] = reader.read(JSON.stringify([name, data]));
		if (!event || more.length > 0) throw new Error(`${name} is not one event`);
		return event;
	};
}
