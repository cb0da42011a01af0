import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { autosdlc } from '../../../../src/dialects/autosdlc';
import type { Link, SessionParts } from '../../../../src/dialects/dialect';
import { EventReader } from '../../../../src/dialects/reader';
import type { SavedMemory } from '../../../../src/entities/recollection';
import type { Entity, EntityChange } from '../../../../src/model/entity';
import type { AgentStreamError } from '../../../../src/model/errors';
import type { Frame, StreamEvent } from '../../../../src/model/event';
import { Pipeline } from '../../../../src/pipeline';
import { FakeClock } from '../../../support/fake-clock';

/** A message as a test writes it. */
export interface Sent {
	readonly id: string;
	readonly type: string;
	readonly timestamp: number;
	readonly data: { readonly [name: string]: unknown };
	readonly metadata: { readonly version: string; readonly correlationId?: string };
}

/** The frames of a fixture. */
export function frames(name: 'document' | 'messages'): readonly string[] {
	const text = readFileSync(join(__dirname, `../../../fixtures/autosdlc/${name}.jsonl`), 'utf8');
	return text
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => (JSON.parse(line) as { raw: string }).raw);
}

let written = 0;

/** A message of the server. */
export function message(type: string, data: object, more: object = {}): string {
	written += 1;
	return JSON.stringify({ id: `m-${written}`, type, timestamp: 1_703_775_135_000 + written, data, ...more });
}

/** A session on a link that writes down what it is told. */
export function talking(options: { subscription?: unknown; token?: string | null } = {}) {
	const clock = new FakeClock();
	const sent: Sent[] = [];
	const calls: (string | AgentStreamError)[] = [];
	const warnings: string[] = [];
	const state = { token: options.token ?? null, failing: null as Error | null };
	const parts: SessionParts = {
		clock,
		random: () => 0.5,
		token: () => state.token,
		warn: (text) => warnings.push(text),
		...(options.subscription !== undefined && { subscription: autosdlc.subscription.parse(options.subscription) }),
	};
	const session = autosdlc.session(parts);
	const link: Link = {
		send: (given) => {
			if (state.failing) throw state.failing;
			sent.push((typeof given === 'string' ? JSON.parse(given) : given) as Sent);
		},
		ready: () => calls.push('ready'),
		refuse: (error) => calls.push(error),
		lose: (error) => calls.push(error),
	};
	const reader = new EventReader({ source: 'sdlc', dialect: autosdlc, clock, session });
	/** Gives a frame to the reader and its events to the session, as the endpoint does. */
	const hear = (frame: Frame): readonly StreamEvent[] => {
		const events = reader.read(frame);
		for (const event of events) session.heard?.(event, link);
		return events;
	};
	/** What was sent since the last look. */
	const taken = () => sent.splice(0);
	return { clock, session, link, hear, taken, calls, warnings, state };
}

/** A pipeline from frames to entities. */
export function mapping(clock = new FakeClock(), memory: SavedMemory = {}) {
	const changes: EntityChange[] = [];
	const reports: string[] = [];
	const pipeline = new Pipeline({
		source: 'sdlc',
		dialect: autosdlc,
		clock,
		memory,
		report: ({ message: text }) => reports.push(text),
		changed: (list) => changes.push(...list),
	});
	pipeline.connection(true);
	const entity = (id: string): Entity | undefined =>
		pipeline.entities().find(({ unique_id }) => unique_id === `sdlc_${id}`);
	/** Happenings that were fired since the last look, as `row:type`. */
	const fired = () =>
		changes
			.splice(0)
			.flatMap((change) => (change.kind === 'fired' ? [`${change.entity.row}:${change.entity.state}`] : []));
	return {
		clock,
		pipeline,
		changes,
		reports,
		entity,
		state: (id: string) => entity(id)?.state,
		fired,
		tell: (type: string, data: object, more: object = {}) => pipeline.frame(message(type, data, more)),
	};
}
