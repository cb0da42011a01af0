import assert from 'node:assert/strict';
import { once } from 'node:events';
import fc from 'fast-check';
import { dialects } from '../../../src/dialects';
import type { Dialect, Link } from '../../../src/dialects/dialect';
import { EventReader } from '../../../src/dialects/reader';
import { subscriptionOf } from '../../../src/dialects/speaker';
import { Endpoint, type EndpointSettings } from '../../../src/endpoint';
import { systemClock } from '../../../src/model/clock';
import { entitySchema } from '../../../src/model/entity';
import { AgentStreamError } from '../../../src/model/errors';
import type { StreamEvent } from '../../../src/model/event';
import { Pipeline } from '../../../src/pipeline';
import { FakeClock } from '../../support/fake-clock';
import { RecordingLogger } from '../../support/recording-logger';

/** What a simulated server can be told; every simulator in `demo/simulators/` can. */
export interface Simulated {
	readonly url: string;
	readonly connections: number;
	start(port?: number): Promise<void>;
	stop(): Promise<void>;
	emit(type: string): void;
	burst(type: string, count: number): void;
	malformed(kind: string): void;
	drop(): void;
	refuse(status: number | null): void;
}

/** One dialect under test. */
export interface DialectCase {
	readonly dialect: Dialect;
	/** Text frames of the protocol, all of them good. */
	readonly frames: readonly string[];
	/** A server of it that asks for this token, if any. */
	simulator(): Simulated;
	readonly token?: string;
	/** An event type that the simulator sends when it is told. */
	readonly sent: string;
	/** True where a user describes it: its tables are the user's rows, it takes any subscription, and `auto` never tells it. */
	readonly described?: true;
	/** A kind of broken message that gives one invalid event. */
	readonly broken: string;
	readonly settings?: Partial<EndpointSettings>;
}

const json = () => fc.jsonValue({ maxDepth: 4 });

/** Changes one place of a JSON value: takes it out or puts something else there. */
function mutated(value: unknown, path: readonly number[], replacement: unknown): unknown {
	const [step, ...rest] = path;
	if (step === undefined || typeof value !== 'object' || value === null) return replacement;
	const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
	const names = Object.keys(copy);
	const name = names[step % Math.max(1, names.length)];
	if (name === undefined) return replacement;
	(copy as Record<string, unknown>)[name] = mutated((copy as Record<string, unknown>)[name], rest, replacement);
	return copy;
}

/** The tests that every dialect passes. */
export function describeDialect(each: DialectCase): void {
	const { dialect, frames, simulator, token, sent, broken, described, settings = {} } = each;
	const parts = (clock = new FakeClock()) => ({
		clock,
		random: () => 0.5,
		token: () => token ?? null,
		warn: () => {},
	});
	const read = (list: readonly string[], auto = false): StreamEvent[] => {
		const reader = new EventReader({ source: 'hub', dialect: auto ? 'auto' : dialect, clock: new FakeClock() });
		return [...list.flatMap((frame) => reader.read(frame)), ...reader.flush()];
	};

	describe(`the dialect ${dialect.name}`, () => {
		describe('tables', () => {
			it('name only event types that there are', () => {
				const known = (type: string) => Object.hasOwn(dialect.types, type) || type.startsWith('$');
				for (const [type, { feeds, own, interval }] of Object.entries(dialect.types)) {
					assert.ok(feeds === undefined || known(feeds), `${type} feeds ${feeds}`);
					assert.ok(!own || interval === null, `${type}: nobody sends it, so it has no cadence`);
				}
				for (const { subject, from } of dialect.subjects) {
					assert.ok(from.length > 0, subject);
					for (const type of from) assert.ok(known(type), `${subject} is made from ${type}`);
				}
				for (const type of dialect.deviceFrom) assert.ok(known(type), type);
			});

			it('have rows with topic-safe keys, each once, and words where words are needed', () => {
				const keys = new Set<string>();
				for (const { subject, rows } of dialect.subjects) {
					assert.match(subject, /^[a-z][a-z0-9_]*$/);
					for (const row of rows) {
						const id = `${subject}.${row.key}`;
						assert.match(row.key, /^[a-z][a-z0-9_]*$/, id);
						assert.ok(!keys.has(id), `${id} twice`);
						keys.add(id);
						assert.ok(row.name.length > 0 && row.name.length < 80, id);
						if (row.platform === 'event' || row.deviceClass === 'enum') assert.ok(row.options?.length, id);
						if (row.stateClass) assert.equal(row.platform, 'sensor', id);
						if (row.deviceClass === 'enum') assert.equal(row.unit ?? row.stateClass, undefined, id);
					}
				}
				assert.ok(keys.size > 0 || described);
			});

			it('have commands that say what they take, and refuse what they do not', () => {
				const names = new Set(dialect.commands.map(({ name }) => name));
				assert.equal(names.size, dialect.commands.length);
				for (const { name, title, parameters } of dialect.commands) {
					assert.match(name, /^[a-z][a-z0-9_]*$/);
					assert.ok(title.length > 0 && parameters.every(({ about }) => about.length > 0), name);
				}
			});

			it('refuse a subscription that is none of theirs, and say where', () => {
				for (const given of described ? [] : [5, 'all', { nonsense: true }, ['nonsense']]) {
					assert.throws(
						() => subscriptionOf(dialect, given),
						(thrown) => thrown instanceof AgentStreamError && thrown.code === 'CONFIG_INVALID',
						JSON.stringify(given),
					);
				}
				assert.equal(subscriptionOf(dialect, undefined), undefined);
			});
		});

		describe('frames', () => {
			it('are all identified, without an error', () => {
				assert.ok(frames.length > 0);
				for (const frame of frames) {
					for (const { type, rejected, issues } of read([frame])) {
						assert.ok(Object.hasOwn(dialect.types, type) || type === 'empty_list', `${type}: ${frame.slice(0, 200)}`);
						assert.ok(!rejected);
						assert.deepEqual(
							issues.filter(({ severity }) => severity === 'error'),
							[],
							frame.slice(0, 200),
						);
					}
				}
			});

			it('tell their dialect, and no other one does', () => {
				if (described) {
					assert.ok(read(frames, true).every((event) => event.dialect === null));
					return;
				}
				assert.ok(read(frames, true).every((event) => event.dialect === dialect.name || event.dialect === null));
				assert.equal(read(frames, true).at(-1)?.dialect, dialect.name);
				for (const other of dialects) {
					if (other.name === dialect.name) continue;
					for (const frame of frames)
						assert.notEqual(other.evidence(JSON.parse(frame)), 'certain', `${other.name}: ${frame}`);
				}
			});

			it('make valid entities, each id once', () => {
				const pipeline = new Pipeline({
					source: 'hub',
					dialect,
					clock: new FakeClock(),
					report: (error) => assert.fail(error),
					changed: () => {},
				});
				for (const frame of frames) pipeline.frame(frame);
				const entities = pipeline.entities();
				pipeline.close();
				assert.ok(entities.length > 0);
				for (const entity of entities) {
					assert.deepEqual(entitySchema.parse(entity), entity);
					assert.match(entity.unique_id, /^hub_[A-Za-z0-9_-]+$/);
					assert.match(entity.path, /^hub\/[A-Za-z0-9_/-]+$/);
					if (entity.device_class === 'enum' && entity.state !== null) {
						assert.ok(entity.options?.includes(String(entity.state)), `${entity.unique_id}: ${entity.state}`);
					}
					assert.ok(JSON.stringify(entity).length < 16_384, entity.unique_id);
				}
				assert.equal(new Set(entities.map(({ unique_id }) => unique_id)).size, entities.length);
			});

			it('are not changed by being read', () => {
				const session = dialect.session(parts());
				for (const frame of frames) {
					const value = session.decode(frame);
					const before = JSON.stringify(value);
					for (const item of session.unwrap(value)) {
						const { type } = dialect.identify(item);
						dialect.validate(type, item.data, new Set());
					}
					assert.equal(JSON.stringify(value), before);
				}
			});
		});

		describe('what is broken', () => {
			/** Reads and maps; whatever comes, nothing is thrown, and the next good frame is understood. */
			const survives = (frame: string): void => {
				const clock = new FakeClock();
				const reports: string[] = [];
				const pipeline = new Pipeline({
					source: 'hub',
					dialect,
					clock,
					report: ({ message }) => reports.push(message),
					changed: () => {},
				});
				assert.ok(pipeline.frame(frame).length > 0 || frame.length < 100);
				const [good = ''] = frames;
				for (const { rejected } of pipeline.frame(good)) assert.ok(!rejected);
				for (const entity of pipeline.entities()) assert.ok(entitySchema.safeParse(entity).success, entity.unique_id);
				clock.advance(3_600_000);
				pipeline.close();
			};

			it('is survived: anything that is JSON', () => {
				fc.assert(
					fc.property(json(), (value) => survives(JSON.stringify(value))),
					{ numRuns: 60 },
				);
			});

			it('is survived: good frames with one thing changed', () => {
				const change = fc.tuple(
					fc.constantFrom(...frames),
					fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }),
					fc.oneof(json(), fc.constantFrom(undefined, -1, 1e308, 'x'.repeat(5_000), '__proto__')),
				);
				fc.assert(
					fc.property(change, ([frame, path, replacement]) =>
						survives(JSON.stringify(mutated(JSON.parse(frame), path, replacement)) ?? ''),
					),
					{ numRuns: 150 },
				);
			});

			it('is survived: objects that are no text and no number, wherever they stand', () => {
				const hostile: unknown[] = [{ toString: 1 }, [{ toString: 1 }], { valueOf: 1, toString: null }];
				const places = (value: unknown): number[][] =>
					typeof value !== 'object' || value === null
						? []
						: Object.values(value).flatMap((child, index) => [
								[index],
								...places(child).map((path) => [index, ...path]),
							]);
				const session = dialect.session(parts());
				for (const frame of frames.slice(0, 40)) {
					const value: unknown = JSON.parse(frame);
					for (const path of places(value).slice(0, 150)) {
						for (const replacement of hostile) {
							const changed = mutated(value, path, replacement);
							dialect.evidence(changed);
							for (const item of session.unwrap(changed)) {
								const { type } = dialect.identify(item);
								dialect.validate(type, item.data, new Set());
							}
						}
					}
				}
			});

			it('is survived: text that is no JSON, and bytes', () => {
				const session = dialect.session(parts());
				for (const frame of [
					'',
					' ',
					'{',
					'null',
					'"x"',
					'42',
					Buffer.from([0xff, 0x1f, 0x8b]),
					Buffer.from([0x1f, 0x8b, 8]),
				]) {
					assert.throws(
						() => session.decode(frame),
						(thrown) => thrown instanceof AgentStreamError,
					);
				}
			});
		});

		it('leaves no timer behind when a connection is over', () => {
			const clock = new FakeClock();
			const session = dialect.session(parts(clock));
			const calls: string[] = [];
			const link: Link = {
				send: () => calls.push('send'),
				ready: () => calls.push('ready'),
				refuse: () => calls.push('refuse'),
				lose: () => calls.push('lose'),
			};
			for (let round = 0; round < 3; round += 1) {
				session.opened(link);
				session.subscribe(null, link);
				session.closed?.();
				assert.equal(clock.timers, 0);
			}
			calls.length = 0;
			clock.advance(600_000);
			assert.deepEqual(calls, []);
		});

		describe('with its simulated server', () => {
			let server: Simulated;
			let endpoint: Endpoint;
			let logger: RecordingLogger;
			const events: StreamEvent[] = [];

			const open = async (): Promise<void> => {
				while (endpoint.state.phase !== 'open') await once(endpoint, 'state');
			};
			/** Resolves when `wanted` says of the events so far that they are enough. */
			const heard = async (wanted: () => boolean): Promise<void> => {
				while (!wanted()) await once(endpoint, 'event');
			};
			const count = (type: string) => events.filter((event) => event.type === type).length;
			/** Lets the server send until it is heard: before that our subscription may not have arrived. */
			const sendUntilHeard = async (): Promise<void> => {
				const before = count(sent);
				while (count(sent) === before) {
					server.emit(sent);
					await new Promise((resolve) => setImmediate(resolve));
				}
			};

			beforeEach(async () => {
				server = simulator();
				await server.start();
				logger = new RecordingLogger();
				events.length = 0;
				endpoint = new Endpoint(
					{
						id: 'hub',
						url: server.url,
						proxy: 'none',
						snapshot: false,
						pollEvery: 0,
						backoffFirst: 5,
						backoffLongest: 10,
						...(token !== undefined && { token }),
						...settings,
					},
					{ dialect, clock: systemClock, logger, random: Math.random },
				);
				endpoint.on('event', (event) => events.push(event));
			});

			afterEach(async () => {
				await endpoint.stop();
				await server.stop();
			});

			it('opens, hears what it sends, and is heard of', async () => {
				endpoint.start();
				await open();
				await sendUntilHeard();
				assert.ok(events.every(({ type, rejected }) => type !== 'invalid' && !rejected));
				assert.equal(server.connections, 1);
			});

			it('comes back after a cut, and hears again', async () => {
				endpoint.start();
				await open();
				server.drop();
				while (endpoint.state.phase === 'open') await once(endpoint, 'state');
				await open();
				await sendUntilHeard();
				assert.equal(server.connections, 1);
			});

			it('waits slowly where it is refused, and says so', async () => {
				server.refuse(401);
				endpoint.start();
				while (endpoint.state.phase !== 'waiting') await once(endpoint, 'state');
				assert.equal(endpoint.state.cause?.code, 'UNAUTHORIZED');
				assert.ok((endpoint.state.nextAttempt ?? 0) - Date.now() > 30_000);
				if (token !== undefined) assert.ok(!logger.lines.some((line) => line.includes(token)));
			});

			it('reports what is broken, once, and goes on', async () => {
				endpoint.start();
				await open();
				server.malformed(broken);
				await sendUntilHeard();
				assert.equal(count('invalid'), 1);
				assert.equal(endpoint.state.phase, 'open');
			});

			it('loses nothing of a burst', async () => {
				endpoint.start();
				await open();
				await sendUntilHeard();
				const before = count(sent);
				server.burst(sent, 200);
				await heard(() => count(sent) - before >= 200);
				assert.equal(endpoint.state.phase, 'open');
			});
		});
	});
}
