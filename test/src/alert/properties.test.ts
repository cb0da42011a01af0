import assert from 'node:assert/strict';
import fc from 'fast-check';
import { alerts } from '../../../src/dialects/unraid/alerts';
import { type AlertRuleInput, alertChangeSchema } from '../../../src/model/alert';
import type { EntityChange, State } from '../../../src/model/entity';
import { Bench, bench, hot, rule } from './harness';

const level = 50;
const hysteresis = 3;
const condition: AlertRuleInput['condition'] = { kind: 'above', levels: [{ value: level }], hysteresis };

/** One thing that happens to a server, a stream or Node-RED. */
type Event =
	| { readonly kind: 'value'; readonly value: number; readonly replayed: boolean }
	| { readonly kind: 'unknown' | 'offline' | 'online' | 'restart' }
	| { readonly kind: 'pass' | 'jump'; readonly ms: number };

const value = fc.record({
	kind: fc.constant('value' as const),
	value: fc.integer({ min: level - 6, max: level + 6 }),
	replayed: fc.boolean(),
});
const quiet = fc.record({ kind: fc.constantFrom('unknown' as const, 'offline' as const, 'online' as const) });
const restart = fc.record({ kind: fc.constant('restart' as const) });
const pass = fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 200_000 }) });
const jump = fc.record({
	kind: fc.constant('jump' as const),
	ms: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
});

const waits = fc.record({
	raiseFor: fc.constantFrom(0, 1_000, 60_000, 100_000),
	clearFor: fc.constantFrom(0, 1_000, 60_000, 100_000),
	graceMs: fc.constantFrom(0, 30_000),
});

/** What is known of the server, as one who watches it sees it. */
class Server {
	private reading: number | null = null;
	private online = true;

	constructor(
		readonly bench: Bench,
		private readonly each: (server: Server) => void = () => {},
	) {}

	/** What is known now; null = nothing. */
	get known(): number | null {
		return this.online ? this.reading : null;
	}

	async happen(event: Event): Promise<void> {
		const { bench } = this;
		if (event.kind === 'pass') bench.pass(event.ms);
		else if (event.kind === 'jump') bench.clock.jump(bench.clock.now() + event.ms);
		else if (event.kind === 'restart') {
			bench.restart();
			await this.tell(true);
		} else {
			if (event.kind === 'offline' || event.kind === 'online') this.online = event.kind === 'online';
			else this.reading = event.kind === 'value' ? event.value : null;
			await this.tell(event.kind === 'value' && event.replayed);
		}
		this.each(this);
	}

	/** Nothing changes for long enough for everything to have been told. */
	async hold(): Promise<void> {
		for (let i = 0; i < 10; i += 1) this.bench.pass(100_000);
		this.each(this);
	}

	private async tell(replayed: boolean): Promise<void> {
		const { online } = this;
		const availability = { connected: online, fresh: true, present: true };
		await this.bench.state(this.reading, { replayed, availability, available: online });
	}
}

/** What of the alert's own life must be true of everything that is told. */
function checkOrder(told: Bench['told']): void {
	let raised = false;
	for (const { state } of told) {
		if (state === 'raised') assert.equal(raised, false, 'raised twice');
		if (state === 'cleared') assert.equal(raised, true, 'cleared without being raised');
		raised = state === 'cleared' ? false : state === 'raised' ? true : raised;
	}
}

async function walk(
	events: readonly Event[],
	options: { raiseFor: number; clearFor: number; graceMs: number },
): Promise<void> {
	const { graceMs, ...durations } = options;
	/** Whether a value that calls for an alert (or for its end) was known since the last one was told. */
	let above = false;
	let below = true;
	const look = ({ known }: Server) => {
		if (known !== null && known >= level) above = true;
		if (known !== null && known < level - hysteresis) below = true;
	};
	const server = new Server(bench({ condition, ...durations }, { graceMs, ceilingPerHour: null }), (server) => {
		look(server);
		for (const { state } of server.bench.told.slice(checked)) {
			if (state === 'raised') {
				assert.ok(above && below, 'a raise without an excursion of its own');
				below = false;
				look(server);
			} else {
				assert.ok(below, 'cleared while nothing was fine');
				above = false;
				look(server);
			}
		}
		checked = server.bench.told.length;
	});
	let checked = 0;
	for (const [index, event] of events.entries()) {
		await server.happen(event);
		if (index % 7 !== 6) continue;
		const { known } = server;
		await server.hold();
		const active = server.bench.engine.active().length;
		if (known !== null && known >= level) assert.equal(active, 1, 'lost');
		if (known !== null && known < level - hysteresis) assert.equal(active, 0, 'never cleared');
	}
	checkOrder(server.bench.told);
}

describe('alerts, whatever happens', () => {
	it('one raise for each real excursion at the most, and none is lost: random walks, gaps, replays', async () => {
		const events = fc.array(fc.oneof({ weight: 5, arbitrary: value }, { weight: 4, arbitrary: pass }, quiet), {
			maxLength: 60,
		});
		await fc.assert(fc.asyncProperty(events, waits, walk), { numRuns: 300 });
	});

	it('the same with restarts at every state', async () => {
		const events = fc.array(fc.oneof(value, pass, restart, quiet), { maxLength: 60 });
		await fc.assert(fc.asyncProperty(events, waits, walk), { numRuns: 300 });
	});

	it('the same with a clock that is set at random', async () => {
		const events = fc.array(fc.oneof(value, pass, jump, restart, quiet), { maxLength: 60 });
		await fc.assert(fc.asyncProperty(events, waits, walk), { numRuns: 300 });
	});

	it('noise within the band tells nothing, with restarts and gaps in between', async () => {
		const band = fc.record({
			kind: fc.constant('value' as const),
			value: fc.integer({ min: level - hysteresis, max: level - 1 }),
			replayed: fc.boolean(),
		});
		const events = fc.array(fc.oneof(band, pass, restart, quiet), { maxLength: 60 });
		await fc.assert(
			fc.asyncProperty(events, waits, async (noise, { graceMs, ...durations }) => {
				const server = new Server(bench({ condition, ...durations }, { graceMs }));
				for (const event of noise) await server.happen(event);
				assert.deepEqual(server.bench.told, []);
				await server.happen({ kind: 'online' });
				await server.happen({ kind: 'value', value: level, replayed: false });
				await server.hold();
				for (const event of noise) await server.happen(event);
				await server.hold();
				assert.deepEqual(server.bench.said(), ['raised warning']);
			}),
			{ numRuns: 100 },
		);
	});

	it('a cool-down drops no excursion: each is counted in something that is told', async () => {
		const next = fc.constantFrom('nothing' as const, 'nothing' as const, 'restart' as const, 'remove' as const);
		const steps = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 200_000 }), next), { maxLength: 60 });
		await fc.assert(
			fc.asyncProperty(steps, async (moves) => {
				const b = bench({ condition, coolDown: 300_000 }, { ceilingPerHour: null });
				let high = false;
				let excursions = 0;
				for (const [up, ms, then] of moves) {
					if (up && !high) excursions += 1;
					high = up;
					await b.state(up ? 60 : 20);
					b.pass(ms);
					if (then === 'restart') {
						b.restart();
						await b.state(up ? 60 : 20);
					} else if (then === 'remove') {
						await b.change('removed', { state: up ? 60 : 20 });
						high = false;
					}
				}
				await b.state(20);
				b.pass(1_000_000);
				const raised = b.told.filter(({ state }) => state === 'raised');
				assert.equal(
					raised.reduce((sum, { count }) => sum + count, 0),
					excursions,
				);
				checkOrder(b.told);
			}),
			{ numRuns: 300 },
		);
	});

	it('what is due is done: after each look the next one is later', async () => {
		const conditions: readonly AlertRuleInput['condition'][] = [
			hot,
			{ kind: 'below', levels: [{ value: level }] },
			{ kind: 'outside', low: level - 2, high: level + 2 },
			{ kind: 'is', states: ['50'], unknown: ['51'] },
			{ kind: 'is_not', states: ['50'] },
			{ kind: 'changes_to', states: ['50'] },
			{ kind: 'changes_from', states: ['50'] },
			{ kind: 'boolean' },
			{ kind: 'increases' },
			{ kind: 'decreases' },
			{ kind: 'happens' },
			{ kind: 'rate', perMinute: 1, window: 60_000 },
			{ kind: 'rate', perMinute: 1, direction: 'up', window: 300_000 },
			{ kind: 'no_data', per: 'endpoint', after: 60_000 },
			{ kind: 'no_data', after: 100_000, states: ['50', '51'] },
			{ kind: 'vanished' },
			{ kind: 'jsonata', expression: 'state > 50' },
		];
		const events = fc.array(fc.oneof(value, pass, restart, quiet, jump), { maxLength: 60 });
		const times = fc.record({
			repeatEvery: fc.constantFrom(0, 30_000),
			coolDown: fc.constantFrom(0, 90_000),
			raiseFor: fc.constantFrom(0, 60_000),
			clearFor: fc.constantFrom(0, 60_000),
		});
		await fc.assert(
			fc.asyncProperty(events, times, fc.constantFrom(0, 30_000), async (happenings, durations, graceMs) => {
				const rules = conditions.map((condition, index) => rule({ id: `r${index}`, condition, ...durations }));
				const server = new Server(new Bench(rules, { graceMs, ceilingPerHour: 5 }), ({ bench: { engine, clock } }) => {
					engine.tick();
					const next = engine.nextTick();
					assert.ok(next === null || next > clock.now(), `${next} is not after ${clock.now()}`);
				});
				for (const event of happenings) {
					if (event.kind !== 'pass') await server.happen(event);
					else for (let ms = 0; ms < event.ms; ms += 10_000) await server.happen({ kind: 'pass', ms: 10_000 });
				}
			}),
			{ numRuns: 150 },
		);
	});

	it('a rate that is due while what was replayed waits does not ask for ever', async () => {
		const b = bench(
			{ condition: { kind: 'rate', perMinute: 2, direction: 'up', window: 60_000 } },
			{ graceMs: 30_000 },
		);
		await b.state(30);
		b.pass(40_000);
		await b.state(31);
		b.pass(10_000);
		await b.state(32);
		b.pass(40_000);
		await b.state(32.5, { replayed: true });
		for (let ms = 0; ms < 40_000; ms += 1_000) {
			b.clock.jump(b.clock.now() + 1_000);
			b.engine.tick();
			const next = b.engine.nextTick();
			assert.ok(next === null || next > b.clock.now());
		}
	});

	it('50 disks and one rule: each disk has its own', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.tuple(fc.integer({ min: 0, max: 49 }), fc.integer({ min: 40, max: 60 })), { maxLength: 200 }),
				async (readings) => {
					const b = bench({ condition }, { ceilingPerHour: null });
					const last = new Map<number, number>();
					for (const [disk, state] of readings) {
						await b.state(state, { subject: 'disk', key: `d${disk}` });
						last.set(disk, state);
					}
					const active = new Set(b.engine.active().map(({ entity }) => entity));
					for (const [disk, state] of last) {
						const isActive = active.has(`tower_disk_d${disk}_cpu`);
						if (state >= level) assert.ok(isActive);
						if (state < level - hysteresis) assert.ok(!isActive);
					}
				},
			),
			{ numRuns: 50 },
		);
	});

	it('the severity is that of the value, whatever the way there', async () => {
		const steps = fc.array(
			fc.tuple(fc.integer({ min: 35, max: 65 }), fc.integer({ min: 0, max: 100_000 }), fc.boolean()),
		);
		await fc.assert(
			fc.asyncProperty(steps, waits, async (moves, { graceMs, ...durations }) => {
				const b = bench({ condition: hot, ...durations }, { graceMs, ceilingPerHour: null });
				for (const [state, ms, again] of moves) {
					await b.state(state);
					b.pass(ms);
					if (!again) continue;
					b.restart();
					await b.state(state, { replayed: true });
					for (let i = 0; i < 5; i += 1) b.pass(100_000);
					const [alert] = b.engine.active();
					if (state < 43) assert.equal(alert, undefined);
					else if (state >= 55) assert.equal(alert?.severity, 'critical');
					else if (state >= 45 && state < 53) assert.equal(alert?.severity, 'warning');
				}
				checkOrder(b.told);
			}),
			{ numRuns: 200 },
		);
	});

	it('nothing that comes is too much for any rule, and what was saved is restored', async () => {
		const states = fc.oneof(
			fc.constantFrom<State>(
				'on',
				'off',
				'running',
				'exited',
				'DISK_DSBL',
				'on_battery',
				'FAILED!',
				'',
				'x{name}',
				null,
			),
			fc.double(),
			fc.integer({ min: -10, max: 120 }),
		);
		const rows = [...new Set(alerts.flatMap(({ entities }) => entities.rows))];
		const subjects = [...new Set(alerts.flatMap(({ entities }) => entities.subjects))];
		const step = fc.record({
			kind: fc.constantFrom<EntityChange['kind']>('added', 'changed', 'availability', 'fired', 'removed'),
			subject: fc.constantFrom(...subjects),
			row: fc.constantFrom(...rows),
			state: states,
			attributes: fc.dictionary(
				fc.constantFrom('kind', 'role', 'health', 'warning_celsius', 'warning_source'),
				fc.anything(),
			),
			availability: fc.record({ connected: fc.boolean(), fresh: fc.boolean(), present: fc.boolean() }),
			replayed: fc.boolean(),
			ms: fc.integer({ min: 0, max: 400_000 }),
			again: fc.boolean(),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
				const b = new Bench(alerts, { graceMs: 30_000 });
				for (const { kind, ms, again, ...entity } of steps) {
					const { connected, fresh, present } = entity.availability;
					await b.change(kind, { ...entity, available: connected && fresh && present });
					b.pass(ms);
					if (!again) continue;
					const before = b.engine.active().map(({ id }) => id);
					b.restart();
					assert.deepEqual(
						b.engine.active().map(({ id }) => id),
						before,
					);
				}
				for (const change of b.told) alertChangeSchema.parse(JSON.parse(JSON.stringify(change)));
			}),
			{ numRuns: 200 },
		);
	});
});
