import assert from 'node:assert/strict';
import { Mapper, type MapperTables } from '../../../src/entities/mapper';
import { subject } from '../../../src/model/description';
import type { AgentStreamError } from '../../../src/model/errors';
import { type StreamEvent, streamEventSchema } from '../../../src/model/event';
import { event, text, total } from '../../../src/model/presets';
import type { Tracked, Tracker } from '../../../src/model/tracker';
import { Pipeline } from '../../../src/pipeline';
import { FakeClock } from '../../support/fake-clock';
import { plainDialect } from '../../support/plain-dialect';

interface Job {
	readonly id: string;
	readonly state: string;
	readonly failures: readonly { readonly id: string; readonly live: boolean }[];
}
interface Counts {
	readonly counting: number;
	readonly jobs: number;
}
interface World {
	readonly jobs: readonly Job[];
	readonly counts: Counts;
}

const minute = 60_000;

/** Keeps the two newest jobs; one that is not heard of for a minute is idle. */
class JobTracker implements Tracker {
	private jobs: Job[] = [];
	private count = 0;
	private readonly heard = new Map<string, number>();
	private readonly counting: number;

	constructor(private readonly clock: FakeClock) {
		this.counting = clock.now();
	}

	apply({ data, replayed, at }: StreamEvent): Tracked {
		const { id, state } = data as Job;
		const old = this.jobs.find((job) => job.id === id);
		const failures = [
			...(old?.failures ?? []),
			...(state === 'failed' ? [{ id: `${id} ${at}`, live: !replayed }] : []),
		];
		this.jobs = [...this.jobs.filter((job) => job !== old), { id, state, failures }].slice(-2);
		this.heard.set(id, this.clock.now());
		this.count += 1;
		return { jobs: this.jobs, counts: { counting: this.counting, jobs: this.count } };
	}

	tick(now: number): Tracked {
		this.jobs = this.jobs.map((job) => (this.due(job) <= now ? { ...job, state: 'idle' } : job));
		return { jobs: this.jobs };
	}

	nextTick(): number | null {
		const due = this.jobs.filter(({ state }) => state !== 'idle').map((job) => this.due(job));
		return due.length > 0 ? Math.min(...due) : null;
	}

	private due({ id }: Job): number {
		return (this.heard.get(id) ?? 0) + minute;
	}
}

const own = { interval: null, own: true } as const;

function tables(clock: FakeClock): MapperTables {
	return {
		types: {
			job: { interval: null, list: false },
			jobs: { ...own, list: true },
			counts: { ...own, list: false },
		},
		tracker: () => new JobTracker(clock),
		deviceFrom: [],
		device: () => ({ name: 'Jobs' }),
		subjects: [
			subject<World, Job>({
				subject: 'job',
				from: ['jobs'],
				items: ({ jobs }) => jobs ?? null,
				key: ({ id }) => id,
				kept: true,
				rows: [
					text({ key: 'state', name: 'State', field: 'state' }),
					event({
						key: 'failed',
						name: 'Failed',
						from: ['failures'],
						options: ['failed'],
						happenings: ({ failures }) =>
							failures.map(({ id, live }) => ({ id, type: 'failed', at: 0, live, attributes: {} })),
					}),
				],
			}),
			subject<World, Counts>({
				subject: 'totals',
				from: ['counts'],
				items: ({ counts }) => (counts ? [counts] : null),
				rows: [total({ key: 'jobs', name: 'Jobs', field: 'jobs' })],
			}),
		],
	};
}

function job(clock: FakeClock, id: string, state: string, replayed = false): StreamEvent {
	const at = clock.now();
	return streamEventSchema.parse({
		source: 'hub',
		dialect: 'plain',
		type: 'job',
		by: 'name',
		time: null,
		at,
		received: at,
		replayed,
		via: 'stream',
		data: { id, state },
		valid: true,
		rejected: false,
		issues: [],
	});
}

describe('Mapper with a tracker', () => {
	const setUp = (memory = {}) => {
		const clock = new FakeClock();
		const mapper = new Mapper({ source: 'hub', dialect: tables(clock), clock, memory });
		const tell = (id: string, state: string, replayed?: boolean) =>
			mapper
				.apply(job(clock, id, state, replayed))
				.map(({ kind, entity }) => `${kind} ${entity.path.slice(4)} ${entity.state}`);
		return { clock, mapper, tell };
	};

	it('makes entities of what the tracker keeps, and tells only what changed', () => {
		const { tell, mapper } = setUp();
		assert.deepEqual(tell('a', 'working'), [
			'added job/a/state working',
			'added job/a/failed null',
			'added totals/jobs 1',
		]);
		assert.deepEqual(tell('b', 'working').slice(0, 1), ['added job/b/state working']);
		assert.deepEqual(tell('a', 'working'), ['changed totals/jobs 3']);
		assert.ok(mapper.entities().every(({ available }) => available));
	});

	it('removes at once what the tracker let go of', () => {
		const { tell, mapper } = setUp();
		for (const id of ['a', 'b']) tell(id, 'working');
		assert.deepEqual(tell('c', 'working'), [
			'added job/c/state working',
			'added job/c/failed null',
			'removed job/a/state working',
			'removed job/a/failed null',
			'changed totals/jobs 3',
		]);
		assert.equal(mapper.entities().length, 5);
	});

	it('fires what the tracker saw happen, also as the first thing of all, and no history', () => {
		const { tell } = setUp();
		assert.ok(tell('a', 'failed').includes('fired job/a/failed failed'));
		assert.ok(!tell('b', 'failed', true).some((change) => change.startsWith('fired')));
	});

	it('survives an event that nobody has validated, and tells of it once', () => {
		const clock = new FakeClock();
		const told: string[] = [];
		const report = ({ code, message }: AgentStreamError) => told.push(`${code} ${message}`);
		const mapper = new Mapper({ source: 'hub', dialect: tables(clock), clock, report });
		for (let round = 0; round < 3; round += 1) {
			assert.deepEqual(mapper.apply({ ...job(clock, 'a', 'working'), data: null }), []);
		}
		assert.equal(told.length, 1);
		assert.match(told[0] ?? '', /^ENTITY_INVALID The data of job cannot be read as a happening: /);
		assert.equal(mapper.apply(job(clock, 'a', 'working')).length, 3);
	});

	it('survives that time finds what an event has spoilt', () => {
		const clock = new FakeClock();
		const told: string[] = [];
		const spoilt = {
			apply: () => ({}),
			tick: () => {
				throw new TypeError('state.trim is not a function');
			},
			nextTick: () => clock.now() + minute,
		};
		const dialect = { ...tables(clock), tracker: () => spoilt };
		const mapper = new Mapper({ source: 'hub', dialect, clock, report: ({ message }) => told.push(message) });
		assert.equal(mapper.nextTick(), clock.now() + minute);
		assert.deepEqual([mapper.tick(), mapper.tick()], [[], []]);
		assert.equal(mapper.nextTick(), null, 'nobody asks again and again');
		mapper.apply(job(clock, 'a', 'working'));
		assert.equal(mapper.nextTick(), clock.now() + minute);
		assert.deepEqual(told, [
			'The data of what was tracked so far cannot be read as a happening: state.trim is not a function',
		]);
	});

	it('keeps totals over a restart, and counts on', () => {
		const first = setUp();
		for (const id of ['a', 'b', 'c']) first.tell(id, 'working');
		const saved = JSON.parse(JSON.stringify(first.mapper.save()));
		const second = setUp(saved);
		second.clock.advance(1);
		const later = new Mapper({ source: 'hub', dialect: tables(second.clock), clock: second.clock, memory: saved });
		const changes = later.apply(job(second.clock, 'd', 'working'));
		assert.equal(changes.find(({ entity }) => entity.row === 'jobs')?.entity.state, 4);
		assert.equal(later.apply(job(second.clock, 'd', 'working'))[0]?.entity.state, 5);
	});

	it('lets time change what it keeps, though another timer was to fire later', () => {
		const clock = new FakeClock();
		const told: string[] = [];
		const pipeline = new Pipeline({
			source: 'hub',
			dialect: { ...plainDialect(), ...tables(clock) } as never,
			clock,
			changed: (changes) => told.push(...changes.map(({ kind, entity }) => `${kind} ${entity.row} ${entity.state}`)),
		});
		pipeline.event(job(clock, 'a', 'working'));
		clock.advance(30_000);
		pipeline.event(job(clock, 'b', 'working'));
		told.length = 0;
		clock.advance(30_000);
		assert.deepEqual(told, ['changed state idle']);
		clock.advance(30_000);
		assert.deepEqual(told, ['changed state idle', 'changed state idle']);
		pipeline.close();
		assert.equal(clock.timers, 0);
	});
});
