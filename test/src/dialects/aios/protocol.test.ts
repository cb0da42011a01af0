import assert from 'node:assert/strict';
import fc from 'fast-check';
import { aios } from '../../../../src/dialects/aios';
import type { Link, Session } from '../../../../src/dialects/dialect';
import { AgentStreamError } from '../../../../src/model/errors';
import type { Frame, StreamEvent } from '../../../../src/model/event';
import { limits } from '../../../../src/model/limits';
import { parseTime } from '../../../../src/model/time';
import { FakeClock } from '../../../support/fake-clock';
import { documented, example, texts } from './document';

const defaultTypes = ['processing_jobs', 'agents', 'knowledge', 'insights'];

/** A session with everything that it does. */
class Bench {
	readonly clock = new FakeClock();
	readonly sent: unknown[] = [];
	readonly warnings: string[] = [];
	readonly refused: AgentStreamError[] = [];
	readonly lost: AgentStreamError[] = [];
	ready = 0;
	token: string | null;
	/** What sending throws. */
	fails: AgentStreamError | null = null;
	readonly session: Session;
	readonly link: Link = {
		send: (message: Frame | object) => {
			if (this.fails) throw this.fails;
			this.sent.push(typeof message === 'string' ? JSON.parse(message) : message);
		},
		ready: () => {
			this.ready += 1;
		},
		refuse: (error) => this.refused.push(error),
		lose: (error) => this.lost.push(error),
	};

	constructor({ token = null, subscription }: { token?: string | null; subscription?: object } = {}) {
		this.token = token;
		this.session = aios.session({
			clock: this.clock,
			random: () => 0.5,
			token: () => this.token,
			subscription: subscription && aios.subscription.parse(subscription),
			warn: (text) => this.warnings.push(text),
		});
	}

	open(): unknown[] {
		this.session.opened(this.link);
		return this.taken();
	}

	close(): void {
		this.session.closed?.();
	}

	taken(): unknown[] {
		return this.sent.splice(0);
	}

	/** The server says something now, unless its data says when. */
	hear(type: string, data: object = {}): StreamEvent {
		const now = new Date(this.clock.now()).toISOString();
		const stamp = type === 'connected' ? { server_time: now } : { timestamp: now };
		const message = example(type, { ...stamp, ...data });
		const [item] = this.session.unwrap(message);
		assert.ok(item);
		const event: StreamEvent = {
			source: 'lab',
			dialect: 'aios',
			type,
			by: 'name',
			time: typeof item.time === 'string' ? item.time : null,
			at: parseTime(item.time) ?? this.clock.now(),
			received: this.clock.now(),
			replayed: item.replayed,
			via: 'stream',
			data: item.data,
			valid: true,
			rejected: false,
			issues: [],
		};
		this.session.heard?.(event, this.link);
		return event;
	}

	iso(before = 0): string {
		return new Date(this.clock.now() - before).toISOString();
	}
}

const subscribe = (types: readonly string[], filters?: object) => ({
	event: 'subscribe',
	data: { types, ...(filters && { filters }) },
});
const auth = (token: string) => ({ event: 'auth', data: { token } });
const dagRun = (run_id: string) => ({ event: 'subscribe_dag_run', data: { run_id } });

describe('aios session: opening', () => {
	it("subscribes to exactly the document's four types, and is open then", () => {
		const bench = new Bench();
		assert.deepEqual(bench.open(), [subscribe(defaultTypes)]);
		assert.equal(bench.ready, 1);
		assert.equal(bench.clock.timers, 0);
	});

	it('authenticates first, in the words of the document', () => {
		const bench = new Bench({ token: 'your-auth-token' });
		const [first] = bench.open();
		assert.deepEqual(first, JSON.parse(texts('document-client')[0] ?? ''));
	});

	it('subscribes as the user chose', () => {
		const filters = { run_id: 'specific-run-id', agent_ids: ['agent1', 'agent2'] };
		const bench = new Bench({ subscription: { types: defaultTypes, filters, dag_runs: ['a', 'b'] } });
		const documentOwn = JSON.parse(texts('document-client')[1] ?? '');
		assert.deepEqual(bench.open(), [documentOwn, dagRun('a'), dagRun('b')]);
		assert.deepEqual(new Bench({ subscription: { types: [] } }).open(), []);
	});

	it('refuses a subscription that the protocol does not have', () => {
		const many = Array.from({ length: limits.aiosSubscribed + 1 }, (_, index) => `run-${index}`);
		for (const wrong of [
			{ events: [] },
			{ types: 'agents' },
			{ types: [''] },
			{ filters: { job_id: 'x' } },
			{ dag_runs: many },
			{ resync: true },
			{ resync: 'resync' },
			{ resync: { text: 'x'.repeat(limits.aiosResync) } },
		]) {
			assert.equal(aios.subscription.safeParse(wrong).success, false, JSON.stringify(wrong).slice(0, 60));
		}
		assert.ok(aios.subscription.safeParse({}).success);
		assert.ok(aios.subscription.safeParse({ resync: false, follow_dag_runs: false }).success);
	});
});

describe('aios session: after a reconnect', () => {
	it('authenticates, subscribes, and asks for what it missed, in this order', () => {
		const bench = new Bench({ token: 'secret' });
		assert.deepEqual(bench.open(), [auth('secret'), subscribe(defaultTypes)]);
		const { time } = bench.hear('agent_status_update');
		bench.close();
		bench.clock.advance(20_000);
		const resync = { event: 'resync', data: { since: time } };
		assert.deepEqual(bench.open(), [auth('secret'), subscribe(defaultTypes), resync]);
	});

	it('asks for nothing where nothing was ever heard, and errors are nothing', () => {
		const bench = new Bench();
		bench.open();
		bench.hear('error');
		bench.close();
		assert.deepEqual(bench.open(), [subscribe(defaultTypes)]);
	});

	it('asks from the last update on, however often it was greeted, pinged and refused since', () => {
		const bench = new Bench({ token: 'old' });
		bench.open();
		bench.hear('connected');
		const { time } = bench.hear('agent_status_update');
		for (let attempt = 0; attempt < 5; attempt += 1) {
			bench.close();
			bench.clock.advance(60_000);
			assert.deepEqual(bench.open().at(-1), { event: 'resync', data: { since: time } });
			bench.hear('connected');
			bench.clock.advance(30_000);
			bench.hear('ping');
			bench.hear('error', { code: 'token_expired', details: null });
		}
		bench.close();
	});

	it('asks again for what a connection was too short to answer', () => {
		const bench = new Bench();
		bench.open();
		const { time } = bench.hear('agent_status_update');
		bench.close();
		bench.clock.advance(60_000);
		bench.open();
		bench.hear('agent_status_update');
		bench.close();
		bench.clock.advance(1_000);
		assert.deepEqual(bench.open().at(-1), { event: 'resync', data: { since: time } });
		bench.clock.advance(limits.aiosAccepted);
		const later = bench.hear('agent_status_update').time;
		bench.close();
		assert.deepEqual(bench.open().at(-1), { event: 'resync', data: { since: later } });
		bench.close();
	});

	it('never asks from a time on that has not come, or that the server did not tell', () => {
		const bench = new Bench();
		bench.open();
		const hour = 3_600_000;
		bench.hear('ping', { timestamp: bench.iso(hour) });
		bench.hear('agent_status_update', { timestamp: '2099-01-01T00:00:00Z' });
		const now = bench.iso(hour);
		bench.close();
		assert.deepEqual(bench.open().at(-1), { event: 'resync', data: { since: now } });
		bench.close();
	});

	it('reads times without an offset as UTC', () => {
		const bench = new Bench();
		const naive = '2026-09-14 08:30:00.123456';
		const message = { event: 'step_status', data: { timestamp: naive, start_time: naive, end_time: null, code: 5 } };
		const [item] = bench.session.unwrap(message);
		const time = '2026-09-14T08:30:00.123456Z';
		assert.equal(item?.time, time);
		assert.deepEqual(item?.data, { timestamp: time, start_time: time, end_time: null, code: '5' });
		const { data } = example('step_status');
		assert.equal(bench.session.unwrap({ event: 'step_status', data })[0]?.data, data, 'as it is where it is right');
	});

	it("asks in the user's own words, or not at all", () => {
		const resync = { action: 'replay', args: ['$since', { after: 'from $since on', $since: 7 }] };
		const bench = new Bench({ subscription: { resync } });
		bench.open();
		const { time } = bench.hear('ping');
		bench.close();
		const filled = { action: 'replay', args: [time, { after: `from ${time} on`, $since: 7 }] };
		assert.deepEqual(bench.open().at(-1), filled);
		const silent = new Bench({ subscription: { resync: false } });
		silent.open();
		silent.hear('ping');
		silent.close();
		assert.deepEqual(silent.open(), [subscribe(defaultTypes)]);
		bench.close();
		silent.close();
	});

	it('takes what happened before it as history, by the clock of the server', () => {
		const bench = new Bench();
		bench.open();
		// The server's clock is an hour behind.
		const hour = 3_600_000;
		const late = (type: string, ago: number) =>
			bench.hear(
				type,
				type === 'connected' ? { server_time: bench.iso(hour + ago) } : { timestamp: bench.iso(hour + ago) },
			);
		assert.equal(late('ping', 0).replayed, false);
		assert.equal(late('agent_error', 500_000).replayed, false, 'the first connection knows no gap');
		bench.close();
		bench.clock.advance(60_000);
		bench.open();
		assert.equal(late('agent_error', 30_000).replayed, true);
		assert.equal(late('agent_error', 0).replayed, false);
		assert.equal(late('agent_error', 900).replayed, false, 'its time may be cut to the second');
		assert.equal(late('connected', 10_000).replayed, true);
		assert.equal(late('agent_error', 9_000).replayed, false, 'the greeting says when we came');
		bench.close();
	});

	it('restores what messages subscribed, each type with its own filters', () => {
		const bench = new Bench();
		bench.open();
		const filters = { agent_ids: ['a'] };
		bench.session.send?.(subscribe(['agents'], filters), bench.link);
		bench.session.send?.(JSON.stringify({ event: 'unsubscribe', data: { types: ['insights'] } }), bench.link);
		bench.session.send?.(dagRun('manual'), bench.link);
		bench.session.send?.({ event: 'other', data: {} }, bench.link);
		assert.equal(bench.taken().length, 4);
		bench.close();
		assert.deepEqual(bench.open(), [
			subscribe(['processing_jobs', 'knowledge']),
			subscribe(['agents'], filters),
			dagRun('manual'),
		]);
	});

	it('keeps what is subscribed while there is no connection, and says so of anything else', () => {
		const bench = new Bench();
		bench.session.send?.(dagRun('early'), null);
		assert.deepEqual(bench.open(), [subscribe(defaultTypes), dagRun('early')]);
		bench.close();
		for (const message of [
			'text',
			'{"event":',
			{ event: 'resync', data: {} },
			Buffer.from('x'),
			{ event: 'subscribe' },
		]) {
			assert.throws(() => bench.session.send?.(message, null), { code: 'NOT_CONNECTED' });
		}
	});
});

describe('aios session: narrowing', () => {
	it('asks for the differences, and for the same on the next connection', () => {
		const bench = new Bench({ subscription: { filters: { run_id: 'r' } } });
		bench.open();
		bench.session.subscribe(['agent_error', 'insight_generated', 'constructor'], bench.link);
		assert.deepEqual(bench.taken(), [{ event: 'unsubscribe', data: { types: ['processing_jobs', 'knowledge'] } }]);
		bench.session.subscribe(['agent_error', 'processing_job_failed'], bench.link);
		assert.deepEqual(bench.taken(), [
			{ event: 'unsubscribe', data: { types: ['insights'] } },
			subscribe(['processing_jobs'], { run_id: 'r' }),
		]);
		bench.close();
		assert.deepEqual(bench.open(), [subscribe(['agents', 'processing_jobs'], { run_id: 'r' })]);
		bench.session.subscribe(null, bench.link);
		assert.deepEqual(bench.taken(), [subscribe(['knowledge', 'insights'], { run_id: 'r' })]);
		bench.session.subscribe(null, bench.link);
		assert.deepEqual(bench.taken(), []);
	});

	it('keeps what metrics and DAG runs need: the chapter of the one, the jobs that name the others', () => {
		const bench = new Bench();
		bench.open();
		bench.taken();
		bench.session.subscribe(['dashboard_metrics_update', 'step_status'], bench.link);
		assert.deepEqual(bench.taken(), [{ event: 'unsubscribe', data: { types: ['agents', 'knowledge'] } }]);
		const configured = new Bench({ subscription: { dag_runs: ['a'], follow_dag_runs: false } });
		configured.open();
		configured.session.subscribe(['step_status'], configured.link);
		assert.deepEqual(configured.taken(), [{ event: 'unsubscribe', data: { types: defaultTypes } }]);
	});

	it('never asks for more than the settings do, and leaves alone what the document does not know', () => {
		const bench = new Bench({ subscription: { types: ['agents', 'custom'] } });
		bench.open();
		bench.session.subscribe(['insight_generated'], bench.link);
		assert.deepEqual(bench.taken(), [{ event: 'unsubscribe', data: { types: ['agents'] } }]);
	});
});

describe('aios session: DAG runs', () => {
	it('are subscribed once per connection, as their ids are seen', () => {
		const bench = new Bench();
		bench.open();
		bench.hear('processing_job_status', { run_id: 'one' });
		bench.hear('processing_job_status', { run_id: 'one' });
		bench.hear('step_status', { run_id: 'two' });
		bench.hear('agent_status_update', { run_id: '' });
		assert.deepEqual(bench.taken(), [dagRun('one'), dagRun('two')]);
		bench.close();
		assert.deepEqual(bench.open().slice(1, 3), [dagRun('one'), dagRun('two')]);
		bench.hear('processing_job_status', { run_id: 'one' });
		assert.deepEqual(bench.taken(), []);
	});

	it('that have finished are not restored, and one that begins anew is', () => {
		const bench = new Bench();
		bench.open();
		bench.hear('dag_run_status', { run_id: 'one', status: 'running' });
		bench.hear('dag_run_status', { run_id: 'one', status: 'success' });
		bench.hear('processing_job_completed', { run_id: 'never seen running' });
		assert.deepEqual(bench.taken(), [dagRun('one')]);
		bench.close();
		assert.equal(bench.open().length, 2, 'subscribe and resync');
		bench.hear('dag_run_status', { run_id: 'one', status: 'running' });
		assert.deepEqual(bench.taken(), [dagRun('one')]);
	});

	it('are subscribed once each, also where there are more at a time than are remembered', () => {
		const bench = new Bench();
		bench.open();
		bench.taken();
		const runs = Array.from({ length: limits.aiosSubscribed * 3 }, (_, index) => `run-${index}`);
		for (let round = 0; round < 4; round += 1) {
			for (const run_id of runs) bench.hear('processing_job_status', { run_id });
		}
		assert.deepEqual(bench.taken(), runs.map(dagRun));
		bench.close();
		assert.equal(bench.open().length, 1 + limits.aiosSubscribed + 1, 'types, runs, resync');
		bench.close();
	});

	it('are bounded, those that finished first', () => {
		const bench = new Bench();
		bench.open();
		bench.hear('dag_run_status', { run_id: 'kept', status: 'running' });
		for (let index = 0; index < 1_000; index += 1) {
			bench.clock.advance(10);
			bench.hear('dag_run_status', { run_id: `run-${index}`, status: 'running' });
			bench.hear('dag_run_status', { run_id: `run-${index}`, status: 'success' });
		}
		bench.taken();
		bench.close();
		assert.deepEqual(bench.open().slice(1, -1), [dagRun('kept')]);
		for (let index = 0; index < 200; index += 1) bench.hear('dag_run_progress', { run_id: `more-${index}` });
		for (let index = 0; index < 200; index += 1) bench.session.send?.(dagRun(`mine-${index}`), bench.link);
		bench.taken();
		bench.close();
		assert.ok(bench.open().length <= 2 + 2 * limits.aiosSubscribed);
	});

	it('are left alone where the user says so', () => {
		const bench = new Bench({ subscription: { follow_dag_runs: false, dag_runs: ['mine'] } });
		assert.deepEqual(bench.open().slice(1), [dagRun('mine')]);
		bench.hear('dag_run_status', { run_id: 'other' });
		assert.deepEqual(bench.taken(), []);
	});

	it('that cannot be subscribed are reported, and stop nothing', () => {
		const bench = new Bench();
		bench.open();
		bench.fails = new AgentStreamError('SEND_FAILED', 'The peer does not read.');
		bench.hear('dag_run_status', { run_id: 'one' });
		assert.match(bench.warnings[0] ?? '', /one could not be subscribed: The peer does not read\. \[SEND_FAILED\]/);
	});
});

describe('aios session: refusals', () => {
	const codes = {
		authentication_failed: true,
		auth_error: true,
		AUTH: true,
		AuthenticationError: true,
		unauthorized: true,
		token_expired: true,
		invalid_token: true,
		'invalid-token': true,
		jwt_malformed: true,
		'401': true,
		'4401': true,
		processing_error: false,
		websocket_error: false,
		token_limit_exceeded: false,
		author_not_found: false,
		forbidden: false,
		'4010': false,
		'': false,
	};
	for (const [code, refused] of Object.entries(codes)) {
		it(`"${code}" is ${refused ? 'one' : 'none'}`, () => {
			for (const type of ['error', 'connection_error']) {
				const bench = new Bench({ token: 'x' });
				bench.open();
				bench.hear(type, { code, details: null });
				assert.equal(bench.refused.length, refused ? 1 : 0, type);
				if (refused) assert.equal(bench.refused[0]?.code, 'UNAUTHORIZED');
			}
		});
	}

	it('are none where an old one is told again', () => {
		const bench = new Bench({ token: 'x' });
		bench.open();
		bench.hear('agent_status_update');
		const old = { code: 'token_expired', details: null, timestamp: bench.iso() };
		bench.close();
		bench.clock.advance(60_000);
		bench.open();
		bench.hear('connected');
		bench.hear('error', old);
		assert.equal(bench.refused.length, 0);
		bench.hear('error', { code: 'token_expired', details: null });
		assert.equal(bench.refused.length, 1);
		bench.close();
	});

	it('are none where the error is about a job or the like, whatever its code', () => {
		const bench = new Bench({ token: 'x' });
		bench.open();
		for (const thing of ['job_id', 'agent_id', 'run_id'])
			bench.hear('error', { code: 'token_overflow', details: { [thing]: 'x' } });
		assert.equal(bench.refused.length, 0);
	});

	it('are told by a code that is a number, too', () => {
		const bench = new Bench();
		const [item] = bench.session.unwrap({ event: 'error', data: { code: 401, message: 'no' } });
		assert.deepEqual(item?.data, { code: '401', message: 'no' });
	});

	it('never show the token', () => {
		const bench = new Bench({ token: 'hunter2' });
		bench.open();
		bench.hear('error', { code: 'invalid_token hunter2', message: 'hunter2 is wrong', details: { hint: 'hunter2' } });
		assert.ok(bench.refused[0] && !bench.refused[0].message.includes('hunter2'), bench.refused[0]?.message);
	});

	it('show where the server closes right after the authentication, again and again', () => {
		const bench = new Bench({ token: 'wrong' });
		const turnedAway = () => {
			bench.open();
			bench.hear('connected');
			bench.clock.advance(100);
			bench.close();
		};
		turnedAway();
		turnedAway();
		turnedAway();
		assert.equal(bench.refused.length, 0);
		assert.deepEqual(bench.open(), [], 'not tried');
		assert.equal(bench.refused[0]?.code, 'UNAUTHORIZED');
		bench.close();
		turnedAway();
		bench.open();
		assert.equal(bench.refused.length, 2, 'every second attempt is shown as refused');
		bench.close();
		turnedAway();
		bench.token = 'right';
		assert.deepEqual(bench.open()[0], auth('right'), 'a new token is tried at once');
	});

	it('are none where the server told something, or stood for a while', () => {
		const bench = new Bench({ token: 'right' });
		for (let index = 0; index < 10; index += 1) {
			bench.open();
			if (index % 2) bench.hear('agent_status_update');
			else bench.clock.advance(limits.aiosAccepted + 1);
			bench.close();
		}
		assert.deepEqual(bench.refused, []);
	});

	it('a renewed token is told on the open connection', () => {
		const bench = new Bench({ token: 'old' });
		bench.open();
		bench.token = 'new';
		bench.session.renewed?.(bench.link);
		bench.token = null;
		bench.session.renewed?.(bench.link);
		assert.deepEqual(bench.taken(), [auth('new')]);
	});
});

describe('aios session: heartbeat', () => {
	it('of a server that sent one is missed after 75 s without any frame', () => {
		const bench = new Bench();
		bench.open();
		bench.clock.advance(600_000);
		assert.equal(bench.lost.length, 0, 'a server that sends none is not missed');
		bench.hear('ping');
		bench.clock.advance(60_000);
		bench.hear('insight_generated');
		bench.clock.advance(74_999);
		assert.equal(bench.lost.length, 0);
		bench.clock.advance(1);
		assert.equal(bench.lost[0]?.code, 'SILENT');
		bench.close();
		assert.equal(bench.clock.timers, 0);
		bench.open();
		bench.clock.advance(75_000);
		assert.equal(bench.lost.length, 2, 'from the start of the next connection');
	});

	it('is awaited by one timer, which ends with the connection', () => {
		const bench = new Bench();
		bench.open();
		for (let index = 0; index < 50; index += 1) bench.hear('ping');
		assert.equal(bench.clock.timers, 1);
		assert.deepEqual(bench.taken(), [subscribe(defaultTypes)].slice(1), 'no ping of ours');
		bench.close();
		assert.equal(bench.clock.timers, 0);
	});
});

describe('aios session: envelopes', () => {
	const bench = new Bench();
	const unwrap = (value: unknown) => bench.session.unwrap(value)[0];

	it('give name, data and the time in the data', () => {
		for (const { event, data } of documented()) {
			const item = unwrap({ event, data });
			const time = data.timestamp ?? data.server_time;
			assert.deepEqual(item, { name: event, time, data, replayed: false, issues: [] });
		}
		assert.equal(unwrap({ event: 'processing_job_failed', data: { failed_at: 'x' } })?.time, 'x');
		assert.equal(unwrap({ event: 'ping', data: { timestamp: 1_700_000_000 } })?.time, 1_700_000_000);
	});

	it('that lack something are told, and nothing throws', () => {
		assert.equal(unwrap({ event: 7, data: {} })?.issues[0]?.code, 'type');
		assert.deepEqual(unwrap({ event: 'ping' })?.data, null);
		assert.equal(unwrap([1])?.name, null);
		fc.assert(fc.property(fc.jsonValue(), (value) => bench.session.unwrap(value).length === 1));
	});

	it('are decoded from text and bytes', () => {
		assert.deepEqual(bench.session.decode('{"event":"ping"}'), { event: 'ping' });
		assert.deepEqual(bench.session.decode(Buffer.from('{"event":"ping"}')), { event: 'ping' });
		assert.throws(() => bench.session.decode('not json'), { code: 'FRAME_INVALID' });
	});
});
