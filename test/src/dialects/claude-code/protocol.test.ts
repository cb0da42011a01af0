import assert from 'node:assert/strict';
import { commands } from '../../../../src/dialects/claude-code/commands';
import { ClaudeCodeSession, unwrap } from '../../../../src/dialects/claude-code/protocol';
import type { Link } from '../../../../src/dialects/dialect';
import { commandRequest } from '../../../../src/model/command';
import type { Frame } from '../../../../src/model/event';
import { limits } from '../../../../src/model/limits';
import { packageVersion } from '../../../../src/model/version';
import { FakeClock } from '../../../support/fake-clock';

/** A session, and what it said to the server. */
function opened(subscription?: object) {
	const clock = new FakeClock();
	const said: (Frame | object | 'ready')[] = [];
	const parts = { clock, random: () => 0.5, token: () => null, warn: () => {}, subscription };
	const session = new ClaudeCodeSession(parts);
	const link: Link = {
		send: (message) => said.push(message),
		ready: () => said.push('ready'),
		refuse: () => assert.fail(),
		lose: () => assert.fail(),
	};
	session.opened(link);
	return { clock, session, link, said };
}

const request = (name: string, given: Record<string, unknown>): object => {
	const command = commands.find((each) => each.name === name);
	assert.ok(command);
	const made = commandRequest(command, given, {});
	assert.ok('message' in made && typeof made.message === 'object');
	return made.message;
};

describe('the Claude Code session', () => {
	it('registers on every connection, and is ready at once', () => {
		const { said, session, link } = opened();
		const data = { component: 'agent-stream', version: packageVersion(), capabilities: ['display', 'filtering'] };
		assert.deepEqual(said, [{ type: 'register', data }, 'ready']);
		session.opened(link);
		assert.equal(said.length, 4);
	});

	it('registers as the user wants', () => {
		const { said } = opened({ component: 'wall', capabilities: [] });
		assert.deepEqual(said[0], {
			type: 'register',
			data: { component: 'wall', version: packageVersion(), capabilities: [] },
		});
	});

	it('asks for no part of the stream: the protocol has no message for it', () => {
		const { said, session } = opened();
		session.subscribe();
		assert.equal(said.length, 2);
	});

	it('fills in what the document asks of an event, and keeps what is there', () => {
		const { said, session, link, clock } = opened({ component: 'wall' });
		session.send(request('publish_event', { event_type: 'bus.message', payload: { a: 1 } }), link);
		const { data, type } = said[2] as { type: string; data: { [name: string]: unknown } };
		assert.match(String(data.id), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
		const { id: _id, ...rest } = data;
		const expected = {
			timestamp: clock.now(),
			source: 'wall',
			version: '1.0',
			event_type: 'bus.message',
			payload: { a: 1 },
		};
		assert.deepEqual([type, rest], ['event', expected]);
		session.send({ type: 'event', data: { id: 'mine', source: 'me' } }, link);
		assert.deepEqual((said[3] as { data: { id: string } }).data.id, 'mine');
		for (const message of ['text', new Uint8Array([1]), { type: 'other' }, { type: 'event', data: 7 }]) {
			session.send(message, link);
			assert.deepEqual(said.at(-1), message);
		}
	});

	it('keeps a registration for the connections that follow, also without one', () => {
		const { said, session, link } = opened();
		const message = request('register', { component: 'other', version: '2' });
		assert.throws(() => session.send(message, null), { code: 'NOT_CONNECTED' });
		session.opened(link);
		assert.deepEqual(said[2], { type: 'register', data: { component: 'other', version: '2', capabilities: [] } });
		assert.throws(() => session.send({ type: 'event', data: {} }, null), { code: 'NOT_CONNECTED' });
	});

	it('refuses commands without what they need', () => {
		assert.throws(() => request('publish_event', {}), { code: 'COMMAND_REFUSED' });
		assert.throws(() => request('register', { component: 'x' }), { code: 'COMMAND_REFUSED' });
	});

	it('reads JSON frames only', () => {
		const { session } = opened();
		assert.deepEqual(session.decode('{"type":"initial","data":[]}'), { type: 'initial', data: [] });
		assert.throws(() => session.decode('no'), { code: 'FRAME_INVALID' });
	});
});

describe('the wrapper of Claude Code', () => {
	const event = (timestamp: number) => ({ hook_event_type: 'Stop', id: timestamp, timestamp, payload: {} });
	const shown = (value: unknown) =>
		unwrap(value, false).map(({ name, time, replayed }) => `${name} ${time}${replayed ? ' replayed' : ''}`);

	it('holds one event or a list of them', () => {
		assert.deepEqual(shown({ type: 'event', data: event(1) }), ['Stop 1']);
		assert.deepEqual(shown({ type: 'event', data: [event(1), event(2)] }), ['Stop 1', 'Stop 2']);
		assert.deepEqual(shown(event(1)), ['Stop 1']);
		assert.deepEqual(shown([event(2), event(1)]), ['Stop 2', 'Stop 1']);
	});

	it('says how much history follows, in the order in which it happened', () => {
		assert.deepEqual(shown({ type: 'initial', data: [] }), ['initial null replayed']);
		assert.deepEqual(unwrap({ type: 'initial', data: [event(1)] }, false)[0]?.data, { events: 1 });
		const history = ['initial null replayed', 'Stop 1 replayed', 'Stop 2 replayed', 'Stop 3 replayed'];
		assert.deepEqual(shown({ type: 'initial', data: [1, 2, 3].map(event) }), history);
		assert.deepEqual(shown({ type: 'initial', data: [3, 2, 1].map(event) }), history);
		assert.deepEqual(shown({ type: 'initial', data: event(1) }), history.slice(0, 2));
	});

	it('gives its time where an event has none', () => {
		const metadata = { server_time: 9, message_id: 'm' };
		const { timestamp: _left, ...timeless } = event(1);
		assert.deepEqual(shown({ type: 'event', data: timeless, metadata }), ['Stop 9']);
		assert.deepEqual(shown({ type: 'event', data: event(1), metadata }), ['Stop 1']);
		assert.deepEqual(shown({ type: 'error', data: {}, metadata }), ['error 9']);
		assert.deepEqual(shown({ type: 'heartbeat', data: { timestamp: 4 }, metadata }), ['heartbeat 4']);
	});

	it('says when the next heartbeat comes, where that is sensible', () => {
		const every = (next_check: unknown) =>
			unwrap({ type: 'heartbeat', data: { components: {}, timestamp: 1_000_000, next_check } }, false)[0]?.every;
		assert.equal(every(1_120_000), 120_000);
		for (const odd of [undefined, 'soon', 1_000_000, 1_000_500, 900_000, 1e15]) assert.equal(every(odd), undefined);
	});

	it('is bounded', () => {
		const items = unwrap(
			{ type: 'event', data: Array.from({ length: limits.claudeBatch + 5 }, () => event(1)) },
			false,
		);
		assert.equal(items.length, limits.claudeBatch);
		assert.deepEqual(
			items[0]?.issues.map(({ code }) => code),
			['too_many'],
		);
	});
});
