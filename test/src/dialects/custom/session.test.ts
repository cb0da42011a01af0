import assert from 'node:assert/strict';
import { define } from '../../../../src/dialects/custom';
import type { Link, Session } from '../../../../src/dialects/dialect';
import type { AgentStreamError } from '../../../../src/model/errors';
import { ownEvent } from '../../../../src/model/event';
import { limits } from '../../../../src/model/limits';
import { FakeClock } from '../../../support/fake-clock';

const types = ['welcome', 'denied', 'ping', 'pong', 'reading'].map((name) => ({ name }));

/** One connection that a test plays the server of; `log` is all that happened to it, in order. */
class FakeLink implements Link {
	readonly log: unknown[] = [];
	readonly errors: AgentStreamError[] = [];
	failing = false;

	send(message: unknown): void {
		if (this.failing) throw new Error('gone');
		this.log.push(message);
	}
	ready(): void {
		this.log.push('READY');
	}
	refuse(error: AgentStreamError): void {
		this.log.push('REFUSED');
		this.errors.push(error);
	}
	lose(error: AgentStreamError): void {
		this.log.push('LOST');
		this.errors.push(error);
	}
}

function start(definition: object, { token = null as string | null, subscription = undefined as unknown } = {}) {
	const clock = new FakeClock();
	const warnings: string[] = [];
	const session: Session = define({ version: 1, title: 'Mine', types, ...definition }).session({
		clock,
		random: () => 0.5,
		token: () => token,
		subscription,
		warn: (text) => warnings.push(text),
	});
	const link = new FakeLink();
	session.opened(link);
	const hear = (type: string, data: unknown = null) =>
		session.heard?.(ownEvent({ source: 's', dialect: 'custom', type, data, at: clock.now() }), link);
	return { clock, warnings, session, link, hear };
}

/** Lets expressions come to their end. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('custom: session', () => {
	it('is open at once where nothing is to be said', () => {
		const { link, clock } = start({});
		assert.deepEqual(link.log, ['READY']);
		assert.equal(clock.timers, 0);
	});

	it('sends what it must in order, then is open', async () => {
		const send = [
			{ hello: 1 },
			'{"auth": token, "at": now, "id": id, "want": types, "of": subscription}',
			'"plain text"',
			'missing',
			['join', 'a'],
		];
		const { link, clock, warnings } = start({ open: { send } }, { token: 'secret', subscription: { rooms: ['a'] } });
		await settled();
		assert.deepEqual(JSON.parse(JSON.stringify(link.log)), [
			{ hello: 1 },
			{ auth: 'secret', at: clock.now(), id: '550000000', want: null, of: { rooms: ['a'] } },
			'plain text',
			['join', 'a'],
			'READY',
		]);
		assert.deepEqual(warnings, []);
	});

	it('waits for the word of the server, and not for ever', () => {
		const definition = { open: { send: [{ auth: 1 }], ready: { type: 'welcome', within: 5 }, refused: 'denied' } };
		const good = start(definition);
		assert.deepEqual(good.link.log, [{ auth: 1 }]);
		good.hear('reading');
		good.hear('welcome');
		good.hear('welcome');
		assert.deepEqual(good.link.log, [{ auth: 1 }, 'READY']);
		assert.equal(good.clock.timers, 0);
		const late = start(definition);
		late.clock.advance(5_000);
		assert.deepEqual([late.link.log.at(-1), late.link.errors[0]?.code], ['LOST', 'HANDSHAKE_TIMEOUT']);
		const denied = start(definition);
		denied.hear('denied');
		assert.deepEqual([denied.link.log.at(-1), denied.link.errors[0]?.code], ['REFUSED', 'UNAUTHORIZED']);
	});

	it('refuses to go on where an expression fails, and tells nothing of the token', async () => {
		for (const send of ['$number(token)', '$error("x" & token)', '1', '$sum']) {
			const { link } = start({ open: { send: [send, { never: 1 }] } }, { token: 'top-secret' });
			await settled();
			assert.deepEqual(link.log, ['REFUSED'], send);
			const [error] = link.errors;
			assert.equal(error?.code, 'CONFIG_INVALID');
			assert.match(error?.message ?? '', /open\.send\[0\]/);
			assert.doesNotMatch(`${error?.message} ${String(error?.cause)}`, /top-secret/);
		}
	});

	it('stops an expression that never ends', async function () {
		this.timeout(10_000);
		const { link } = start({ open: { send: ['($f := function($n) { $f($n + 1) }; $f(0))'] } });
		while (link.log.length === 0) await settled();
		assert.deepEqual(link.log, ['REFUSED']);
	});

	it('keeps alive, and gives up a server that does not answer', () => {
		const { link, clock, hear } = start({ keepAlive: { send: { ping: 1 }, every: 30, within: 10, answer: 'pong' } });
		clock.advance(30_000);
		assert.deepEqual(link.log, ['READY', { ping: 1 }]);
		hear('reading');
		hear('pong');
		clock.advance(29_999);
		assert.equal(link.log.length, 2);
		clock.advance(1);
		clock.advance(9_999);
		hear('reading');
		assert.deepEqual(link.log.slice(2), [{ ping: 1 }]);
		clock.advance(1);
		assert.deepEqual([link.log.at(-1), link.errors[0]?.code], ['LOST', 'SILENT']);
	});

	it('gives up a dead connection also where answers may take longer than the next message', () => {
		const { link, clock, hear } = start({ keepAlive: { send: { ping: 1 }, every: 10, within: 25, answer: 'pong' } });
		clock.advance(34_999);
		hear('pong');
		clock.advance(5_001);
		clock.advance(24_999);
		assert.ok(!link.log.includes('LOST'));
		clock.advance(1);
		assert.deepEqual([link.log.at(-1), link.errors[0]?.code], ['LOST', 'SILENT']);
	});

	it('takes any event for an answer unless told which', () => {
		const { link, clock, hear } = start({ keepAlive: { send: { ping: 1 }, every: 30, within: 10 } });
		clock.advance(30_000);
		hear('reading');
		clock.advance(20_000);
		assert.deepEqual(link.log, ['READY', { ping: 1 }]);
	});

	it('answers what is to be answered', async () => {
		const { link, hear } = start({ replies: [{ type: 'ping', send: '{"pong": data.n}' }] });
		hear('ping', { n: 7 });
		hear('reading');
		hear('ping', { n: 8 });
		await settled();
		assert.deepEqual(JSON.parse(JSON.stringify(link.log)), ['READY', { pong: 7 }, { pong: 8 }]);
	});

	it('asks for types when it is open, when others are wanted, and on the next connection', async () => {
		const { link, session } = start({ subscribe: '{"want": types ? types : ["all"]}' });
		await settled();
		session.subscribe(['reading'], link);
		session.subscribe(['reading'], link);
		await settled();
		const wants = (log: readonly unknown[]) => JSON.parse(JSON.stringify(log)) as unknown;
		assert.deepEqual(wants(link.log), ['READY', { want: ['all'] }, { want: ['reading'] }]);
		session.closed?.();
		const next = new FakeLink();
		session.opened(next);
		await settled();
		assert.deepEqual(wants(next.log), ['READY', { want: ['reading'] }]);
	});

	it('says nothing on a connection that is over, and leaves no timer', async () => {
		const { link, session, clock } = start({
			open: { send: ['{"late": 1}'], ready: { type: 'welcome' } },
			keepAlive: { send: { ping: 1 }, every: 5, within: 5 },
		});
		session.closed?.();
		await settled();
		clock.advance(100_000);
		assert.deepEqual(link.log, []);
		assert.equal(clock.timers, 0);
		const beating = start({ keepAlive: { send: { ping: 1 }, every: 5, within: 5 } });
		beating.clock.advance(5_000);
		beating.session.closed?.();
		assert.equal(beating.clock.timers, 0);
	});

	it('warns of a message that fails later, of one that cannot be sent, and of too many', async () => {
		const failing = start({ replies: [{ type: 'ping', send: '$number("x")' }] });
		failing.hear('ping');
		await settled();
		assert.match(failing.warnings[0] ?? '', /replies\[0\]\.send failed/);
		const gone = start({ replies: [{ type: 'ping', send: { pong: 1 } }] });
		gone.link.failing = true;
		gone.hear('ping');
		assert.match(gone.warnings[0] ?? '', /could not be sent/);
		const flooded = start({ replies: [{ type: 'ping', send: '{"n": data.n}' }] });
		for (let n = 0; n < limits.definitionSends + 10; n += 1) flooded.hear('ping', { n });
		await settled();
		assert.equal(flooded.link.log.length, 1 + limits.definitionSends);
		assert.match(flooded.warnings[0] ?? '', /was left out/);
	});
});
