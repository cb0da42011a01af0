import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AgentStreamError } from '../../../src/model/errors';
import type { Frame } from '../../../src/model/event';
import { limits } from '../../../src/model/limits';
import { Connection, type ConnectionState, type ConnectionTimes, type Link } from '../../../src/transport/connection';
import { quick, slow } from '../../../src/transport/failures';
import { LogLimiter } from '../../../src/transport/log-limiter';
import { FakeClock } from '../../support/fake-clock';
import { FakeTransport } from '../../support/fake-transport';
import { RecordingLogger } from '../../support/recording-logger';

/** A connection without sockets; its session accepts at once unless told otherwise. */
function setUp({
	random = () => 0,
	times = {},
	ready = true,
}: {
	random?: () => number;
	times?: ConnectionTimes;
	ready?: boolean;
} = {}) {
	const clock = new FakeClock();
	const transport = new FakeTransport();
	const logger = new RecordingLogger();
	const states: ConnectionState[] = [];
	const frames: Frame[] = [];
	const links: Link[] = [];
	const connection = new Connection({
		transport,
		clock,
		log: new LogLimiter(logger, clock, 'tower'),
		random,
		times,
		opened: (link) => {
			links.push(link);
			if (ready) link.ready();
		},
		frame: (frame) => frames.push(frame),
		changed: (state) => states.push(state),
	});
	const lastLink = () => {
		const link = links.at(-1);
		assert.ok(link);
		return link;
	};
	return {
		clock,
		transport,
		logger,
		states,
		frames,
		lastLink,
		connection,
		phases: () => states.map(({ phase }) => phase),
	};
}

const refusal = () => slow(new AgentStreamError('UNAUTHORIZED', 'No.'));

describe('connection', () => {
	it('does nothing before it is started, and opens when the session says so', () => {
		const { connection, transport, clock, lastLink, phases, frames } = setUp({ ready: false });
		assert.equal(connection.state.phase, 'idle');
		assert.equal(transport.channels.length + clock.timers, 0);
		connection.start();
		connection.start();
		assert.equal(transport.channels.length, 1);
		transport.last.open();
		assert.equal(connection.state.phase, 'connecting');
		transport.last.deliver('challenge');
		lastLink().send('answer');
		lastLink().ready();
		lastLink().ready();
		assert.deepEqual(phases(), ['connecting', 'open']);
		assert.deepEqual(frames, ['challenge']);
		assert.deepEqual(transport.last.sent, ['answer']);
		assert.equal(connection.counters.opens, 1);
	});

	it('gives up a handshake that does not end, of the socket or of the session', () => {
		for (const opens of [false, true]) {
			const { connection, transport, clock } = setUp({ ready: false });
			connection.start();
			if (opens) transport.last.open();
			clock.advance(limits.handshake - 1);
			assert.equal(connection.state.phase, 'connecting');
			clock.advance(1);
			assert.equal(connection.state.phase, 'waiting');
			assert.equal(connection.state.cause?.code, 'HANDSHAKE_TIMEOUT');
			assert.ok(transport.last.isCut);
		}
	});

	it('waits longer after each failure, jittered, up to the longest, for ever', () => {
		for (const [random, share] of [
			[0, 0.5],
			[0.999_999, 1],
		] as const) {
			const { connection, transport, clock } = setUp({ random: () => random });
			connection.start();
			const waits = Array.from({ length: 40 }, () => {
				transport.last.end({ failure: quick('UNREACHABLE', 'Nothing there.') });
				const wait = (connection.state.nextAttempt ?? 0) - clock.now();
				clock.advance(wait);
				return Math.round(wait);
			});
			const wanted = [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000 * share);
			assert.deepEqual(waits.slice(0, 8), wanted);
			assert.equal(waits.at(-1), limits.backoffLongest * share);
			assert.equal(connection.state.attempt, 41);
		}
	});

	it('starts the back-off anew only after a connection that stood', () => {
		const { connection, transport, clock } = setUp();
		connection.start();
		const waitAfter = (stands: number) => {
			transport.last.open();
			clock.advance(stands);
			transport.last.end({ code: 1006 });
			const wait = (connection.state.nextAttempt ?? 0) - clock.now();
			clock.advance(wait);
			return wait;
		};
		assert.deepEqual([waitAfter(0), waitAfter(10), waitAfter(limits.backoffReset - 1)], [500, 1_000, 2_000]);
		assert.equal(waitAfter(limits.backoffReset), 500);
		assert.equal(waitAfter(0), 500);
		assert.equal(waitAfter(0), 1_000);
	});

	it('retries a refusal slowly and as long as the server asks', () => {
		const { connection, transport, clock } = setUp();
		connection.start();
		transport.last.end({ failure: refusal() });
		assert.equal(connection.state.cause?.code, 'UNAUTHORIZED');
		clock.advance(limits.backoffRefused - 1);
		assert.equal(transport.channels.length, 1);
		clock.advance(1);
		assert.equal(transport.channels.length, 2);
		transport.last.end({ failure: { ...quick('REFUSED', 'Too many.'), retryAfter: 17_000 } });
		clock.advance(16_999);
		assert.equal(transport.channels.length, 2);
		clock.advance(1);
		assert.equal(transport.channels.length, 3);
	});

	it('lets the session refuse', () => {
		const { connection, transport, clock, lastLink } = setUp({ ready: false });
		connection.start();
		transport.last.open();
		lastLink().refuse(new AgentStreamError('UNAUTHORIZED', 'The token is refused.'));
		assert.equal(connection.state.cause?.code, 'UNAUTHORIZED');
		assert.ok(transport.last.isClosing);
		assert.equal((connection.state.nextAttempt ?? 0) - clock.now(), limits.backoffRefused);
	});

	it('lets the session give up a silent server, which is tried again soon', () => {
		const { connection, transport, clock, lastLink } = setUp();
		connection.start();
		transport.last.open();
		const link = lastLink();
		link.lose(new AgentStreamError('SILENT', 'No heartbeat.'));
		assert.equal(connection.state.cause?.code, 'SILENT');
		assert.ok(transport.last.isCut);
		assert.equal((connection.state.nextAttempt ?? 0) - clock.now(), limits.backoffFirst / 2);
		link.lose(new AgentStreamError('SILENT', 'Late.'));
		assert.equal(connection.state.cause?.message, 'No heartbeat.');
		assert.equal(clock.timers, 1);
	});

	it('survives a session that throws', () => {
		const clock = new FakeClock();
		const transport = new FakeTransport();
		const connection = new Connection({
			transport,
			clock,
			log: new LogLimiter(new RecordingLogger(), clock, 'tower'),
			random: () => 0,
			times: {},
			opened: () => assert.fail('a bug'),
			frame: () => {},
			changed: () => {},
		});
		connection.start();
		transport.last.open();
		assert.equal(connection.state.phase, 'waiting');
		assert.match(connection.state.cause?.message ?? '', /a bug/);
	});

	it('has nothing to do with a socket that it has given up', () => {
		const { connection, transport, clock, lastLink, frames, phases } = setUp();
		connection.start();
		transport.last.open();
		const old = transport.last;
		const oldLink = lastLink();
		connection.reconnect();
		assert.deepEqual(phases(), ['connecting', 'open', 'connecting']);
		old.deliver('late');
		old.handlers.opened();
		oldLink.ready();
		oldLink.refuse(new AgentStreamError('REFUSED', 'late'));
		assert.throws(() => oldLink.send('late'), { code: 'NOT_CONNECTED' });
		old.end({ code: 1000 });
		assert.equal(connection.state.phase, 'connecting');
		assert.deepEqual(frames, []);
		transport.last.open();
		assert.equal(connection.state.phase, 'open');
		assert.equal(clock.timers, 1);
		assert.equal(connection.counters.bytes, 204);
	});

	describe('heartbeat', () => {
		it('pings, and takes any byte for life', () => {
			const { connection, transport, clock } = setUp();
			connection.start();
			transport.last.open();
			for (let pings = 1; pings <= 10; pings++) {
				clock.advance(limits.pingEvery - 1);
				assert.equal(transport.last.pings, pings - 1);
				clock.advance(1);
				assert.equal(transport.last.pings, pings);
				transport.last.bytes += 1;
			}
			assert.equal(connection.state.phase, 'open');
		});

		it('calls a peer dead that gives no sign of life after a ping', () => {
			const { connection, transport, clock } = setUp();
			connection.start();
			transport.last.open();
			transport.last.deliver('one frame, then a black hole');
			clock.advance(limits.pingEvery + limits.pongWithin - 1);
			assert.equal(connection.state.phase, 'open');
			clock.advance(1);
			assert.equal(connection.state.cause?.code, 'SILENT');
			assert.ok(transport.last.isCut);
			clock.advance(500);
			assert.equal(connection.state.phase, 'connecting');
		});

		it('reads what arrived while the process stood still, before it calls the peer dead', () => {
			const { connection, transport, clock } = setUp();
			connection.start();
			transport.last.open();
			clock.advance(limits.pingEvery);
			const after = clock.after.bind(clock);
			clock.after = (ms, run) => {
				// The turn between the two looks, in which Node reads the sockets.
				if (ms === 0) transport.last.bytes += 2;
				return after(ms, run);
			};
			clock.advance(limits.pongWithin);
			assert.equal(connection.state.phase, 'open');
		});

		it('keeps an interval that is shorter than the wait for an answer', () => {
			const { connection, transport, clock } = setUp({ times: { pingEvery: 500 } });
			connection.start();
			transport.last.open();
			for (let pings = 1; pings <= 5; pings++) {
				clock.advance(500);
				assert.equal(transport.last.pings, pings);
				transport.last.bytes += 1;
			}
		});

		it('uses the times that are set', () => {
			const { connection, transport, clock } = setUp({
				times: { pingEvery: 100, pongWithin: 50, handshakeTimeout: 10 },
			});
			connection.start();
			clock.advance(10);
			assert.equal(connection.state.cause?.code, 'HANDSHAKE_TIMEOUT');
			clock.advance(500);
			transport.last.open();
			clock.advance(150);
			assert.equal(connection.state.cause?.code, 'SILENT');
		});
	});

	describe('close', () => {
		const phases: Record<string, (parts: ReturnType<typeof setUp>) => void> = {
			idle: () => {},
			connecting: ({ connection }) => connection.start(),
			open: ({ connection, transport }) => {
				connection.start();
				transport.last.open();
			},
			waiting: ({ connection, transport }) => {
				connection.start();
				transport.last.end();
			},
			closed: ({ connection }) => void connection.close(),
		};

		for (const [phase, reach] of Object.entries(phases)) {
			it(`works while ${phase}, twice, and the connection can be started again`, async () => {
				const parts = setUp();
				const { connection, transport, clock } = parts;
				reach(parts);
				assert.equal(connection.state.phase, phase);
				const closing = Promise.all([connection.close(), connection.close()]);
				assert.equal(connection.state.phase, 'closed');
				if (transport.channels.length > 0) transport.last.end({ code: 1000 });
				await closing;
				await connection.close();
				assert.equal(clock.timers + transport.alive, 0);
				clock.advance(10 * limits.backoffLongest);
				assert.equal(transport.alive, 0);
				connection.start();
				assert.equal(connection.state.phase, 'connecting');
				assert.equal(connection.state.attempt, 1);
			});
		}

		it('says goodbye, waits until the socket is gone, and cuts one that does not answer', async () => {
			const { connection, transport, clock } = setUp();
			connection.start();
			transport.last.open();
			let isClosed = false;
			const closing = connection.close().then(() => (isClosed = true));
			assert.ok(transport.last.isClosing);
			await Promise.resolve();
			assert.ok(!isClosed && !transport.last.isCut);
			clock.advance(limits.closeWithin);
			assert.ok(transport.last.isCut);
			await closing;
			assert.equal(clock.timers, 0);
		});

		it('refuses to send', async () => {
			const { connection } = setUp();
			assert.throws(() => connection.send('x'), { code: 'NOT_CONNECTED' });
			await connection.close();
			assert.throws(() => connection.send('x'), { code: 'NOT_CONNECTED' });
			connection.reconnect();
			assert.equal(connection.state.phase, 'closed');
		});
	});

	it('writes one line per transition, and none for the same failure again', () => {
		const { connection, transport, clock, logger } = setUp();
		connection.start();
		for (let attempt = 0; attempt < 100; attempt++) {
			transport.last.end({ failure: quick('UNREACHABLE', 'Nothing listens there.') });
			clock.advance((connection.state.nextAttempt ?? 0) - clock.now());
		}
		transport.last.open();
		assert.deepEqual(logger.lines, [
			'warn tower: Nothing listens there. Next attempt in 1 s. [UNREACHABLE]',
			'info tower: connected to ws://tower:8043/api/v1/ws.',
		]);
		clock.jump(clock.now() + limits.logEvery);
		transport.last.end({ code: 1001 });
		assert.match(
			logger.lines[2] ?? '',
			/^warn tower: The connection to ws:\S+ is closed \(1001\): the server goes away\. Next/,
		);
		void connection.close();
		assert.equal(logger.lines.length, 4);
	});

	it('writes at most one line per cause in a minute, however it flaps', () => {
		const { connection, transport, clock, logger } = setUp();
		connection.start();
		const start = clock.now();
		while (clock.now() - start < limits.logEvery / 2) {
			transport.last.open();
			transport.last.end({ code: 1006 });
			clock.advance((connection.state.nextAttempt ?? 0) - clock.now());
		}
		assert.ok(transport.channels.length > 5);
		assert.equal(logger.lines.length, 2);
	});

	it('leaves nothing behind after 500 reconnects', async () => {
		const { connection, transport, clock } = setUp({ random: Math.random });
		connection.start();
		for (let round = 0; round < 500; round++) {
			const channel = transport.last;
			if (round % 5 !== 0) channel.open();
			if (round % 5 === 1) clock.advance(limits.pingEvery + limits.pongWithin);
			else if (round % 5 === 2) connection.reconnect();
			else channel.end({ code: 1006 });
			assert.equal(clock.timers, round % 5 === 2 ? 2 : 1);
			channel.end({ code: 1000 });
			if (connection.state.phase === 'waiting') clock.advance((connection.state.nextAttempt ?? 0) - clock.now());
			assert.equal(transport.alive, 1);
		}
		const closing = connection.close();
		transport.last.end();
		await closing;
		assert.equal(clock.timers + transport.alive, 0);
	});

	it('keeps at most one live socket and one timer, whatever happens in which order', async () => {
		const step = fc.constantFrom('start', 'close', 'reconnect', 'open', 'frame', 'end', 'refuse', 'short', 'long');
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
				const { connection, transport, clock } = setUp({ random: Math.random });
				for (const name of steps) {
					const live = transport.channels.find((channel) => !channel.isGone && !channel.isClosing);
					if (name === 'start') connection.start();
					else if (name === 'close') void connection.close();
					else if (name === 'reconnect') connection.reconnect();
					else if (name === 'open') live?.open();
					else if (name === 'frame') live?.deliver('x');
					else if (name === 'end') live?.end({ code: 1006 });
					else if (name === 'refuse') live?.end({ failure: refusal() });
					else clock.advance(name === 'short' ? 700 : 70_000);
					const leaving = transport.channels.filter((channel) => channel.isClosing && !channel.isGone).length;
					assert.ok(transport.alive - leaving <= 1);
					const { phase } = connection.state;
					assert.equal(clock.timers - leaving, phase === 'idle' || phase === 'closed' ? 0 : 1);
				}
				const closing = connection.close();
				for (const channel of transport.channels) channel.end();
				await closing;
				assert.equal(clock.timers + transport.alive, 0);
			}),
		);
	});
});
