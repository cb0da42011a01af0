import { z } from 'zod';
import type { Clock, Timer } from '../../src/model/clock';
import type { Entity } from '../../src/model/entity';
import { AgentStreamError } from '../../src/model/errors';
import type { StreamEvent } from '../../src/model/event';
import { limits } from '../../src/model/limits';
import { type Trial, tryDefinition } from '../../src/trial';
import type { TrialAnswer, TrialRequest } from './editor-answers';

/** What is shown of a trial at most, and what it may cost. */
const most = {
	/** Characters of a pasted frame. */
	frame: 1_000_000,
	events: 50,
	entities: 200,
	issues: 20,
	/** Characters of one value. */
	text: 2_000,
	/** Trials at a time. */
	running: 2,
	/** ms until the answer is that it takes too long. */
	time: 10_000,
} as const;

const requestSchema = z.strictObject({
	definition: z.string().max(limits.definitionSize),
	frame: z.string().max(most.frame),
}) satisfies z.ZodType<TrialRequest>;

/** Live tests of definitions: bounded in number, time and size, and connected to nothing. */
export class Trials {
	private running = 0;

	constructor(private readonly clock: Clock) {}

	/**
	 * What a frame would become.
	 * @param request a `TrialRequest`, unchecked
	 * @throws AgentStreamError INPUT_INVALID: it is none; LIMIT_REACHED: others are running, or it takes too long
	 */
	async answer(request: unknown): Promise<TrialAnswer> {
		const parsed = requestSchema.safeParse(request);
		if (!parsed.success) {
			const sentence = `A test takes a definition and a message of at most ${most.frame} characters, both as text.`;
			throw new AgentStreamError('INPUT_INVALID', sentence);
		}
		if (this.running >= most.running) {
			throw new AgentStreamError('LIMIT_REACHED', 'Other tests are still running: try again in a moment.');
		}
		const { definition, frame } = parsed.data;
		return shown(await this.inTime(tryDefinition(definition, frame, this.clock)));
	}

	/** What takes too long goes on alone, and counts as running until it ends. */
	private async inTime(trial: Promise<Trial>): Promise<Trial> {
		this.running += 1;
		let timer: Timer | undefined;
		const late = new Promise<never>((_resolve, reject) => {
			timer = this.clock.after(most.time, () => {
				const sentence = `The test took longer than ${most.time / 1_000} s: make the expressions or the message smaller.`;
				reject(new AgentStreamError('LIMIT_REACHED', sentence));
			});
		});
		const done = trial.finally(() => {
			this.running -= 1;
			this.clock.cancel(timer);
		});
		return await Promise.race([done, late]);
	}
}

function shown({ events, entities, error, warnings }: Trial): TrialAnswer {
	return {
		events: events.slice(0, most.events).map(shownEvent),
		entities: entities.slice(0, most.entities).map(shownEntity),
		error: error ? cut(error.message) : null,
		warnings: warnings.slice(0, most.issues).map(({ message }) => cut(message)),
		cut: events.length > most.events || entities.length > most.entities || warnings.length > most.issues,
	};
}

function shownEvent({ type, by, rejected, replayed, time, data, issues }: StreamEvent): TrialAnswer['events'][number] {
	return {
		type,
		by: by ?? '',
		rejected,
		replayed,
		time: time === null ? '' : cut(String(time)),
		data: cut(JSON.stringify(data) ?? ''),
		issues: issues.slice(0, most.issues).map(({ path, message }) => cut(path === '' ? message : `${path}: ${message}`)),
	};
}

function shownEntity(entity: Entity): TrialAnswer['entities'][number] {
	const { path, name, platform, state, unit_of_measurement: unit, device_class: deviceClass } = entity;
	return {
		path,
		name: cut(name),
		platform,
		state: state === null ? '' : cut(String(state)),
		unit: unit ?? '',
		deviceClass: deviceClass ?? '',
	};
}

const cut = (text: string): string => (text.length > most.text ? `${text.slice(0, most.text)}…` : text);
