import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Rooms } from '../../../../src/dialects/agents-api/rooms';
import { limits } from '../../../../src/model/limits';
import { FakeClock } from '../../../support/fake-clock';

/** A server that confirms at once, and knows who is in which room. */
class Confirming {
	readonly clock = new FakeClock();
	readonly joined = new Set<string>();
	readonly warnings: string[] = [];
	sent = 0;
	readonly rooms = new Rooms(
		{
			clock: this.clock,
			warn: (text) => this.warnings.push(text),
			send: (event, room) => {
				this.sent += 1;
				if (event === 'subscribe') this.joined.add(room);
				else this.joined.delete(room);
				queueMicrotask(() => this.rooms.confirmed(room, event === 'subscribe'));
			},
		},
		{},
	);
}

describe('agents-api rooms', () => {
	it('are bounded in number and in traffic, however many tasks rush by', async () => {
		const server = new Confirming();
		server.rooms.opened();
		const minutes = 20;
		for (let task = 0; task < 10_000; task += 1) {
			server.rooms.saw('task', `t${task}`, false);
			server.rooms.saw('task', `t${task}`, true);
			server.rooms.saw('agent', `a${task}`, false);
			if (task % 10 === 0) {
				await Promise.resolve();
				server.clock.advance((minutes * 60_000) / 1_000);
			}
			assert.ok(server.joined.size <= 1 + 2 * limits.agentsApiFollowed);
		}
		const rounds = (minutes * 60_000) / limits.agentsApiConfirmWithin;
		assert.ok(server.sent < 2 * limits.agentsApiFollowed * (rounds + 2) * 1.1, `${server.sent} messages`);
		assert.ok(server.joined.has('task:t9000') === server.rooms.wanted().includes('task:t9000'));
		assert.deepEqual([...server.joined].sort(), [...server.rooms.wanted()].sort());
		assert.deepEqual(server.warnings, []);
		server.rooms.closed();
	});

	it('of what works are kept, while finished ones leave, the oldest first', () => {
		const server = new Confirming();
		server.rooms.opened();
		const full = limits.agentsApiFollowed;
		for (let i = 0; i < full; i += 1) server.rooms.saw('task', `t${i}`, false);
		server.clock.advance(limits.agentsApiConfirmWithin);
		server.rooms.saw('task', 'new', false);
		assert.ok(!server.joined.has('task:new'), 'nobody makes way');
		server.rooms.saw('task', 't7', true);
		server.clock.advance(1);
		server.rooms.saw('task', 't3', true);
		server.rooms.saw('task', 'new', false);
		assert.ok(server.joined.has('task:new') && !server.joined.has('task:t7') && server.joined.has('task:t3'));
		server.clock.advance(limits.agentsApiIdle);
		for (let i = 0; i < full; i += 1) if (i !== 5) server.rooms.saw('task', `t${i}`, false);
		server.rooms.saw('task', 'newer', false);
		assert.ok(server.joined.has('task:newer') && !server.joined.has('task:t5'), 'one that is silent makes way');
		server.rooms.closed();
	});

	it('warn of many that are missing in one sentence', () => {
		const clock = new FakeClock();
		const warnings: string[] = [];
		const rooms = new Rooms({ clock, warn: (text) => warnings.push(text), send: () => {} }, {});
		rooms.opened();
		for (let i = 0; i < 20; i += 1) rooms.saw('agent', `${i}`, false);
		clock.advance(limits.agentsApiConfirmWithin);
		assert.equal(warnings.length, 1);
		assert.match(warnings[0] ?? '', /18 more/);
		rooms.closed();
		assert.equal(clock.timers, 0);
	});

	it('of a server that confirms nothing are told once per connection', () => {
		const clock = new FakeClock();
		const warnings: string[] = [];
		let sent = 0;
		const send = () => {
			sent += 1;
		};
		const rooms = new Rooms({ clock, warn: (text) => warnings.push(text), send }, {});
		rooms.opened();
		for (let i = 0; i < 20; i += 1) {
			rooms.saw('task', `${i}`, false);
			clock.advance(limits.agentsApiConfirmWithin);
		}
		assert.ok(warnings.length <= 3, warnings.join('\n'));
		assert.ok(sent <= 21 + 3);
		rooms.confirmed('task:1', true);
		rooms.saw('task', 'late', false);
		clock.advance(limits.agentsApiConfirmWithin);
		assert.match(warnings.at(-1) ?? '', /task:late/);
		rooms.closed();
	});

	it('are in the end exactly those that are wanted, in whatever order things happen', () => {
		const room = fc.constantFrom('dashboard', 'agent:1', 'agent:2', 'task:1', 'conversation:c');
		const step = fc.oneof(
			fc.record({ do: fc.constant('join' as const), room }),
			fc.record({ do: fc.constant('leave' as const), room }),
			fc.record({ do: fc.constant('saw' as const), room: fc.constantFrom('1', '2', '3') }),
			fc.record({ do: fc.constant('reconnect' as const), room: fc.constant('') }),
			fc.record({ do: fc.constant('wait' as const), room: fc.constant('') }),
		);
		fc.assert(
			fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
				const server = new Confirming();
				const open = () => {
					server.joined.clear();
					server.joined.add('dashboard');
					server.rooms.opened();
				};
				open();
				const left = new Set<string>();
				for (const { do: what, room: name } of steps) {
					if (what === 'join') {
						server.rooms.join(name);
						left.delete(name);
					} else if (what === 'leave') {
						server.rooms.leave(name);
						left.add(name);
					} else if (what === 'saw') server.rooms.saw('agent', name, false);
					else if (what === 'wait') server.clock.advance(limits.agentsApiConfirmWithin);
					else {
						server.rooms.closed();
						open();
					}
					assert.deepEqual([...server.joined].sort(), [...server.rooms.wanted()].sort());
					for (const each of left) assert.ok(!server.joined.has(each), each);
				}
				server.rooms.closed();
				assert.equal(server.clock.timers, 0);
			}),
			{ numRuns: 200 },
		);
	});
});
