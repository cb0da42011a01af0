import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claudeCode } from '../../../../src/dialects/claude-code';
import { EventReader } from '../../../../src/dialects/reader';
import { Mapper } from '../../../../src/entities/mapper';
import type { SavedMemory } from '../../../../src/entities/recollection';
import type { Entity, EntityChange } from '../../../../src/model/entity';
import type { StreamEvent } from '../../../../src/model/event';
import { FakeClock } from '../../../support/fake-clock';

/** The frames of a file in `test/fixtures/claude-code`. */
export function framesOf(name: string): readonly string[] {
	return readFileSync(join(__dirname, '../../../fixtures/claude-code', name), 'utf8')
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => (JSON.parse(line) as { raw: string }).raw);
}

/** JSON fields by name. */
export type Fields = { readonly [name: string]: unknown };

/** An endpoint from frame to entities, on a clock that stands still. */
export class Rig {
	readonly clock: FakeClock;
	readonly reader: EventReader;
	readonly mapper: Mapper;
	readonly changes: EntityChange[] = [];
	private id = 0;

	constructor(
		options: {
			readonly subscription?: object;
			readonly strict?: boolean;
			/** What an earlier run saved. */
			readonly memory?: SavedMemory;
			readonly clock?: FakeClock;
		} = {},
	) {
		const { clock = new FakeClock(), memory = {} } = options;
		this.clock = clock;
		this.reader = new EventReader({
			source: 'cc',
			dialect: claudeCode,
			clock,
			strict: options.strict ?? false,
			parts: () => ({
				clock,
				random: () => 0.5,
				token: () => null,
				warn: () => {},
				subscription: options.subscription,
			}),
		});
		this.mapper = new Mapper({ source: 'cc', dialect: claudeCode, clock, memory });
	}

	/** Reads one value as a frame, and maps what it says. */
	take(value: unknown): StreamEvent[] {
		const events = this.reader.read(JSON.stringify(value));
		for (const event of events) this.changes.push(...this.mapper.apply(event));
		return events;
	}

	/** A hook as real servers send it, without its wrapper. */
	made(type: string, payload: Fields = {}, more: Fields = {}): Fields {
		this.id += 1;
		return {
			source_app: 'shop',
			session_id: 's1',
			hook_event_type: type,
			payload: { cwd: '/srv/shop', ...payload },
			id: this.id,
			timestamp: this.clock.now(),
			...more,
		};
	}

	/** A hook happens now. */
	hook(type: string, payload: Fields = {}, more: Fields = {}): StreamEvent[] {
		return this.take({ type: 'event', data: this.made(type, payload, more) });
	}

	/** Lets time pass; everything that falls due happens in time. */
	pass(ms: number): void {
		const end = this.clock.now() + ms;
		for (let turns = 0; turns < 100_000; turns += 1) {
			const next = this.mapper.nextTick();
			if (next === null || next > end) break;
			this.clock.jump(Math.max(next, this.clock.now()));
			this.changes.push(...this.mapper.tick());
		}
		this.clock.jump(end);
	}

	/** The entity with this unique id after the endpoint's. */
	entity(id: string): Entity | undefined {
		return this.mapper.entity(`cc_${id}`);
	}

	/** Its state; undefined where there is none. */
	state(id: string): Entity['state'] | undefined {
		return this.entity(id)?.state;
	}

	/** What event entities fired, as `id type`, since the last call. */
	fired(): string[] {
		const fired = this.changes.flatMap(({ kind, entity }) =>
			kind === 'fired' ? [`${entity.unique_id.slice(3)} ${entity.state}`] : [],
		);
		this.changes.length = 0;
		return fired;
	}
}
