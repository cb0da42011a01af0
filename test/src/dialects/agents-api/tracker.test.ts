import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Pictures } from '../../../../src/dialects/agents-api/pictures';
import { AgentsApiTracker } from '../../../../src/dialects/agents-api/tracker';
import { limits } from '../../../../src/model/limits';
import { FakeClock } from '../../../support/fake-clock';
import { reading } from './support';

/** A tracker with the newest of its pictures. */
class Tracking {
	readonly clock = new FakeClock();
	readonly tracker = new AgentsApiTracker(this.clock);
	private readonly read = reading(this.clock);
	now: Partial<Pictures> = {};

	/** Takes an event in; answers the pictures that changed. */
	tell(name: string, data: object, replayed = false): string[] {
		const event = { ...this.read(name, data), replayed };
		const changed = this.tracker.apply(event);
		this.now = { ...this.now, ...changed };
		return Object.keys(changed);
	}

	/** Lets time pass as the pipeline does: with an acknowledgment every 25 s, and ticks when they are due. */
	pass(ms: number, acknowledged = true): void {
		const end = this.clock.now() + ms;
		while (this.clock.now() < end) {
			const next = Math.min(end, this.clock.now() + 25_000);
			for (let due = this.due(); due !== null && due <= next; due = this.due()) {
				this.clock.jump(Math.max(due, this.clock.now()));
				this.now = { ...this.now, ...this.tracker.tick(this.clock.now()) };
			}
			this.clock.jump(next);
			if (acknowledged) this.tell('heartbeat_ack', { timestamp: next });
		}
	}

	agent(id: string) {
		return this.now.agents?.find((agent) => agent.id === id);
	}

	task(id: string) {
		return this.now.task_slots?.find((task) => task.id === id);
	}

	private due(): number | null {
		return this.tracker.nextTick();
	}
}

const at = (second: number) => new Date(Date.UTC(2026, 8, 14, 8, 30, second)).toISOString();

describe('agents-api tracker', () => {
	let stage: Tracking;
	beforeEach(() => {
		stage = new Tracking();
	});

	it('shows everything with the first event, then only what changed', () => {
		assert.deepEqual(stage.tell('subscribed', { room: 'dashboard' }).sort(), [
			'agents',
			'alerts',
			'conversations',
			'errors',
			'task_slots',
			'tasks',
		]);
		assert.deepEqual(stage.tell('heartbeat_ack', { timestamp: at(1) }), []);
		assert.deepEqual(stage.tell('system:alert', { message: 'x', severity: 'info', timestamp: at(1) }), ['alerts']);
		assert.deepEqual(stage.tracker.apply({ ...reading()('error', { message: 'x' }), rejected: true }), {});
	});

	describe('agents', () => {
		it('have the status that they were told to have, in the server’s words', () => {
			stage.tell('agent:status_changed', {
				agent_id: 'a',
				old_status: 'idle',
				new_status: 'Pondering',
				timestamp: at(5),
			});
			assert.deepEqual(stage.agent('a'), {
				id: 'a',
				name: null,
				status: 'Pondering',
				previous: 'idle',
				changed: Date.parse(at(5)),
				heartbeat: null,
				alive: null,
				patience: 90_000,
				task: null,
				taskTitle: null,
			});
			stage.tell('agent:status_changed', { agent_id: 'a', old_status: 'x', new_status: 'y', timestamp: at(4) });
			assert.equal(stage.agent('a')?.status, 'Pondering', 'what is older comes too late');
			stage.tell('agent:status_changed', { agent_id: 'a', new_status: 'busy', timestamp: at(6) });
			assert.equal(stage.agent('a')?.previous, 'Pondering');
		});

		it('are alive while their heartbeats come, by their own cadence', () => {
			const beat = () =>
				stage.tell('agent:heartbeat', { agent_id: 'a', timestamp: stage.clock.now(), metadata: { name: 'Ada' } });
			beat();
			assert.deepEqual([stage.agent('a')?.alive, stage.agent('a')?.name], [true, 'Ada']);
			assert.equal(stage.agent('a')?.heartbeat, stage.clock.now());
			stage.pass(90_000);
			assert.equal(stage.agent('a')?.alive, true);
			stage.pass(2);
			assert.equal(stage.agent('a')?.alive, false);
			for (let i = 0; i < 6; i += 1) {
				beat();
				stage.pass(80_000);
			}
			assert.equal(stage.agent('a')?.patience, 240_000, 'three times every 80 s');
			stage.pass(150_000);
			assert.equal(stage.agent('a')?.alive, true);
			stage.pass(50_000);
			assert.equal(stage.agent('a')?.alive, false);
		});

		it('are not dead because the stream was silent', () => {
			stage.tell('agent:heartbeat', { agent_id: 'a', timestamp: at(0), metadata: {} });
			stage.pass(3_600_000, false);
			assert.equal(stage.agent('a')?.alive, true);
			stage.tell('subscribed', { room: 'dashboard' });
			stage.pass(90_000);
			assert.equal(stage.agent('a')?.alive, true, 'silence counts from the reconnect on');
			stage.pass(25_000);
			assert.equal(stage.agent('a')?.alive, false);
		});

		it('that say goodbye are not alive', () => {
			stage.tell('agent:heartbeat', { agent_id: 'a', timestamp: at(0), metadata: {} });
			stage.tell('agent:status_changed', {
				agent_id: 'a',
				old_status: 'idle',
				new_status: 'offline',
				timestamp: at(1),
			});
			assert.equal(stage.agent('a')?.alive, false);
			stage.tell('agent:heartbeat', { agent_id: 'a', timestamp: at(2), metadata: {} });
			assert.equal(stage.agent('a')?.alive, true);
		});

		it('work on the task that they were given last', () => {
			const assign = (task: string, agent: string, second: number) =>
				stage.tell('task:assigned', {
					task_id: task,
					agent_id: agent,
					task: { title: `T${task}` },
					timestamp: at(second),
				});
			assign('1', 'a', 1);
			assign('2', 'a', 2);
			assert.deepEqual([stage.agent('a')?.task, stage.agent('a')?.taskTitle], ['2', 'T2']);
			stage.tell('task:completed', { task_id: '2', result: {}, timestamp: at(3) });
			assert.equal(stage.agent('a')?.task, '1');
			assign('1', 'b', 4);
			assert.deepEqual([stage.agent('a')?.task, stage.agent('b')?.task], [null, '1']);
			stage.tell('task:completed', { task_id: '1', result: {}, timestamp: at(5) });
			assert.equal(stage.agent('b')?.task, null);
		});

		it('leave when they were not heard of for a day', () => {
			stage.tell('agent:heartbeat', { agent_id: 'a', timestamp: at(0), metadata: {} });
			stage.pass(86_399_000);
			assert.ok(stage.agent('a'));
			stage.pass(2_000);
			assert.equal(stage.agent('a'), undefined);
		});

		it('that live are not pushed out by new ones', () => {
			const beat = (id: string) =>
				stage.tell('agent:heartbeat', { agent_id: id, timestamp: stage.clock.now(), metadata: {} });
			for (let i = 0; i < limits.agentsApiAgents; i += 1) beat(`${i}`);
			beat('new');
			assert.equal(stage.agent('new'), undefined);
			stage.tell('agent:status_changed', {
				agent_id: '7',
				old_status: 'idle',
				new_status: 'offline',
				timestamp: at(1),
			});
			stage.clock.advance(1);
			beat('new');
			assert.ok(stage.agent('new'));
			assert.equal(stage.agent('7'), undefined);
			assert.equal(stage.now.agents?.length, limits.agentsApiAgents);
		});
	});

	describe('tasks', () => {
		it('go through their states', () => {
			const id = { task_id: 't' };
			stage.tell('task:created', {
				...id,
				task: { title: 'Fix it', priority: 2, status: 'pending' },
				timestamp: at(1),
			});
			assert.deepEqual(stage.task('t'), {
				id: 't',
				place: 1,
				title: 'Fix it',
				state: 'created',
				status: 'pending',
				progress: null,
				agent: null,
				agentName: null,
				priority: '2',
				since: Date.parse(at(1)),
				touched: stage.clock.now(),
			});
			stage.tell('task:assigned', { ...id, agent_id: 'a', task: {}, timestamp: at(2) });
			assert.deepEqual([stage.task('t')?.state, stage.task('t')?.agent], ['assigned', 'a']);
			assert.equal(stage.task('t')?.agentName, 'a');
			const beat = { agent_id: 'a', timestamp: at(2), metadata: { name: 'Ada' } };
			assert.deepEqual(stage.tell('agent:heartbeat', beat), ['agents', 'task_slots']);
			assert.equal(stage.task('t')?.agentName, 'Ada');
			stage.tell('task:updated', { ...id, update: { progress: 0.25 }, timestamp: at(3) });
			stage.tell('task:updated', { ...id, update: { progress: '60 %', status: 'Running' }, timestamp: at(4) });
			const task = stage.task('t');
			assert.deepEqual(
				[task?.state, task?.status, task?.progress, task?.since],
				['in_progress', 'Running', 60, Date.parse(at(3))],
			);
			stage.tell('task:completed', { ...id, result: { summary: 'private' }, timestamp: at(5) });
			assert.deepEqual(
				[stage.task('t')?.state, stage.task('t')?.progress, stage.task('t')?.title],
				['completed', 100, 'Fix it'],
			);
			const { created, assigned, in_progress, created_total, completed_total, failed_total } = stage.now.tasks ?? {};
			assert.deepEqual(
				[created, assigned, in_progress, created_total, completed_total, failed_total],
				[0, 0, 0, 1, 1, 0],
			);
			assert.ok(!JSON.stringify(stage.now).includes('private'));
		});

		it('fail, are cancelled, and are told so by what the server says', () => {
			const end = (id: string, result: unknown) => {
				stage.tell('task:completed', { task_id: id, result, timestamp: at(1) });
				return stage.task(id)?.state;
			};
			assert.equal(end('1', { success: false }), 'failed');
			assert.equal(end('2', { error: 'x' }), 'failed');
			assert.equal(end('3', { status: 'Cancelled' }), 'cancelled');
			assert.equal(end('4', { status: 'running', error: null }), 'completed');
			assert.equal(end('5', 'done'), 'completed');
			stage.tell('task:updated', { task_id: '6', update: { status: 'failed' }, timestamp: at(1) });
			assert.equal(stage.task('6')?.state, 'failed');
			const { completed_total, failed_total, cancelled_total } = stage.now.tasks ?? {};
			assert.deepEqual([completed_total, failed_total, cancelled_total], [2, 3, 1]);
		});

		it('go on where the clock of the server was set back, or was wrong once', () => {
			const ahead = at(3_600);
			stage.tell('task:assigned', { task_id: 't', agent_id: 'a', task: {}, timestamp: ahead });
			stage.tell('agent:status_changed', { agent_id: 'a', old_status: 'idle', new_status: 'busy', timestamp: ahead });
			stage.tell('agent:heartbeat', { agent_id: 'a', metadata: {}, timestamp: ahead });
			stage.tell('system:alert', { message: 'early', severity: 'info', timestamp: ahead });
			stage.tell('task:completed', { task_id: 't', result: {}, timestamp: at(10) });
			stage.tell('agent:status_changed', { agent_id: 'a', old_status: 'busy', new_status: 'idle', timestamp: at(11) });
			stage.tell('agent:heartbeat', { agent_id: 'a', metadata: {}, timestamp: at(12) });
			stage.tell('system:alert', { message: 'late', severity: 'info', timestamp: at(13) });
			assert.equal(stage.task('t')?.state, 'completed');
			assert.deepEqual(
				[stage.agent('a')?.status, stage.agent('a')?.heartbeat, stage.now.alerts?.last?.message],
				['idle', Date.parse(at(12)), 'late'],
			);
		});

		it('that are forgotten while they are open are nobody’s', () => {
			stage.tell('task:assigned', { task_id: 'first', agent_id: 'a', task: { title: 'First' }, timestamp: at(0) });
			assert.equal(stage.agent('a')?.task, 'first');
			for (let index = 0; index < limits.agentsApiTasks; index += 1) {
				stage.tell('task:created', { task_id: `t${index}`, task: {}, timestamp: at(1) });
			}
			assert.equal(stage.agent('a')?.task, null);
		});

		it('do not go back by what comes late, but learn what was not known', () => {
			const id = { task_id: 't' };
			stage.tell('task:completed', { ...id, result: {}, timestamp: at(9) });
			stage.tell('task:updated', { ...id, update: { progress: 50 }, timestamp: at(5) });
			stage.tell('task:assigned', { ...id, agent_id: 'a', task: {}, timestamp: at(9) });
			stage.tell('task:created', { ...id, task: { title: 'Late' }, timestamp: at(1) });
			assert.deepEqual(
				[stage.task('t')?.state, stage.task('t')?.title, stage.task('t')?.progress],
				['completed', 'Late', 100],
			);
			assert.equal(stage.now.tasks?.created_total, 1);
			stage.tell('task:updated', { ...id, update: { status: 'running' }, timestamp: at(10) });
			assert.equal(stage.task('t')?.state, 'in_progress', 'a second try');
			stage.tell('task:created', { ...id, task: {}, timestamp: at(11) });
			assert.equal(stage.task('t')?.state, 'in_progress', 'what is under way was created before');
		});

		it('fire what became of them, once, and nothing of history', () => {
			stage.tell('task:created', { task_id: 'h', task: {}, timestamp: at(0) }, true);
			assert.equal(stage.now.tasks?.happenings.length, 0);
			assert.equal(stage.now.tasks?.created_total, 0);
			assert.equal(stage.now.tasks?.created, 1);
			stage.tell('task:created', { task_id: 't', task: {}, timestamp: at(1) });
			stage.tell('task:assigned', { task_id: 't', agent_id: 'a', task: { title: 'T' }, timestamp: at(2) });
			stage.tell('task:updated', { task_id: 't', update: { progress: 5 }, timestamp: at(3) });
			stage.tell('task:completed', { task_id: 't', result: { error: 'x' }, timestamp: at(4) });
			const list = stage.now.tasks?.happenings ?? [];
			assert.deepEqual(
				list.map(({ type, live }) => [type, live]),
				[
					['created', true],
					['assigned', true],
					['failed', true],
				],
			);
			assert.deepEqual(list[2]?.attributes, { task_id: 't', title: 'T', agent_id: 'a' });
			assert.equal(new Set(list.map(({ id }) => id)).size, 3);
		});

		it('that are open keep their places; a new one takes that of the one that finished first', () => {
			const slots = limits.agentsApiTaskSlots;
			const create = (id: string) =>
				stage.tell('task:created', { task_id: id, task: {}, timestamp: stage.clock.now() });
			for (let i = 0; i < slots; i += 1) create(`${i}`);
			create('more');
			assert.equal(stage.task('more'), undefined);
			assert.equal(stage.now.tasks?.created, slots + 1, 'but it is counted');
			stage.tell('task:completed', { task_id: '4', result: {}, timestamp: stage.clock.now() + 1 });
			create('next');
			assert.equal(stage.task('next')?.place, 5);
			stage.pass(limits.agentsApiIdle);
			for (let i = 1; i < slots; i += 1) {
				stage.tell('task:updated', { task_id: `${i}`, update: { progress: 1 }, timestamp: stage.clock.now() });
			}
			stage.tell('task:updated', { task_id: 'more', update: { progress: 1 }, timestamp: stage.clock.now() });
			assert.equal(stage.task('more')?.place, 1, 'one that was long silent makes way');
		});

		it('that nobody heard of for a day leave, and their agents are free', () => {
			stage.tell('task:assigned', { task_id: 't', agent_id: 'a', task: {}, timestamp: at(0) });
			stage.pass(3_600_000);
			stage.tell('agent:heartbeat', { agent_id: 'a', timestamp: stage.clock.now(), metadata: {} });
			stage.pass(82_801_000);
			assert.deepEqual([stage.task('t'), stage.now.tasks?.assigned, stage.agent('a')?.task], [undefined, 0, null]);
		});
	});

	describe('messages', () => {
		it('tell who spoke where, and never what', () => {
			const say = (message: unknown, second: number) =>
				stage.tell('conversation:message', { conversation_id: 'c', message, timestamp: at(second) });
			say({ id: 'm', role: 'Assistant', sender: 'Ada', content: 'private' }, 1);
			say('private', 2);
			const { messages, last, happenings } = stage.now.conversations ?? {};
			assert.deepEqual([messages, last], [2, { conversation: 'c', role: null, at: Date.parse(at(2)) }]);
			assert.deepEqual(happenings?.[0]?.attributes, {
				conversation_id: 'c',
				role: 'Assistant',
				sender: 'Ada',
				message_id: 'm',
			});
			assert.deepEqual(
				happenings?.map(({ type }) => type),
				['assistant', 'other'],
			);
			assert.ok(!JSON.stringify(stage.now).includes('private'));
		});

		it('count alerts by severity, also in words of other systems', () => {
			const words = ['info', 'debug', 'WARN', 'warning', 'error', 'fatal', 'critical', 'purple'];
			for (const [second, severity] of words.entries()) {
				stage.tell('system:alert', { message: `It is ${severity}`, severity, timestamp: at(second) });
			}
			const { info, warning, error, critical, other, last } = stage.now.alerts ?? {};
			assert.deepEqual([info, warning, error, critical, other], [2, 2, 1, 2, 1]);
			assert.deepEqual(last, { message: 'It is purple', severity: 'purple', at: Date.parse(at(7)) });
		});

		it('keep errors of the server, and lists short', () => {
			for (let i = 0; i < 100; i += 1) {
				stage.clock.advance(limits.agentsApiRepeatWithin);
				stage.tell('error', { message: 'No' });
				stage.tell('system:alert', { message: 'x', severity: 'info', timestamp: at(i) });
			}
			assert.equal(stage.now.errors?.errors, 100);
			assert.equal(stage.now.errors?.last?.message, 'No');
			assert.equal(stage.now.alerts?.happenings.length, limits.agentsApiHappenings);
		});
	});

	it('counts an event that comes through two rooms once', () => {
		const alert = { message: 'x', severity: 'info', timestamp: at(1) };
		assert.deepEqual(stage.tell('system:alert', alert).includes('alerts'), true);
		assert.deepEqual(stage.tell('system:alert', alert), []);
		stage.tell('system:alert', { ...alert, timestamp: at(2) });
		stage.tell('error', { message: 'no time' });
		stage.tell('error', { message: 'no time' });
		assert.deepEqual([stage.now.alerts?.info, stage.now.errors?.errors], [2, 1]);
		// Progress within one second of a server that cuts its times to seconds.
		stage.tell('task:updated', { task_id: 't', update: { progress: 10 }, timestamp: 1795282325 });
		stage.tell('task:updated', { task_id: 't', update: { progress: 20 }, timestamp: 1795282325 });
		assert.equal(stage.task('t')?.progress, 20);
	});

	it('tells nothing of what has no id, or one that is too long to tell it apart', () => {
		for (const task_id of ['', 'x'.repeat(limits.textLength + 1)]) {
			stage.tell('task:created', { task_id, task: {}, timestamp: at(1) });
		}
		assert.deepEqual([stage.now.task_slots, stage.now.tasks?.created_total], [[], 0]);
	});

	it('takes what a flow hands in, JSON or not', () => {
		const event = reading()('agent:heartbeat', { agent_id: 'a', metadata: {} });
		for (const data of [{ agent_id: 'a', metadata: { big: 1n } }, null, undefined, 7, [], { agent_id: {} }]) {
			stage.tracker.apply({ ...event, data });
			for (const type of ['task:updated', 'system:alert', 'conversation:message', 'error']) {
				stage.tracker.apply({ ...event, type, data });
			}
		}
		assert.equal(
			stage.tell('agent:heartbeat', { agent_id: 'a', metadata: {}, timestamp: at(1) }).includes('agents'),
			true,
		);
	});

	describe('in whatever order', () => {
		const lives = ['created', 'assigned', 'updated', 'completed'] as const;
		/** The nth event of a task's life. */
		const step = (task: number, nth: number, good: boolean) => {
			const kind = lives[nth] ?? 'completed';
			const more = {
				created: { task: {} },
				assigned: { agent_id: 'a', task: {} },
				updated: { update: {} },
				completed: { result: { success: good } },
			}[kind];
			return { name: `task:${kind}`, data: { task_id: `t${task}`, ...more, timestamp: at(nth * 60 + task) } };
		};
		const plan = fc.record({
			/** How far each task gets, and how it ends. */
			tasks: fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()), { minLength: 1, maxLength: 30 }),
			order: fc.array(fc.nat(1_000), { minLength: 200, maxLength: 200 }),
			twice: fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }),
			inOrder: fc.boolean(),
		});

		it('things arrive, the counts are right', () => {
			fc.assert(
				fc.property(plan, ({ tasks, order, twice, inOrder }) => {
					const run = new Tracking();
					run.tell('subscribed', { room: 'dashboard' });
					const queues = tasks.map(([far, good], task) =>
						Array.from({ length: far }, (_, nth) => step(task, nth, good)),
					);
					for (let turn = 0; queues.some(({ length }) => length > 0); turn += 1) {
						const open = queues.filter(({ length }) => length > 0);
						const queue = open[(order[turn % 200] ?? 0) % open.length];
						const which = inOrder ? 0 : (order[(turn * 7) % 200] ?? 0) % (queue?.length ?? 1);
						const [event] = queue?.splice(which, 1) ?? [];
						if (!event) break;
						run.tell(event.name, event.data);
						if (twice[turn % 200]) run.tell(event.name, event.data);
						const { created = 0, assigned = 0, in_progress = 0 } = run.now.tasks ?? {};
						assert.ok(created >= 0 && assigned >= 0 && in_progress >= 0);
					}
					const reached = (far: number, good?: boolean) =>
						tasks.filter(([to, well]) => to === far && (good === undefined || well === good)).length;
					const counts = run.now.tasks;
					assert.deepEqual(
						[counts?.created, counts?.assigned, counts?.in_progress, counts?.created_total],
						[reached(1), reached(2), reached(3), tasks.length],
					);
					assert.deepEqual([counts?.completed_total, counts?.failed_total], [reached(4, true), reached(4, false)]);
				}),
				{ numRuns: 150 },
			);
		});
	});

	it('stays as small as it was with 10,000 tasks and agents in a day', () => {
		stage.tell('subscribed', { room: 'dashboard' });
		let largest = 0;
		for (let i = 0; i < 10_000; i += 1) {
			const timestamp = stage.clock.now();
			const ids = { task_id: `task-${i}`, agent_id: `agent-${i}` };
			stage.tell('agent:heartbeat', { agent_id: ids.agent_id, timestamp, metadata: { name: `Agent ${i}` } });
			stage.tell('task:created', { ...ids, agent_id: null, task: { title: `Task ${i}` }, timestamp });
			stage.tell('task:assigned', { ...ids, task: {}, timestamp: timestamp + 1 });
			if (i % 3 > 0) stage.tell('task:completed', { ...ids, result: {}, timestamp: timestamp + 2 });
			stage.clock.advance(8_640);
			stage.now = { ...stage.now, ...stage.tracker.tick(stage.clock.now()) };
			assert.ok((stage.now.agents?.length ?? 0) <= limits.agentsApiAgents);
			assert.ok((stage.now.task_slots?.length ?? 0) <= limits.agentsApiTaskSlots);
			if (i % 500 === 499) largest = Math.max(largest, retained(stage.tracker));
		}
		assert.ok(largest < limits.agentsApiTasks + limits.agentsApiRepeats + limits.agentsApiAgents + 100, `${largest}`);
		assert.equal(stage.now.tasks?.created_total, 10_000);
		assert.equal(stage.now.tasks?.completed_total, 6_666);
	});
});

/** How many entries the maps, sets and lists of an object hold, at any depth. */
function retained(root: object): number {
	const seen = new Set<object>();
	const size = (value: unknown): number => {
		if (typeof value !== 'object' || value === null || seen.has(value) || value instanceof FakeClock) return 0;
		seen.add(value);
		if (value instanceof Map) return value.size + [...value.values()].reduce((sum, each) => sum + size(each), 0);
		if (value instanceof Set || Array.isArray(value)) return [...value].reduce((sum, each) => sum + 1 + size(each), 0);
		return Object.values(value).reduce((sum, each) => sum + size(each), 0);
	};
	return size(root);
}
