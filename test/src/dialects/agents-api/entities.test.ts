import assert from 'node:assert/strict';
import { agentsApi } from '../../../../src/dialects/agents-api';
import { EventReader } from '../../../../src/dialects/reader';
import { Mapper } from '../../../../src/entities/mapper';
import type { SavedMemory } from '../../../../src/entities/recollection';
import type { EntityChange } from '../../../../src/model/entity';
import { limits } from '../../../../src/model/limits';
import { watched } from '../../../support/entity-rows';
import { FakeClock } from '../../../support/fake-clock';
import { frames } from './support';

/** Frames through reader and mapper. */
class Endpoint {
	readonly changes: EntityChange[] = [];
	readonly mapper: Mapper;
	private readonly reader: EventReader;

	constructor(
		readonly clock = new FakeClock(Date.UTC(2026, 10, 21, 17, 1)),
		memory?: SavedMemory,
	) {
		const report = (error: Error) => assert.fail(error);
		this.mapper = new Mapper({ source: 'hub', dialect: agentsApi, clock, report, ...(memory && { memory }) });
		this.reader = new EventReader({ source: 'hub', dialect: agentsApi, clock });
	}

	frame(frame: string): void {
		for (const event of this.reader.read(frame)) this.changes.push(...this.mapper.apply(event));
	}

	tell(name: string, data: object): void {
		this.frame(JSON.stringify([name, data]));
	}

	state(id: string) {
		return this.mapper.entity(`hub_${id}`)?.state;
	}

	attributes(id: string) {
		return this.mapper.entity(`hub_${id}`)?.attributes;
	}
}

describe('agents-api entities', () => {
	it('show what usual servers tell', () => {
		const hub = new Endpoint();
		for (const frame of frames('usual.jsonl')) hub.frame(frame);
		const states = Object.fromEntries(
			hub.mapper.entities().map(({ unique_id, state }) => [unique_id.replace(/^hub_/, ''), state]),
		);
		const coder = 'agent_7c9e6679-7425-40de-944b-e07fc1f90ae7';
		assert.deepEqual(states, {
			agents_known: 2,
			agents_alive: 2,
			agents_working: 0,
			[`${coder}_status`]: 'online',
			[`${coder}_alive`]: 'on',
			[`${coder}_last_heartbeat`]: '2026-11-21T17:00:02.000Z',
			[`${coder}_task`]: null,
			agent_42_status: null,
			agent_42_alive: 'on',
			agent_42_last_heartbeat: '2026-11-21T17:32:03.456Z',
			agent_42_task: null,
			tasks_created: 0,
			tasks_assigned: 0,
			tasks_in_progress: 0,
			tasks_created_total: 1,
			tasks_completed_total: 0,
			tasks_failed_total: 1,
			tasks_cancelled_total: 0,
			tasks_event: 'failed',
			task_1_task: 'Fix the retry loop',
			task_1_state: 'failed',
			task_1_progress: 50,
			task_1_agent: 'Coder',
			task_1_since: '2026-11-21T17:00:10.000Z',
			conversations_message: 'other',
			conversations_last_message: '2026-11-21T17:00:09.000Z',
			conversations_messages: 2,
			alerts_alert: 'critical',
			alerts_last_alert: 'Queue is filling up',
			alerts_info: 0,
			alerts_warning: 0,
			alerts_error: 0,
			alerts_critical: 1,
			alerts_other: 0,
			heartbeat_latency: null,
			heartbeat_connected: 'on',
			errors_total: 1,
			errors_last_error: 'Invalid room: nowhere',
		});
		assert.equal(hub.mapper.entity(`hub_${coder}_status`)?.name, 'Coder Status');
		assert.ok(!JSON.stringify(hub.changes).includes('private'));
	});

	it('fire once what happened', () => {
		const hub = new Endpoint();
		for (const frame of frames('usual.jsonl')) {
			hub.frame(frame);
			hub.frame(frame);
		}
		const fired = hub.changes
			.filter(({ kind }) => kind === 'fired')
			.map(({ entity }) => `${entity.row} ${entity.state}`);
		assert.deepEqual(fired, [
			'event created',
			'event assigned',
			'message assistant',
			'message other',
			'event failed',
			'alert critical',
		]);
	});

	it('carry the attributes that automations ask for', () => {
		const hub = new Endpoint();
		for (const frame of frames('usual.jsonl')) hub.frame(frame);
		assert.deepEqual(hub.attributes('alerts_last_alert'), { severity: 'CRITICAL', time: '2026-11-21T17:00:11.000Z' });
		assert.deepEqual(hub.attributes('task_1_task'), { task_id: 't-1', priority: '2' });
		assert.deepEqual(hub.attributes('conversations_last_message'), { conversation_id: 'standup' });
		hub.tell('agent:status_changed', { agent_id: 42, old_status: 'idle', new_status: 'busy', timestamp: 1795282330 });
		assert.deepEqual(hub.attributes('agent_42_status'), {
			previous_status: 'idle',
			changed: '2026-11-21T17:32:10.000Z',
			agent_id: '42',
		});
	});

	it('show the latency of heartbeats, and that they stop', () => {
		const hub = new Endpoint();
		hub.tell('subscribed', { room: 'dashboard' });
		assert.equal(hub.mapper.entity('hub_heartbeat_latency'), undefined);
		const [ack] = new EventReader({ source: 'hub', dialect: agentsApi, clock: hub.clock }).read(
			'["heartbeat_ack",{"timestamp":1}]',
		);
		assert.ok(ack);
		hub.mapper.apply({ ...ack, data: { timestamp: 1, latency_ms: 42.4 } });
		assert.equal(hub.state('heartbeat_latency'), 42);
		hub.clock.advance(limits.freshLeast + 1);
		hub.mapper.tick();
		assert.equal(hub.mapper.entity('hub_heartbeat_latency')?.available, false);
		assert.equal(hub.mapper.entity('hub_agents_known')?.available, true);
	});

	it('tell the last heartbeat to the minute, and exactly when it was the last', () => {
		const hub = new Endpoint();
		const first = hub.clock.now();
		const beat = () => {
			hub.tell('agent:heartbeat', { agent_id: 'a', metadata: {}, timestamp: hub.clock.now() });
			hub.clock.advance(25_000);
			hub.tell('heartbeat_ack', { timestamp: hub.clock.now() });
			hub.mapper.tick();
			return Date.parse(String(hub.state('agent_a_last_heartbeat'))) - first;
		};
		assert.deepEqual([beat(), beat(), beat(), beat(), beat()], [0, 0, 0, 75_000, 75_000]);
		for (let i = 0; i < 4; i += 1) {
			hub.clock.advance(25_000);
			hub.tell('heartbeat_ack', { timestamp: hub.clock.now() });
			hub.mapper.tick();
		}
		assert.equal(hub.state('agent_a_alive'), 'off');
		assert.equal(hub.state('agent_a_last_heartbeat'), new Date(first + 100_000).toISOString());
	});

	it('count on over a restart', () => {
		const alert = (hub: Endpoint, second: number) =>
			hub.tell('system:alert', { message: 'x', severity: 'info', timestamp: 1795282330 + second });
		const before = new Endpoint();
		alert(before, 1);
		alert(before, 2);
		assert.equal(before.state('alerts_info'), 2);
		const after = new Endpoint(new FakeClock(before.clock.now() + 60_000), before.mapper.save());
		alert(after, 3);
		assert.equal(after.state('alerts_info'), 3);
	});

	it('are as many after 10,000 tasks and agents as after a few hundred', () => {
		const hub = new Endpoint();
		let entities = 0;
		for (let i = 0; i < 10_000; i += 1) {
			hub.tell('agent:heartbeat', { agent_id: `a${i}`, metadata: {}, timestamp: hub.clock.now() });
			hub.tell('task:assigned', { task_id: `t${i}`, agent_id: `a${i}`, task: {}, timestamp: hub.clock.now() });
			hub.tell('task:completed', { task_id: `t${i}`, result: {}, timestamp: hub.clock.now() + 1 });
			hub.changes.length = 0;
			hub.clock.advance(8_640);
			hub.mapper.tick();
			if (i === 999) entities = hub.mapper.entities().length;
		}
		assert.equal(entities, 4 * limits.agentsApiAgents + 5 * limits.agentsApiTaskSlots + 3 + 8 + 3 + 7 + 2);
		assert.equal(hub.mapper.entities().length, entities);
		assert.equal(hub.state('tasks_completed_total'), 10_000);
	}).timeout(60_000);

	it('read no field that their rows do not name', () => {
		const hub = new Endpoint();
		for (const frame of frames('usual.jsonl')) hub.frame(frame);
		const world = hub.mapper.newest;
		for (const subject of agentsApi.subjects) {
			for (const row of subject.rows) {
				for (const each of subject.items(world) ?? []) {
					const { item, reads } = watched(each);
					row.value(item, { world, at: 0, previous: undefined });
					row.happenings?.(item);
					for (const source of Object.values(row.attributes ?? {})) {
						if (typeof source === 'function') source(item, { world, at: 0, previous: undefined });
						else reads.add(source);
					}
					for (const read of reads) {
						assert.ok((row.from as readonly string[]).includes(read), `${subject.subject}.${row.key} reads ${read}`);
					}
				}
			}
		}
	});

	it('hang on one device that says what it is', () => {
		const device = agentsApi.device({}, new URL('wss://hub.example:8000/ws'));
		assert.deepEqual(device, {
			name: 'Agents API',
			model: 'Agents API (Socket.IO)',
			configuration_url: 'https://hub.example:8000',
		});
		assert.deepEqual(agentsApi.device({}, null), { name: 'Agents API', model: 'Agents API (Socket.IO)' });
	});
});
