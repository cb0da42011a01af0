import assert from 'node:assert/strict';
import fc from 'fast-check';
import { autosdlc } from '../../../../src/dialects/autosdlc';
import { newsTypes } from '../../../../src/dialects/autosdlc/types';
import { EventReader } from '../../../../src/dialects/reader';
import { AgentStreamError } from '../../../../src/model/errors';
import { limits } from '../../../../src/model/limits';
import { message, type Sent, talking } from './support';

const short = ({ type, data }: Sent) => `${type} ${String(data.subscriptionId ?? '')}`.trim();
const code = (call: unknown) => (call instanceof AgentStreamError ? call.code : call);

describe('autosdlc: opening', () => {
	it('is open at once, and asks once for everything', () => {
		const { session, link, taken, calls, clock } = talking();
		session.opened(link);
		const [first, ...more] = taken();
		assert.deepEqual(calls, ['ready']);
		assert.deepEqual(more, []);
		assert.ok(first);
		assert.equal(first.type, 'subscribe');
		assert.equal(first.timestamp, clock.now());
		assert.ok(first.id.length > 0);
		assert.deepEqual(first.metadata, { version: '1.0' });
		assert.deepEqual(first.data, { subscriptionId: 'agent-stream-888888', events: newsTypes, filters: {} });
		assert.equal(newsTypes.length, 18);
	});

	it('asks again for the same, with the same id, on the next connection', () => {
		const { session, link, taken } = talking();
		session.opened(link);
		const [first] = taken();
		session.closed?.();
		session.opened(link);
		const [second, ...more] = taken();
		assert.deepEqual(more, []);
		assert.deepEqual(second?.data, first?.data);
		assert.notEqual(second?.id, first?.id);
	});

	it("asks for a user's subscriptions", () => {
		const subscriptions = [
			{ subscriptionId: 'coder', filters: { agentId: 'coder-001' } },
			{ subscriptionId: 'alerts', events: ['system_alert'] },
		];
		const { session, link, taken } = talking({ subscription: { subscriptions } });
		session.opened(link);
		assert.deepEqual(
			taken().map(({ data }) => data),
			[
				{ subscriptionId: 'coder', events: newsTypes, filters: { agentId: 'coder-001' } },
				{ subscriptionId: 'alerts', events: ['system_alert'], filters: {} },
			],
		);
	});

	it('reports what cannot be sent, and stays', () => {
		const { session, link, calls, warnings, state } = talking();
		state.failing = new AgentStreamError('LIMIT_REACHED', 'The peer does not read.');
		session.opened(link);
		assert.deepEqual(calls, ['ready']);
		assert.deepEqual(warnings, ['The peer does not read.']);
	});
});

describe('autosdlc: authentication by message', () => {
	it('comes first where the user wants it; then the connection is open', () => {
		const { session, link, taken, calls, hear } = talking({ subscription: { auth: 'message' }, token: 'T0ken' });
		session.opened(link);
		const [request, ...more] = taken();
		assert.deepEqual(more, []);
		assert.deepEqual([request?.type, request?.data], ['auth_request', { token: 'T0ken' }]);
		assert.deepEqual(calls, []);
		hear(message('auth_success', {}));
		assert.deepEqual(calls, ['ready']);
		assert.deepEqual(
			taken().map(({ type }) => type),
			['subscribe'],
		);
	});

	it('answers a server that asks for it, and asks again for what it had not confirmed', () => {
		const { session, link, taken, hear, warnings } = talking({ token: 'T0ken' });
		session.opened(link);
		const [early] = taken();
		const unauthorized = { metadata: { version: '1.0', correlationId: early?.id } };
		hear(message('auth_request', {}, { id: 'challenge-1' }));
		hear(message('error', { code: 'UNAUTHORIZED' }, unauthorized));
		hear(message('subscription_update', { subscriptionId: early?.data.subscriptionId, status: 'rejected' }));
		const [answer] = taken();
		assert.deepEqual([answer?.data, answer?.metadata.correlationId], [{ token: 'T0ken' }, 'challenge-1']);
		hear(message('auth_success', {}));
		assert.deepEqual(
			taken().map(({ data }) => data),
			[early?.data],
		);
		hear(message('subscription_update', { subscriptionId: early?.data.subscriptionId, status: 'active' }));
		hear(message('auth_success', {}));
		assert.deepEqual(taken(), []);
		assert.deepEqual(warnings, []);
	});

	it('that nobody asked for, or that is repeated, asks for nothing again', () => {
		const { session, link, taken, hear, state } = talking({ token: 'T0ken' });
		session.opened(link);
		taken();
		hear(message('auth_success', {}));
		assert.deepEqual(taken(), []);
		hear(message('auth_request', {}));
		hear(message('auth_success', {}));
		state.token = 'other';
		taken();
		session.renewed?.(link);
		hear(message('auth_success', {}));
		assert.deepEqual(
			taken().map(({ type }) => type),
			['auth_request'],
		);
	});

	it('shows a refusal, without the token', () => {
		const { session, link, calls, hear } = talking({ subscription: { auth: 'message' }, token: 'T0ken' });
		session.opened(link);
		hear(message('auth_failure', { reason: 'T0ken\u0000 is not\nvalid' }));
		const [refusal] = calls;
		assert.ok(refusal instanceof AgentStreamError);
		assert.equal(refusal.code, 'UNAUTHORIZED');
		assert.equal(refusal.message, 'The server refused the token: *** is not valid');
	});

	it('takes an error that answers the request as a refusal', () => {
		const { session, link, calls, hear, taken } = talking({ subscription: { auth: 'message' }, token: 'T0ken' });
		session.opened(link);
		const metadata = { version: '1.0', correlationId: taken()[0]?.id };
		hear(message('error', { code: 'EXPIRED', message: 'too old' }, { metadata }));
		assert.deepEqual(calls.map(code), ['UNAUTHORIZED']);
	});

	it('is refused by ourselves where there is no token', () => {
		const { session, link, calls, taken, hear } = talking();
		session.opened(link);
		taken();
		hear(message('auth_request', {}));
		assert.deepEqual(taken(), []);
		assert.deepEqual(calls.map(code), ['ready', 'UNAUTHORIZED']);
	});

	it('is renewed with a new token, where it was by message', () => {
		const { session, link, taken, hear, state } = talking({ subscription: { auth: 'message' }, token: 'one' });
		session.opened(link);
		hear(message('auth_success', {}));
		taken();
		state.token = 'two';
		session.renewed?.(link);
		assert.deepEqual(
			taken().map(({ type, data }) => [type, data.token]),
			[['auth_request', 'two']],
		);
		const other = talking({ token: 'one' });
		other.session.opened(other.link);
		other.taken();
		other.session.renewed?.(other.link);
		assert.deepEqual(other.taken(), []);
	});
});

describe('autosdlc: subscriptions', () => {
	const open = (subscription?: unknown) => {
		const talk = talking({ subscription });
		talk.session.opened(talk.link);
		const [first] = talk.taken();
		return { ...talk, id: String(first?.data.subscriptionId), first };
	};

	it('are narrowed to what is made use of, and widened again', () => {
		const { session, link, taken, id } = open();
		session.subscribe(['agent_status', 'test_result'], link);
		const [leave, ask, ...more] = taken();
		assert.deepEqual(more, []);
		assert.deepEqual([leave?.type, leave?.data], ['unsubscribe', { subscriptionId: id }]);
		assert.deepEqual(ask?.data, { subscriptionId: id, events: ['agent_status', 'test_result'], filters: {} });
		session.subscribe(['test_result', 'agent_status'], link);
		assert.deepEqual(taken(), []);
		session.closed?.();
		session.opened(link);
		assert.deepEqual(
			taken().map(({ data }) => data),
			[ask?.data],
		);
		session.subscribe(null, link);
		assert.deepEqual(taken().map(short), [`unsubscribe ${id}`, `subscribe ${id}`]);
	});

	it('are not narrowed by pictures that everything goes into, nor by an empty list', () => {
		const { session, link, taken } = open();
		session.subscribe(['agents'], link);
		session.subscribe(['agents', 'test_result'], link);
		session.subscribe([], link);
		assert.deepEqual(taken(), []);
	});

	it('that nothing is made use of are given up', () => {
		const subscriptions = [
			{ subscriptionId: 'a', events: ['agent_status', 'agent_log'] },
			{ subscriptionId: 'b', events: ['system_alert'] },
		];
		const { session, link, taken } = open({ subscriptions });
		session.subscribe(['agent_log'], link);
		assert.deepEqual(taken().map(short), ['unsubscribe a', 'unsubscribe b', 'subscribe a']);
	});

	it('narrowed before the connection is open are asked for once', () => {
		const { session, link, taken } = talking();
		session.opened({ ...link, ready: () => session.subscribe(['agent_log'], link) });
		assert.deepEqual(
			taken().map(({ data }) => data.events),
			[['agent_log']],
		);
	});

	it('of a user by message are remembered, and left alone', () => {
		const { session, link, taken, id } = open();
		session.send?.({ type: 'subscribe', data: { subscriptionId: 'mine', events: ['agent_log'] } }, link);
		session.subscribe(['agent_status'], link);
		const sent = taken();
		assert.deepEqual(sent.map(short), ['subscribe mine', `unsubscribe ${id}`, `subscribe ${id}`]);
		assert.deepEqual(sent[0]?.data, { subscriptionId: 'mine', events: ['agent_log'], filters: {} });
		session.closed?.();
		session.opened(link);
		assert.deepEqual(taken().map(short), [`subscribe ${id}`, 'subscribe mine']);
		session.send?.({ type: 'unsubscribe', data: { subscriptionId: 'mine' } }, link);
		assert.deepEqual(taken().map(short), ['unsubscribe mine']);
		session.closed?.();
		session.opened(link);
		assert.deepEqual(taken().map(short), [`subscribe ${id}`]);
	});

	it('of a user that name nothing ask for everything, under the id of the message', () => {
		const { session, link, taken } = open();
		session.send?.({ type: 'subscribe' }, link);
		const [sent] = taken();
		assert.deepEqual(sent?.data, { subscriptionId: sent?.id, events: newsTypes, filters: {} });
	});

	it('made without a connection are asked for on the next one, once', () => {
		const { session, link, taken } = talking();
		session.send?.({ type: 'subscribe', data: { subscriptionId: 'mine', events: ['agent_log'] } }, null);
		session.opened(link);
		assert.deepEqual(
			taken().map(({ type, data }) => [type, data.events]),
			[
				['subscribe', newsTypes],
				['subscribe', ['agent_log']],
			],
		);
	});

	it('stand on the next connection as they stood on the last one, whatever happened', () => {
		const events = fc.uniqueArray(fc.constantFrom(...newsTypes.slice(0, 4)), { minLength: 1 });
		const ids = fc.constantFrom('a', 'b', 'agent-stream-888888');
		const step = fc.oneof(
			fc.record({ do: fc.constant('narrow' as const), types: fc.option(events) }),
			fc.record({ do: fc.constant('subscribe' as const), id: ids, types: events }),
			fc.record({ do: fc.constant('unsubscribe' as const), id: ids }),
			fc.record({ do: fc.constant('cut' as const) }),
		);
		fc.assert(
			fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
				const { session, link, taken } = talking();
				const standing = new Map<string, string>();
				const serve = () => {
					for (const { type, data } of taken()) {
						const id = String(data.subscriptionId);
						if (type === 'subscribe') standing.set(id, JSON.stringify(data));
						else assert.ok(standing.delete(id) || steps.some((each) => each.do === 'unsubscribe'), id);
					}
				};
				session.opened(link);
				serve();
				for (const each of [...steps, { do: 'cut' as const }]) {
					const before = [...standing].sort();
					if (each.do === 'narrow') session.subscribe(each.types, link);
					else if (each.do === 'subscribe') {
						session.send?.({ type: 'subscribe', data: { subscriptionId: each.id, events: each.types } }, link);
					} else if (each.do === 'unsubscribe') {
						session.send?.({ type: 'unsubscribe', data: { subscriptionId: each.id } }, link);
					} else {
						session.closed?.();
						standing.clear();
						session.opened(link);
					}
					serve();
					if (each.do === 'cut') assert.deepEqual([...standing].sort(), before);
				}
			}),
		);
	});

	it('are bounded', () => {
		const { session, link } = open();
		const subscribe = (index: number) =>
			session.send?.({ type: 'subscribe', data: { subscriptionId: `s${index}`, events: ['agent_log'] } }, link);
		for (let index = 1; index < limits.autosdlcSubscriptions; index += 1) subscribe(index);
		assert.throws(() => subscribe(0), { code: 'LIMIT_REACHED' });
		subscribe(1);
	});

	it('that the server refuses are told, and not repeated before the next connection', () => {
		const { session, link, taken, hear, warnings, id } = open();
		hear(message('subscription_update', { subscriptionId: id, status: 'rejected', reason: 'too many' }));
		assert.deepEqual(warnings, [`The server refused the subscription ${id}: too many`]);
		session.subscribe(null, link);
		assert.deepEqual(taken(), []);
		session.subscribe(['agent_log'], link);
		assert.deepEqual(taken().map(short), [`subscribe ${id}`]);
		session.closed?.();
		session.opened(link);
		assert.deepEqual(taken().map(short), [`subscribe ${id}`]);
	});

	it('that the server refuses by an error, or ends, are told too', () => {
		const { hear, warnings, id, first } = open();
		const metadata = { version: '1.0', correlationId: first?.id };
		hear(message('error', { code: 'RATE_LIMITED', message: 'slowly' }, { metadata }));
		hear(message('subscription_update', { subscriptionId: id, active: false, message: 'the resource is gone' }));
		assert.deepEqual(warnings, [
			`The server refused the subscription ${id}: RATE_LIMITED: slowly`,
			`The server ended the subscription ${id}: the resource is gone`,
		]);
	});

	it('granted in part are told', () => {
		const { hear, warnings } = open({
			subscriptions: [{ subscriptionId: 'a', events: ['agent_log', 'agent_status'] }],
		});
		hear(message('subscription_update', { subscriptionId: 'a', status: 'active', events: ['agent_status'] }));
		assert.deepEqual(warnings, ['The subscription a was granted without agent_log']);
	});

	it('whose end we asked for end without a word', () => {
		const { session, link, hear, warnings, id } = open();
		session.subscribe(['agent_log'], link);
		hear(message('subscription_update', { subscriptionId: id, status: 'removed' }));
		hear(message('subscription_update', { subscriptionId: id, status: 'active' }));
		assert.deepEqual(warnings, []);
	});
});

describe('autosdlc: ping and pong', () => {
	it('answers the ping of the server, by its id', () => {
		const { session, link, taken, hear } = talking();
		session.opened(link);
		taken();
		hear(message('ping', {}, { id: 'ping-7' }));
		hear('{"type":"ping"}');
		assert.deepEqual(
			taken().map(({ type, data, metadata }) => [type, data, metadata.correlationId]),
			[
				['pong', {}, 'ping-7'],
				['pong', {}, undefined],
			],
		);
	});

	it('answers a ping, and takes a refusal, that are not as they should be', () => {
		const { session, link, taken, clock, calls } = talking();
		session.opened(link);
		taken();
		const strict = new EventReader({ source: 'sdlc', dialect: autosdlc, clock, session, strict: true });
		const hear = (frame: string) => {
			const [event] = strict.read(frame);
			assert.ok(event?.rejected);
			session.heard?.(event, link);
		};
		hear('{"type":"ping"}');
		hear('{"id":"p","type":"ping","timestamp":1,"data":42}');
		assert.deepEqual(
			taken().map(({ type }) => type),
			['pong', 'pong'],
		);
		hear('{"type":"auth_failure","data":{"reason":"expired"}}');
		assert.match(String(calls.at(-1)), /refused the token: expired/);
	});

	it('pings by itself, and gives a server up that says nothing any more', () => {
		const { session, link, taken, clock, calls, hear } = talking();
		session.opened(link);
		taken();
		clock.advance(limits.pingEvery - limits.pongWithin);
		for (const frame of [message('agent_log', {}), 'not even JSON', message('pong', {})]) {
			clock.advance(limits.pongWithin);
			assert.deepEqual(
				taken().map(({ type }) => type),
				['ping'],
			);
			clock.advance(limits.pongWithin - 1);
			hear(frame);
			clock.advance(1);
		}
		assert.deepEqual(calls, ['ready']);
		session.closed?.();
		session.opened(link);
		calls.length = 0;
		clock.advance(limits.pingEvery + limits.pongWithin - 1);
		assert.deepEqual(calls, []);
		clock.advance(1);
		assert.deepEqual(calls.map(code), ['SILENT']);
		assert.equal(clock.timers, 0);
	});

	it('has no timer once a connection is over', () => {
		const { session, link, clock } = talking();
		session.opened(link);
		clock.advance(limits.pingEvery);
		session.closed?.();
		assert.equal(clock.timers, 0);
	});
});

describe('autosdlc: messages of a user', () => {
	it('get what the protocol wants of them, and keep what they have', () => {
		const { session, link, taken, clock } = talking();
		session.opened(link);
		taken();
		session.send?.({ type: 'agent_log', data: { level: 'info' } }, link);
		session.send?.('{"type":"connect"}', link);
		const own = {
			id: 'mine',
			type: 'x',
			timestamp: 5,
			data: 7,
			metadata: { correlationId: 'c', version: '2' },
			more: 1,
		};
		session.send?.(own, link);
		const [first, second, third] = taken();
		assert.deepEqual(
			{ ...first, id: '' },
			{
				id: '',
				type: 'agent_log',
				timestamp: clock.now(),
				data: { level: 'info' },
				metadata: { version: '1.0' },
			},
		);
		assert.deepEqual(second?.data, {});
		assert.notEqual(first?.id, second?.id);
		assert.deepEqual(third, own);
	});

	it('are refused where they are none', () => {
		const { session, link } = talking();
		session.opened(link);
		for (const bad of ['not json', '5', {}, { type: '' }, [], Buffer.from([1])]) {
			assert.throws(() => session.send?.(bad, link), { code: 'SEND_FAILED' });
		}
		const circle: { type: string; data?: object } = { type: 'x' };
		circle.data = circle;
		assert.throws(() => session.send?.(circle, null), { code: 'SEND_FAILED' });
	});

	it('wait for a connection, and go out in order, after what is subscribed', () => {
		const { session, link, taken } = talking();
		session.send?.({ type: 'connect', data: { n: 1 } }, null);
		session.send?.({ type: 'connect', data: { n: 2 } }, null);
		session.opened(link);
		assert.deepEqual(
			taken().map(({ type, data }) => data.n ?? type),
			['subscribe', 1, 2],
		);
		session.closed?.();
		session.opened(link);
		assert.deepEqual(
			taken().map(({ type }) => type),
			['subscribe'],
		);
	});

	it('wait until the server has accepted us', () => {
		const { session, link, taken, hear } = talking({ subscription: { auth: 'message' }, token: 'T0ken' });
		session.opened(link);
		taken();
		session.send?.({ type: 'connect', data: {} }, link);
		assert.deepEqual(taken(), []);
		hear(message('auth_success', {}));
		assert.deepEqual(
			taken().map(({ type }) => type),
			['subscribe', 'connect'],
		);
	});

	it('that waited too long are dropped, and told', () => {
		const { session, link, taken, clock, warnings } = talking();
		session.send?.({ type: 'connect', data: { n: 1 } }, null);
		session.send?.({ type: 'connect', data: { n: 2 } }, null);
		clock.advance(limits.autosdlcQueueExpiry - 1);
		session.send?.({ type: 'connect', data: { n: 3 } }, null);
		clock.advance(1);
		assert.equal(clock.timers, 0);
		session.opened(link);
		assert.deepEqual(
			taken().flatMap(({ data }) => data.n ?? []),
			[3],
		);
		assert.deepEqual(warnings, ['2 messages were not sent: they waited longer than 5 minutes for a connection.']);
	});

	it('are bounded in number and size; old ones make room', () => {
		const { session, clock, warnings } = talking();
		const send = (data: object = {}) => session.send?.({ type: 'connect', data }, null);
		for (let index = 0; index < limits.autosdlcQueue; index += 1) send();
		assert.throws(() => send(), { code: 'LIMIT_REACHED' });
		assert.equal(warnings.length, 1);
		clock.advance(limits.autosdlcQueueExpiry);
		send({ text: 'x'.repeat(limits.autosdlcQueueSize - 1_000) });
		assert.throws(() => send({ text: 'x'.repeat(1_000) }), { code: 'LIMIT_REACHED' });
	});

	it('that cannot be sent after all wait for the next connection', () => {
		const { session, link, taken, state, warnings } = talking();
		session.send?.({ type: 'connect', data: { n: 1 } }, null);
		state.failing = new AgentStreamError('SEND_FAILED', 'The socket is broken.');
		session.opened(link);
		session.closed?.();
		state.failing = null;
		assert.deepEqual(warnings, ['The socket is broken.', 'The socket is broken.']);
		session.opened(link);
		assert.deepEqual(
			taken().flatMap(({ data }) => data.n ?? []),
			[1],
		);
	});

	it('fail aloud on a connection that is broken', () => {
		const { session, link, state } = talking();
		session.opened(link);
		state.failing = new AgentStreamError('SEND_FAILED', 'The socket is broken.');
		assert.throws(() => session.send?.({ type: 'connect' }, link), { code: 'SEND_FAILED' });
	});
});

describe('autosdlc: what the server says of itself', () => {
	it('is told, in one line, bounded and without the token', () => {
		const { session, link, hear, warnings } = talking({ token: 'S3cret' });
		session.opened(link);
		hear(message('error', { code: 42, message: `line\n${'x'.repeat(500)}` }));
		hear(message('error', {}));
		hear(message('error', { message: 'bad token S3cret' }));
		hear(message('disconnect', { reason: 'maintenance' }));
		const [first = '', ...more] = warnings;
		assert.match(first, /^The server reports an error: 42: line x+…$/);
		assert.equal(first.length, limits.shownText + 1);
		assert.deepEqual(more, [
			'The server reports an error: it gives no reason',
			'The server reports an error: bad token ***',
			'The server takes its leave: maintenance',
		]);
	});

	it('is not heard once the connection is over', () => {
		const { session, link, hear, taken, clock } = talking();
		session.opened(link);
		session.closed?.();
		taken();
		hear(message('ping', {}));
		assert.deepEqual(taken(), []);
		assert.equal(clock.timers, 0);
	});
});

describe('autosdlc: commands', () => {
	const request = (name: string, parameters: Record<string, string | object>) => {
		const command = autosdlc.commands.find((each) => each.name === name);
		assert.ok(command);
		const made = command.request(parameters);
		assert.ok('message' in made);
		return { ...made, risk: command.risk };
	};

	it('ask for a part of the stream, and know the answer', () => {
		const { session, link, taken, hear } = talking();
		session.opened(link);
		taken();
		const { message: sent, answer, risk } = request('subscribe', { subscription_id: 'a', filters: { agentId: 'x' } });
		assert.equal(risk, 'none');
		session.send?.(sent, link);
		assert.deepEqual(taken()[0]?.data, { subscriptionId: 'a', events: newsTypes, filters: { agentId: 'x' } });
		const answers = (frame: string) => hear(frame).some((event) => answer?.(event));
		assert.ok(!answers(message('subscription_update', { subscriptionId: 'b' })));
		assert.ok(!answers(message('pong', { subscriptionId: 'a' })));
		assert.ok(answers(message('subscription_update', { subscriptionId: 'a', status: 'active' })));
		assert.equal(request('unsubscribe', { subscription_id: 'a' }).risk, 'none');
	});

	it('ping, and send anything', () => {
		const ping = request('ping', {});
		assert.equal(ping.risk, 'none');
		const { message: sent, risk } = request('send', { type: 'agent_log', correlation_id: 'c' });
		assert.equal(risk, 'low');
		assert.deepEqual(sent, { type: 'agent_log', data: {}, metadata: { correlationId: 'c' } });
	});
});
