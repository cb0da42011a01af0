import assert from 'node:assert/strict';
import { AgentsApiSession } from '../../../../src/dialects/agents-api/protocol';
import { subscriptionSchema } from '../../../../src/dialects/agents-api/subscription';
import type { Session } from '../../../../src/dialects/dialect';
import { AgentStreamError } from '../../../../src/model/errors';
import { limits } from '../../../../src/model/limits';
import { FakeClock } from '../../../support/fake-clock';
import { FakeLink, reading } from './support';

describe('agents-api session', () => {
	let clock: FakeClock;
	let link: FakeLink;
	let warnings: string[];
	let session: Session;
	let read: ReturnType<typeof reading>;

	const make = (subscription?: object): void => {
		clock = new FakeClock();
		link = new FakeLink();
		warnings = [];
		read = reading(clock);
		session = new AgentsApiSession({
			clock,
			random: () => 0.5,
			token: () => 'S3cret-T0ken',
			warn: (text) => warnings.push(text),
			...(subscription && { subscription: subscriptionSchema.parse(subscription) }),
		});
	};
	/** An event of the connection, as the endpoint hands it over. */
	const hear = (name: string, data: object): void => session.heard?.(read(name, data), link);
	const code = (expected: string) => (thrown: unknown) =>
		thrown instanceof AgentStreamError && thrown.code === expected;

	beforeEach(() => make());
	afterEach(() => session.closed?.());

	it('is open at once: the handshake has brought the token, which no message has', () => {
		session.opened(link);
		assert.equal(link.readies, 1);
		assert.ok(!JSON.stringify(link.sent).includes('S3cret'));
	});

	it('decodes what the transport hands over, and takes it apart', () => {
		const [item] = session.unwrap(session.decode('["system:alert",{"message":"x"}]'));
		assert.deepEqual([item?.name, item?.data], ['system:alert', { message: 'x' }]);
		assert.throws(() => session.decode('2["x"'), code('FRAME_INVALID'));
	});

	it('takes our token out of an error that repeats it', () => {
		const [item] = session.unwrap(['error', { message: 'Token S3cret-T0ken has expired', room: 'agent:1' }]);
		assert.deepEqual(item?.data, { message: 'Token *** has expired', room: 'agent:1' });
		const data = { message: 'no' };
		assert.equal(session.unwrap(['error', data])[0]?.data, data);
		assert.equal(session.unwrap(['error', 'S3cret-T0ken'])[0]?.data, 'S3cret-T0ken', 'rejected by the schema');
	});

	describe('rooms', () => {
		it('are the dashboard, then those of agents and tasks that are seen', () => {
			session.opened(link);
			assert.deepEqual(link.rooms(), ['subscribe dashboard']);
			hear('agent:heartbeat', { agent_id: '1', metadata: {} });
			hear('task:assigned', { task_id: 't', agent_id: 2, task: {} });
			hear('agent:heartbeat', { agent_id: '1', metadata: {} });
			hear('conversation:message', { conversation_id: 'c', message: {} });
			assert.deepEqual(link.rooms(), ['subscribe agent:1', 'subscribe agent:2', 'subscribe task:t']);
		});

		it('are not those of what is over when it is first heard of', () => {
			session.opened(link);
			hear('task:completed', { task_id: 't', result: {} });
			hear('task:updated', { task_id: 'u', update: { status: 'failed' } });
			hear('agent:status_changed', { agent_id: 'a', old_status: 'idle', new_status: 'offline' });
			assert.deepEqual(link.rooms(), ['subscribe dashboard']);
		});

		it('are those that the subscription names; the dashboard is left where it is not among them', () => {
			make({ rooms: ['agent:1'], conversations: ['standup'], follow: false });
			session.opened(link);
			hear('agent:heartbeat', { agent_id: '2', metadata: {} });
			assert.deepEqual(link.rooms(), ['unsubscribe dashboard', 'subscribe agent:1', 'subscribe conversation:standup']);
		});

		it('are asked for once more when they are not confirmed, and then told to be missing', () => {
			session.opened(link);
			link.rooms();
			clock.advance(limits.agentsApiConfirmWithin - 1);
			assert.deepEqual([link.rooms(), warnings], [[], []]);
			clock.advance(1);
			assert.deepEqual(link.rooms(), ['subscribe dashboard']);
			assert.equal(warnings.length, 1);
			assert.match(warnings[0] ?? '', /room dashboard .*asked once more/);
			clock.advance(limits.agentsApiConfirmWithin);
			assert.match(warnings[1] ?? '', /asked twice/);
			clock.advance(limits.agentsApiAckWithin);
			assert.deepEqual([link.rooms(), warnings.length], [[], 2]);
		});

		it('are confirmed each by itself', () => {
			session.opened(link);
			hear('agent:heartbeat', { agent_id: '1', metadata: {} });
			hear('subscribed', { room: 'agent:1' });
			// The other way round is no confirmation.
			hear('unsubscribed', { room: 'dashboard' });
			link.rooms();
			clock.advance(limits.agentsApiConfirmWithin);
			assert.deepEqual(link.rooms(), ['subscribe dashboard']);
			hear('subscribed', { room: 'dashboard' });
			clock.advance(limits.agentsApiConfirmWithin);
			assert.deepEqual([link.rooms(), warnings.length], [[], 1]);
		});

		it('that the server refuses are told, and not asked for again', () => {
			make({ rooms: ['dashboard', 'agent:1'], follow: false });
			session.opened(link);
			hear('error', { message: 'Invalid room: agent:1' });
			hear('subscribed', { room: 'dashboard' });
			assert.equal(warnings.length, 1);
			assert.match(warnings[0] ?? '', /refused the room agent:1: Invalid room/);
			link.rooms();
			clock.advance(limits.agentsApiConfirmWithin);
			assert.deepEqual([link.rooms(), warnings.length], [[], 1]);
			hear('error', { message: 'Something else' });
			assert.equal(warnings.length, 1, 'nothing was asked');
		});

		it('are restored after a reconnect, all of them, and what a user chose since', () => {
			make({ rooms: ['dashboard', 'agent:9'] });
			session.opened(link);
			hear('task:created', { task_id: 't', task: {} });
			session.send?.(['subscribe', { room: 'conversation:c' }], link);
			session.send?.(['unsubscribe', { room: 'agent:9' }], link);
			assert.deepEqual(link.rooms(), [
				'subscribe dashboard',
				'subscribe agent:9',
				'subscribe task:t',
				'subscribe conversation:c',
				'unsubscribe agent:9',
			]);
			session.closed?.();
			const next = new FakeLink();
			session.opened(next);
			assert.deepEqual(next.rooms(), ['subscribe dashboard', 'subscribe conversation:c', 'subscribe task:t']);
			assert.deepEqual(link.sent, []);
			link = next;
			hear('agent:heartbeat', { agent_id: '9', metadata: {} });
			assert.deepEqual(next.rooms(), [], 'a room that the user left is not followed');
		});

		it('can be chosen before there is a connection', () => {
			session.send?.('["subscribe",{"room":"conversation:c"}]', null);
			session.send?.({ event: 'unsubscribe', data: { room: 'dashboard' } }, null);
			session.opened(link);
			assert.deepEqual(link.rooms(), ['unsubscribe dashboard', 'subscribe conversation:c']);
		});

		it('are bounded, and the one too many is told', () => {
			for (let i = 1; i < limits.agentsApiRooms; i += 1) session.send?.(['subscribe', { room: `agent:${i}` }], null);
			assert.throws(() => session.send?.(['subscribe', { room: 'agent:x' }], null), code('LIMIT_REACHED'));
			session.send?.(['subscribe', { room: 'agent:1' }], null);
		});

		it('that cannot be asked for are asked for later', () => {
			session.opened(link);
			link.failure = new AgentStreamError('LIMIT_REACHED', 'full');
			hear('agent:heartbeat', { agent_id: '1', metadata: {} });
			assert.throws(() => session.send?.(['subscribe', { room: 'agent:2' }], link), code('LIMIT_REACHED'));
			link.failure = null;
			link.rooms();
			clock.advance(limits.agentsApiConfirmWithin);
			assert.deepEqual(link.rooms(), ['subscribe dashboard', 'subscribe agent:1', 'subscribe agent:2']);
		});
	});

	describe('heartbeat', () => {
		it('is sent every 25 s with the time', () => {
			session.opened(link);
			hear('subscribed', { room: 'dashboard' });
			link.rooms();
			for (let beat = 1; beat <= 3; beat += 1) {
				clock.advance(24_999);
				assert.deepEqual(link.sent, []);
				clock.advance(1);
				assert.deepEqual(link.sent.splice(0), [['heartbeat', { timestamp: clock.now() }]]);
				hear('heartbeat_ack', { timestamp: clock.now() });
			}
			assert.deepEqual(link.lost, []);
		});

		it('that is not acknowledged means that the server is gone', () => {
			session.opened(link);
			hear('subscribed', { room: 'dashboard' });
			clock.advance(25_000 + limits.agentsApiAckWithin - 1);
			assert.equal(link.lost.length, 0);
			clock.advance(1);
			assert.deepEqual(
				link.lost.map((error) => error.code),
				['SILENT'],
			);
		});

		it('gives its acknowledgment the time that it took, and takes nobody else’s word for it', () => {
			const latency = () => {
				const [item] = session.unwrap(['heartbeat_ack', { timestamp: 1, latency_ms: 9 }]);
				return item?.data;
			};
			session.opened(link);
			assert.deepEqual(latency(), { timestamp: 1 });
			clock.advance(25_000);
			clock.advance(120);
			assert.deepEqual(latency(), { timestamp: 1, latency_ms: 120 });
			hear('heartbeat_ack', { timestamp: 1 });
			assert.deepEqual(latency(), { timestamp: 1 });
		});

		it('of a user is one of ours', () => {
			session.opened(link);
			link.rooms();
			session.send?.(['heartbeat', {}], link);
			assert.deepEqual(link.sent, [['heartbeat', { timestamp: clock.now() }]]);
			clock.advance(limits.agentsApiAckWithin);
			assert.equal(link.lost.length, 1);
		});

		it('survives that it cannot be sent', () => {
			session.opened(link);
			link.failure = new AgentStreamError('SEND_FAILED', 'full');
			clock.advance(25_000 + limits.agentsApiAckWithin);
			assert.equal(link.lost.length, 1);
		});
	});

	it('leaves no timer when the connection ends, also while a heartbeat is sent', () => {
		session.opened(link);
		link.send = () => session.closed?.();
		clock.advance(25_000);
		assert.equal(clock.timers, 0);
	});

	it('sends what else a user says as it is, in the protocol’s form', () => {
		session.opened(link);
		link.sent.length = 0;
		session.send?.(['ask', { a: 1 }, 2], link);
		session.send?.('{"event":"ask","data":{"a":1}}', link);
		session.send?.({ event: 'ask' }, link);
		assert.deepEqual(link.sent, [['ask', { a: 1 }, 2], ['ask', { a: 1 }], ['ask']]);
		assert.throws(() => session.send?.(['ask', {}], null), code('NOT_CONNECTED'));
		for (const message of [{ data: 1 }, [1, 2], { event: 1 }, ['subscribe', {}], ['unsubscribe', { room: '' }]]) {
			assert.throws(() => session.send?.(message, link), code('SEND_FAILED'));
		}
		assert.throws(() => session.send?.('no json', link), code('FRAME_INVALID'));
	});
});

describe('agents-api subscription', () => {
	const fits = (value: unknown) => subscriptionSchema.safeParse(value).success;

	it('is rooms of the document, conversations and whether to follow', () => {
		assert.ok(fits({}));
		assert.ok(
			fits({ rooms: ['dashboard', 'agent:1', 'task:a b', 'conversation:x'], follow: false, conversations: ['c'] }),
		);
		for (const wrong of [
			{ room: 'dashboard' },
			{ rooms: 'dashboard' },
			{ rooms: ['everything'] },
			{ rooms: ['agent:'] },
			{ rooms: [`agent:${'x'.repeat(300)}`] },
			{ conversations: [''] },
			{ rooms: Array.from({ length: limits.agentsApiRooms }, (_, i) => `agent:${i}`) },
			{ follow: 'yes' },
			[],
		]) {
			assert.ok(!fits(wrong), JSON.stringify(wrong).slice(0, 80));
		}
	});
});
