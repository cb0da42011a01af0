import assert from 'node:assert/strict';
import { topics } from '../../../src/dialects/unraid/topics';
import { limits } from '../../../src/model/limits';
import { LogLimiter } from '../../../src/transport/log-limiter';
import { type PolledType, Polling, type PollingOptions, restPaths } from '../../../src/transport/polling';
import { FakeClock } from '../../support/fake-clock';
import { RecordingLogger } from '../../support/recording-logger';

const minute = 60_000;
/** Lets promises that are settled run on: a request has several steps. */
const settle = async () => {
	for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
};

const small: Record<string, PolledType> = {
	fast: { interval: 5, rest: '/fast' },
	slow: { interval: 300, rest: '/slow' },
	change: { interval: null, rest: '/change' },
	pushed: { interval: 60 },
	rare: { interval: null, rest: '/rare', poll: true },
};

function setUp(types: Readonly<Record<string, PolledType>> = small, settings: PollingOptions['settings'] = {}) {
	const clock = new FakeClock();
	const logger = new RecordingLogger();
	const asked: string[] = [];
	const found: [type: string, replayed: boolean, every: number | undefined][] = [];
	const changes: (number | null)[] = [];
	const wanted = new Set<string>();
	const server: { answer: (path: string) => unknown; busy: number } = { answer: () => ({}), busy: 0 };
	const polling: Polling = new Polling({
		clock,
		log: new LogLimiter(logger, clock, 'tower'),
		settings,
		types: () => types,
		wanted,
		get: async (path) => {
			asked.push(path);
			server.busy += 1;
			assert.equal(server.busy, 1, 'one request at a time');
			await Promise.resolve();
			server.busy -= 1;
			const answer = server.answer(path);
			if (answer instanceof Error) throw answer;
			return answer;
		},
		found: (type, _body, _requested, { replayed, every }) => found.push([type, replayed, every]),
		changed: () => changes.push(polling.since),
	});
	const pass = async (time: number, step = 10_000) => {
		await settle();
		for (let passed = 0; passed < time; passed += step) {
			clock.advance(step);
			await settle();
		}
	};
	const count = (path: string) => asked.filter((each) => each === path).length;
	return { clock, logger, asked, found, changes, wanted, server, polling, pass, count };
}

describe('polling', () => {
	it('knows the paths of the wanted types, each once', () => {
		const types = {
			old: { interval: 60, rest: '/gpu', feeds: 'gpu' },
			gpu: { interval: 60, rest: '/gpu' },
			older: { interval: 60, rest: '/gpu', feeds: 'gpu' },
			ups: { interval: 60, rest: '/ups' },
			rare: { interval: null },
		};
		const paths = (...wanted: string[]) => restPaths(types, new Set(wanted)).map(([type, { rest }]) => type + rest);
		assert.deepEqual(paths(), ['gpu/gpu', 'ups/ups']);
		assert.deepEqual(paths('old', 'rare'), ['old/gpu']);
		assert.deepEqual(paths('rare'), []);
	});

	it('asks 20 minutes for no more than what REST alone knows, every 5 minutes, and for the rest once', async () => {
		const { polling, pass, count, asked, clock } = setUp(topics);
		polling.connection('open');
		await pass(20 * minute);
		for (const { rest, poll } of Object.values(topics)) if (rest) assert.equal(count(rest), poll ? 5 : 1, rest);
		assert.ok(asked.length > 60);
		// A whole round is less than the agent lets through at once.
		assert.ok(new Set(asked).size < 100);
		polling.connection('closed');
		assert.equal(clock.timers, 0);
	});

	it('tells how often a value is polled, and that the first one is history', async () => {
		const { polling, pass, found } = setUp(small, { pollEvery: minute });
		polling.connection('open');
		await pass(minute);
		assert.deepEqual(found, [
			['fast', true, undefined],
			['slow', true, undefined],
			['change', true, undefined],
			['rare', true, minute],
			['rare', false, minute],
		]);
		polling.connection('closed');
	});

	it('of 0 minutes is the first picture alone; with that off, nothing', async () => {
		const once = setUp(small, { pollEvery: 0 });
		once.polling.connection('open');
		await once.pass(60 * minute, minute);
		assert.deepEqual([once.count('/rare'), once.found.at(-1), once.clock.timers], [1, ['rare', true, undefined], 0]);
		const never = setUp(small, { pollEvery: 0, snapshot: false });
		never.polling.connection('open');
		await never.pass(minute);
		assert.deepEqual(never.asked, []);
		const polled = setUp(small, { snapshot: false });
		polled.polling.connection('open');
		await polled.pass(minute);
		assert.deepEqual(polled.asked, ['/rare']);
		polled.polling.connection('closed');
	});

	it('keeps to what is wanted', async () => {
		const { polling, pass, wanted, asked } = setUp();
		wanted.add('pushed').add('rare');
		polling.connection('open');
		await pass(minute);
		assert.deepEqual(asked, ['/rare']);
		wanted.clear();
		polling.refresh();
		await pass(minute);
		assert.deepEqual(asked, ['/rare', '/fast', '/slow', '/change']);
		polling.connection('closed');
	});

	it('does not ask again for what the server does not have, until the next connection', async () => {
		const { polling, pass, count, server } = setUp();
		server.answer = (path) => (path === '/rare' ? undefined : {});
		polling.connection('open');
		await pass(20 * minute);
		assert.equal(count('/rare'), 1);
		polling.connection('waiting');
		polling.connection('open');
		await pass(minute);
		assert.equal(count('/rare'), 2);
		polling.connection('closed');
	});

	it('takes the place of a stream that is down for 30 s, at the pace of the stream, until it is back', async () => {
		const { polling, pass, count, asked, found, changes, clock, logger } = setUp();
		polling.connection('connecting');
		polling.connection('waiting');
		await pass(limits.fallbackAfter - 1_000, 1_000);
		assert.deepEqual([asked, polling.since], [[], null]);
		await pass(1_000, 1_000);
		assert.deepEqual(asked, ['/fast', '/slow', '/change', '/rare']);
		assert.deepEqual(found, [
			['fast', true, limits.fallbackLeast],
			['slow', true, 300_000],
			['change', true, undefined],
			['rare', true, limits.pollEvery],
		]);
		assert.deepEqual(changes, [clock.now()]);
		for (let attempts = 0; attempts < 20; attempts++) {
			polling.connection('connecting');
			await pass(30_000);
			polling.connection('waiting');
			await pass(30_000);
		}
		assert.deepEqual(['/fast', '/slow', '/change', '/rare', '/pushed'].map(count), [41, 5, 5, 5, 0]);
		assert.equal(changes.length, 1);
		assert.equal(found.at(-1)?.[1], false);
		const before = asked.length;
		polling.connection('open');
		assert.equal(polling.since, null);
		await pass(2 * minute);
		assert.deepEqual(asked.slice(before).sort(), ['/change', '/fast', '/rare', '/slow']);
		assert.equal(logger.lines.filter((line) => line.includes('polled')).length, 1);
		polling.connection('closed');
		assert.equal(clock.timers, 0);
	});

	it('says so when REST stops answering too, asks less and less often, and comes back', async () => {
		const { polling, pass, asked, changes, server, logger, clock } = setUp();
		polling.connection('waiting');
		await pass(2 * minute);
		assert.equal(changes.length, 1);
		server.answer = () => new Error('away');
		await pass(5 * minute);
		assert.deepEqual([changes.length, changes[1], polling.since], [2, null, null]);
		const lines = logger.lines.length;
		const before = asked.length;
		await pass(60 * minute);
		assert.ok(asked.length - before <= 3 * 10, String(asked.length - before));
		assert.equal(logger.lines.length, lines);
		server.answer = () => ({});
		await pass(limits.restPauseLongest);
		assert.equal(changes.length, 3);
		assert.notEqual(polling.since, null);
		polling.connection('closed');
		assert.deepEqual([polling.since, clock.timers], [null, 0]);
	});

	it('never begins on a link that is back in time, nor where it is off', async () => {
		const { polling, pass, asked } = setUp(small, { snapshot: false, pollEvery: 0 });
		for (let flaps = 0; flaps < 20; flaps++) {
			polling.connection('open');
			await pass(1_000, 1_000);
			polling.connection('waiting');
			await pass(limits.fallbackAfter - 2_000, 1_000);
			polling.connection('connecting');
		}
		polling.connection('closed');
		assert.deepEqual(asked, []);
		const off = setUp(small, { fallback: false });
		off.polling.connection('waiting');
		await off.pass(60 * minute, minute);
		assert.deepEqual([off.asked, off.clock.timers], [[], 0]);
	});

	it('fetches on demand between what it polls, and nothing any more once it is closed', async () => {
		const { polling, pass, found, asked, server, logger } = setUp();
		polling.connection('open');
		const fetched = polling.fetch(['slow', 'rare', 'pushed']);
		await pass(1_000, 1_000);
		await fetched;
		assert.equal(found.filter(([type]) => type === 'slow').length, 2);
		assert.equal(found.filter(([type, , every]) => type === 'rare' && every === limits.pollEvery).length, 2);
		server.answer = () => new Error('away');
		await polling.fetch(['slow']);
		assert.ok(logger.lines.some((line) => line.includes('/slow could not be fetched again: away')));
		polling.connection('closed');
		const before = asked.length;
		await polling.fetch(['slow']);
		assert.equal(asked.length, before);
	});
});
