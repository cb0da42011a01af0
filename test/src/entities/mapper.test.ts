import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EventReader } from '../../../src/dialects/reader';
import { unraid } from '../../../src/dialects/unraid';
import { Mapper, type MapperOptions } from '../../../src/entities/mapper';
import type { Entity, EntityChange } from '../../../src/model/entity';
import { entitySchema } from '../../../src/model/entity';
import { AgentStreamError } from '../../../src/model/errors';
import type { StreamEvent } from '../../../src/model/event';
import { limits } from '../../../src/model/limits';
import { FakeClock } from '../../support/fake-clock';
import { recording, typical } from '../../support/unraid-recordings';

const second = 1000;
const hour = 3_600_000;

type Fields = Record<string, unknown>;

/** A mapper of one server; `send` applies data of a type at the clock's time. */
function server(options: Partial<MapperOptions> = {}, clock = new FakeClock()) {
	const reports: AgentStreamError[] = [];
	const report = (error: AgentStreamError) => void reports.push(error);
	const mapper = new Mapper({ source: 'tower', dialect: unraid, clock, report, ...options });
	const reader = new EventReader({ source: 'tower', dialect: unraid, clock });
	const send = (type: string, data: unknown): EntityChange[] => {
		const event = { event: type, timestamp: new Date(clock.now()).toISOString(), data };
		return reader.readValue(event).flatMap((each) => mapper.apply(each));
	};
	const get = (id: string): Entity => {
		const found = mapper.entities().find((entity) => entity.unique_id === id);
		assert.ok(found, `no ${id}`);
		return found;
	};
	return { mapper, reader, clock, send, get, reports };
}

const list = (type: string, variant?: string) => structuredClone(typical(type, variant)) as Fields[];
const one = (type: string) => structuredClone(typical(type)) as Fields;
const ids = (changes: readonly EntityChange[]) => changes.map(({ kind, entity }) => `${kind} ${entity.unique_id}`);
const kinds = (changes: readonly EntityChange[]) => [...new Set(changes.map(({ kind }) => kind))].sort();
const container = (name: string, more: Fields = {}): Fields => ({ ...list('container_list_update')[0], name, ...more });

describe('Mapper: entities', () => {
	it('makes valid entities of every recording, each id once', () => {
		for (const name of [
			'encoded-typical.jsonl',
			'generation-1.1.0-typical.jsonl',
			'live-60s.jsonl',
			'scenario-a.jsonl',
		]) {
			const { mapper, reader, reports } = server();
			for (const { raw } of recording(name)) for (const event of reader.read(raw)) mapper.apply(event);
			const entities = mapper.entities();
			assert.ok(entities.length > 50, name);
			for (const entity of entities) {
				assert.deepEqual(entitySchema.parse(entity), entity);
				assert.match(entity.unique_id, /^tower_[A-Za-z0-9_-]+$/);
				assert.match(entity.path, /^tower\/[A-Za-z0-9_/-]+$/);
				assert.equal(entity.transient, entity.key !== null);
			}
			assert.equal(new Set(entities.map((entity) => entity.unique_id)).size, entities.length);
			assert.equal(new Set(entities.map((entity) => entity.path)).size, entities.length);
			assert.deepEqual(reports, [], name);
		}
	});

	it('adds each once, with its state, and reports no change for the same frame', () => {
		const { send } = server();
		const first = send('disk_list_update', typical('disk_list_update'));
		assert.deepEqual(kinds(first), ['added']);
		assert.ok(first.every(({ previous }) => previous === undefined));
		assert.equal(new Set(ids(first)).size, first.length);
		assert.deepEqual(send('disk_list_update', typical('disk_list_update')), []);
	});

	it('reports no change of any recorded frame that comes twice', () => {
		const { mapper, reader, clock } = server();
		for (const { raw } of recording('encoded-typical.jsonl')) {
			for (const event of reader.read(raw)) mapper.apply(event);
			clock.advance(1);
			for (const event of reader.read(raw)) assert.deepEqual(ids(mapper.apply(event)), [], event.type);
		}
	});

	it('reports what changed, and only that', () => {
		const { send, get } = server();
		const disks = list('disk_list_update');
		send('disk_list_update', disks);
		const disk = disks.find(({ name }) => name === 'disk1') ?? {};
		const id = String(disk.id).replaceAll('_', '-');
		const changes = send(
			'disk_list_update',
			disks.map((each) => (each.name === 'disk1' ? { ...each, temperature_celsius: 51 } : each)),
		);
		assert.equal(changes.length, 1, ids(changes).join());
		const [change] = changes;
		assert.ok(change);
		assert.equal(change.kind, 'changed');
		assert.match(change.entity.unique_id, new RegExp(`^tower_disk_${id}.*_temperature$`));
		assert.deepEqual([change.previous, change.entity.state], [disk.temperature_celsius, 51]);
		assert.deepEqual(get(change.entity.unique_id), change.entity);
	});

	it('takes ticking attributes up silently', () => {
		const { mapper, send } = server();
		const disks = list('disk_list_update');
		send('disk_list_update', disks);
		const ticked = disks.map((disk) => ({ ...disk, read_ops: Number(disk.read_ops) + 7, power_on_hours: 99_999 }));
		const changed = ids(send('disk_list_update', ticked));
		assert.deepEqual(
			changed.filter((id) => !id.endsWith('_power_on_hours')),
			[],
		);
		const errors = mapper.entities().filter(({ row, attributes }) => row === 'smart_errors' && 'device' in attributes);
		assert.ok(errors.length > 0);
		for (const entity of errors) assert.equal(entity.attributes.power_on_hours, 99_999);
	});

	it('does not call uptime a change while it only ticks, and notices a reboot', () => {
		const { send, clock } = server();
		const system = one('system_update');
		send('system_update', { ...system, uptime_seconds: 1000 });
		for (let i = 1; i <= 100; i += 1) {
			clock.advance(15 * second);
			// Late by up to a cycle, to and fro.
			const uptime_seconds = 1000 + 15 * i - (i % 2) * 14;
			assert.deepEqual(ids(send('system_update', { ...system, uptime_seconds })), []);
		}
		clock.advance(60 * second);
		assert.deepEqual(ids(send('system_update', { ...system, uptime_seconds: 5 })), ['changed tower_server_uptime']);
	});

	it('changes nothing for rejected, unknown and invalid events, or names from a prototype', () => {
		const { mapper, reader } = server();
		const [event] = reader.readValue({ event: 'system_update', data: typical('system_update') });
		assert.ok(event);
		const apply = (change: Partial<StreamEvent>) => mapper.apply({ ...event, ...change });
		assert.deepEqual(apply({ rejected: true }), []);
		for (const type of ['unknown', 'invalid', 'constructor', 'toString', '__proto__', '']) {
			assert.deepEqual(apply({ type, data: { polluted: true } }), []);
		}
		assert.equal(Reflect.get({}, 'polluted'), undefined);
		assert.deepEqual(mapper.stale(), []);
		assert.equal(mapper.entities().length, 0);
		assert.equal(mapper.nextTick(), null);
	});

	it('marks what REST or history gave, until the stream says it', () => {
		const { mapper, reader, clock } = server();
		const system = one('system_update');
		for (const event of reader.readRest('system_update', system, clock.now())) mapper.apply(event);
		assert.ok(mapper.entities().every(({ replayed }) => replayed));
		for (const event of reader.readValue({ event: 'system_update', data: { ...system, cpu_usage_percent: 99 } })) {
			assert.deepEqual(
				mapper.apply(event).map(({ entity }) => entity.replayed),
				[false],
			);
		}
	});

	it('renews the device of all entities when the server is renamed or updated', () => {
		const { mapper, send } = server({ url: new URL('ws://192.0.2.7:8043/api/v1/ws') });
		send('array_status_update', one('array_status_update'));
		assert.equal(mapper.entities()[0]?.device.name, 'Unraid');
		const before = mapper.entities().length;
		const changes = send('system_update', one('system_update'));
		assert.equal(changes.filter(({ kind }) => kind === 'changed').length, before);
		for (const { device } of mapper.entities()) {
			assert.equal(device.name, one('system_update').hostname);
			assert.deepEqual(device.identifiers, ['agent-stream_tower']);
			assert.equal(device.configuration_url, 'http://192.0.2.7');
		}
	});
});

describe('Mapper: identity', () => {
	it('survives any order of a list', () => {
		const frames = recording('encoded-typical.jsonl').filter(({ topic }) => unraid.types[topic ?? '']?.list);
		const { mapper, send } = server();
		for (const frame of frames) send(frame.topic ?? '', (JSON.parse(frame.raw) as { data: unknown }).data);
		const last = new Map(frames.map(({ topic, raw }) => [topic, (JSON.parse(raw) as { data: unknown[] }).data]));
		const before = mapper.entities();
		fc.assert(
			fc.property(fc.constantFrom(...last.keys()), fc.infiniteStream(fc.nat()), (topic, random) => {
				const data = [...(last.get(topic) ?? [])].sort(() => ((random.next().value ?? 0) % 3) - 1);
				assert.deepEqual(ids(send(topic ?? '', data)), []);
			}),
			{ numRuns: 60 },
		);
		assert.deepEqual(mapper.entities(), before);
	});

	it('survives another order of fans and sensors', () => {
		const { send } = server();
		const system = one('system_update');
		send('system_update', system);
		const reversed = { ...system };
		for (const field of ['fans', 'temperatures']) reversed[field] = [...(system[field] as unknown[])].reverse();
		assert.deepEqual(ids(send('system_update', reversed)), []);
	});

	it('survives a container that is made anew: other id, same name', () => {
		const { mapper, send } = server();
		send('container_list_update', [container('plex', { id: 'aaaaaaaaaaaa' })]);
		const before = mapper.entities().map(({ unique_id }) => unique_id);
		const changes = send('container_list_update', [container('plex', { id: 'bbbbbbbbbbbb' })]);
		assert.deepEqual(ids(changes), []);
		assert.deepEqual(
			mapper.entities().map(({ unique_id }) => unique_id),
			before,
		);
		assert.equal(mapper.command('tower_container_plex_switch', 'on').path, '/docker/bbbbbbbbbbbb/start');
	});

	it('survives a machine that is renamed: only names change, and commands use the new one', () => {
		const { mapper, send } = server();
		const vms = list('vm_list_update');
		send('vm_list_update', vms);
		const before = mapper.entities().filter(({ subject }) => subject === 'vm');
		const changes = send('vm_list_update', [{ ...vms[0], name: 'Renamed' }, ...vms.slice(1)]);
		assert.deepEqual(kinds(changes), ['changed']);
		const after = mapper.entities().filter(({ subject }) => subject === 'vm');
		assert.deepEqual(
			after.map(({ unique_id }) => unique_id),
			before.map(({ unique_id }) => unique_id),
		);
		const moved = after.filter((entity, index) => entity.name !== before[index]?.name);
		assert.equal(moved.length, changes.length);
		assert.equal(moved.length, before.filter(({ key }) => key === vms[0]?.id).length);
		assert.ok(moved.length > 0 && moved.every(({ name, key }) => name.includes('Renamed') && key === vms[0]?.id));
		for (const entity of moved) {
			const { name: _name, ...rest } = entity;
			const { name: _old, ...was } = before.find(({ unique_id }) => unique_id === entity.unique_id) ?? {};
			assert.deepEqual(rest, was);
		}
		const id = moved.find(({ platform }) => platform === 'switch')?.unique_id ?? '';
		assert.equal(mapper.command(id, 'off').path, '/vm/Renamed/stop');
	});

	it('refuses a second item with the same key, loudly and once', () => {
		const { mapper, send, reports } = server();
		const twins = [container('plex', { state: 'running' }), container('plex', { state: 'exited' })];
		for (let i = 0; i < 3; i += 1) send('container_list_update', twins);
		assert.deepEqual(
			reports.map(({ code }) => code),
			['ENTITY_COLLISION'],
		);
		assert.match(reports[0]?.message ?? '', /plex/);
		assert.equal(mapper.entities().filter(({ row }) => row === 'state').length, 1);
		assert.equal(mapper.entities().find(({ row }) => row === 'state')?.state, 'running');
	});

	it('refuses a key that reads like the safe form of another', () => {
		const { mapper, send, reports } = server();
		send('container_list_update', [container('a b')]);
		const safe =
			mapper
				.entities()
				.find(({ row }) => row === 'state')
				?.path.split('/')[2] ?? '';
		send('container_list_update', [container('a b'), container(safe)]);
		assert.ok(reports.length > 0 && reports.every(({ code }) => code === 'ENTITY_COLLISION'));
		assert.ok(mapper.entities().every(({ key }) => key === 'a b' || key === null));
	});

	it('keeps two servers with one host name apart', () => {
		const [a, b] = [server({ source: 'attic' }), server({ source: 'cellar' })];
		for (const { mapper, reader } of [a, b]) {
			for (const { raw } of recording('encoded-typical.jsonl'))
				reader.read(raw).flatMap((event) => mapper.apply(event));
		}
		const seen = new Set(a.mapper.entities().flatMap(({ unique_id, path }) => [unique_id, path]));
		for (const { unique_id, path, device } of b.mapper.entities()) {
			assert.ok(!seen.has(unique_id) && !seen.has(path));
			assert.deepEqual(device.identifiers, ['agent-stream_cellar']);
		}
		assert.equal(a.mapper.entities()[0]?.device.name, b.mapper.entities()[0]?.device.name);
	});

	it('leaves out what is beyond a limit, loudly and once', () => {
		const { mapper, send, reports } = server();
		const many = Array.from({ length: limits.itemsPerSubject + 5 }, (_, i) => ({ name: `c${i}` }));
		send('share_list_update', many);
		send('share_list_update', many);
		assert.deepEqual(
			reports.map(({ code }) => code),
			['LIMIT_REACHED'],
		);
		const things = new Set(mapper.entities().map(({ key }) => key));
		assert.equal(things.has(`c${limits.itemsPerSubject - 1}`), true);
		assert.equal(things.has(`c${limits.itemsPerSubject}`), false);
	});
});

describe('Mapper: both generations', () => {
	/** The entities of one recording's newest frames, by id. */
	const entitiesOf = (name: string) => {
		const { mapper, reader } = server();
		const skipped = new Set(['empty', 'no-sensors', 'stopped', 'amd', 'disk4-disabled']);
		for (const { raw, variant } of recording(name)) {
			if (skipped.has(variant ?? '')) continue;
			for (const event of reader.read(raw)) mapper.apply(event);
		}
		return new Map(mapper.entities().map((entity) => [entity.unique_id, entity]));
	};
	const current = entitiesOf('encoded-typical.jsonl');
	const older = entitiesOf('generation-1.1.0-typical.jsonl');

	/** Why the older generation lacks or has an entity of its own. */
	const onlyIn: readonly (readonly [pattern: RegExp, reason: string])[] = [
		[/^tower_gpu_/, 'the older generation sends neither uuid nor PCI address (DESIGN: the only exception)'],
		[
			/^tower_server_(cpu_power|dram_power|chipset_temperature|cpu_governor|cpu_frequency|swap_usage|swappiness)$/,
			'fields of the current agent',
		],
		[/^tower_container_.*_(restart_count|network_[rt]x_rate)$/, 'fields of the current agent'],
		[/^tower_disk_.*_spin$/, 'field of the current agent'],
		[/^tower_array_usage$/, 'the older generation sends no sizes of the array'],
		[/^tower_ups_(in|out)put_voltage$/, 'fields of the older generation'],
		[
			/^tower_server_(kernel_version|agent_version|openssl_version|hvm|iommu|(ram|swap)_.*)$/,
			'fields of the current agent',
		],
		[/^tower_ups_(charging|nominal_power)$/, 'flags and field of the current agent'],
		[
			/^tower_(temperature|nut|hardware|registration|notifications|zfs|zfs_pool|zfs_dataset|fans|fan_control|tuning|os|mover|docker_network)_/,
			'types of the current agent',
		],
		[/^tower_(unassigned_device|unassigned_partition|remote_share|plugin)_/, 'types of the current agent'],
		[/^tower_docker_(networks|updates_available|containers_with_updates)$/, 'types of the current agent'],
		[/^tower_container_.*_update$/, 'field of the current agent'],
	];

	it('give the same unique ids, but for fields that one of them lacks', () => {
		const used = new Set<RegExp>();
		const judge = (id: string) => {
			const reason = onlyIn.find(([pattern]) => pattern.test(id));
			if (reason) used.add(reason[0]);
			return reason !== undefined;
		};
		assert.deepEqual(
			[...current.keys()].filter((id) => !older.has(id) && !judge(id)),
			[],
		);
		assert.deepEqual(
			[...older.keys()].filter((id) => !current.has(id) && !judge(id)),
			[],
		);
		assert.deepEqual(onlyIn.filter(([pattern]) => !used.has(pattern)).map(String), []);
		assert.ok([...older.keys()].filter((id) => current.has(id)).length > 80);
	});

	it('give those the same description, and the same state where both have one', () => {
		for (const [id, old] of older) {
			const now = current.get(id);
			if (!now) continue;
			for (const field of [
				'platform',
				'name',
				'key',
				'path',
				'unit_of_measurement',
				'device_class',
				'state_class',
			] as const) {
				assert.equal(old[field], now[field], `${id} ${field}`);
			}
			if (old.state === null || now.state === null || /_(uptime|energy)$|_network_|_[rt]x$/.test(id)) continue;
			assert.equal(old.state, now.state, id);
		}
	});
});

describe('Mapper: what vanishes', () => {
	/** Lists with and without `backup`, at the type's own interval. */
	const lists = (options: Partial<MapperOptions> = {}) => {
		const all = server(options);
		const send = (...names: string[]) =>
			all.send(
				'container_list_update',
				names.map((name) => container(name)),
			);
		const steps = (ms: number, ...names: string[]) => {
			const changes: EntityChange[] = [];
			for (let at = 0; at < ms; at += 30 * second) {
				all.clock.advance(30 * second);
				changes.push(...send(...names));
			}
			return changes;
		};
		const backup = () => all.mapper.entities().filter(({ key }) => key === 'backup');
		send('plex', 'backup');
		return { ...all, send, steps, backup };
	};

	it('is unavailable at once, keeps its last state, and is available again when it comes back', () => {
		const { send, backup, mapper } = lists();
		const states = backup().map(({ state }) => state);
		const gone = send('plex').filter(({ entity }) => entity.key !== null);
		assert.deepEqual(kinds(gone), ['availability']);
		assert.equal(gone.length, backup().length);
		assert.ok(backup().every(({ available, availability }) => !available && !availability.present));
		assert.ok(
			mapper
				.entities()
				.filter(({ key }) => key === 'plex')
				.every(({ available }) => available),
		);
		assert.deepEqual(
			backup().map(({ state }) => state),
			states,
		);
		assert.deepEqual(
			send('plex').filter(({ entity }) => entity.key !== null),
			[],
		);
		const back = send('plex', 'backup').filter(({ entity }) => entity.key !== null);
		assert.equal(back.length, gone.length);
		assert.ok(back.every(({ entity }) => entity.available && entity.key === 'backup'));
	});

	it('takes no command while it is away', () => {
		const { send, mapper } = lists();
		send('plex');
		const refused = (run: () => unknown) =>
			assert.throws(run, (error) => error instanceof AgentStreamError && error.code === 'COMMAND_REFUSED');
		refused(() => mapper.command('tower_container_backup_switch', 'on'));
		refused(() => mapper.command('tower_container_plex_switch', 'toString'));
		refused(() => mapper.command('tower_container_plex_switch', 'press'));
		refused(() => mapper.command('tower_container_plex_state', 'on'));
		refused(() => mapper.command('nobody', 'on'));
		send('plex', 'backup');
		assert.equal(mapper.command('tower_container_backup_switch', 'off').method, 'POST');
	});

	it('takes no command where the server’s name for it cannot stand in a URL', () => {
		const { mapper, send } = server();
		send('vm_list_update', [{ ...list('vm_list_update')[0], name: 'half \ud83d' }]);
		const vm = mapper.entities().find(({ platform }) => platform === 'switch');
		assert.throws(
			() => mapper.command(vm?.unique_id ?? '', 'on'),
			(error) => error instanceof AgentStreamError && error.code === 'COMMAND_REFUSED',
		);
	});

	it('an empty or null list makes all of them unavailable', () => {
		for (const empty of [[], null]) {
			const { mapper, send } = server();
			send('container_list_update', [container('plex')]);
			send('container_list_update', empty);
			const things = mapper.entities().filter(({ subject }) => subject === 'container');
			assert.ok(things.length > 0 && things.every(({ available }) => !available));
		}
	});

	it('is removed after 24 h of healthy lists, not before, and then can be added again', () => {
		const { steps, send, backup } = lists();
		send('plex');
		const before = steps(24 * hour - 30 * second, 'plex');
		assert.ok(before.every(({ kind }) => kind !== 'removed'));
		const count = backup().length;
		const removed = steps(30 * second, 'plex').filter(({ kind }) => kind === 'removed');
		assert.equal(removed.length, count);
		assert.equal(backup().length, 0);
		assert.deepEqual(kinds(send('plex', 'backup').filter(({ entity }) => entity.key === 'backup')), ['added']);
	});

	it('starts anew when it was back in between', () => {
		const { steps, send, backup } = lists();
		send('plex');
		steps(23 * hour, 'plex');
		send('plex', 'backup');
		steps(23 * hour, 'plex');
		assert.ok(backup().length > 0);
	});

	it('is removed after the time that is set, or never', () => {
		const soon = lists({ removeAfter: 60 * second });
		soon.send('plex');
		soon.steps(60 * second, 'plex');
		assert.equal(soon.backup().length, 0);
		const never = lists({ removeAfter: null });
		never.send('plex');
		never.steps(100 * hour, 'plex');
		assert.ok(never.backup().length > 0);
	});

	it('is not removed by a gap: not by a closed socket', () => {
		const { steps, send, backup, mapper, clock } = lists();
		send('plex');
		steps(24 * hour - 60 * second, 'plex');
		mapper.connection(false);
		clock.advance(48 * hour);
		mapper.connection(true);
		assert.deepEqual(
			send('plex').filter(({ kind }) => kind === 'removed'),
			[],
		);
		assert.ok(backup().length > 0);
	});

	it('is not removed by a gap: not by a silent topic, a short break, or a machine that slept', () => {
		const { steps, send, backup, mapper, clock } = lists();
		send('plex');
		steps(24 * hour - 60 * second, 'plex');
		clock.advance(48 * hour);
		send('plex');
		assert.ok(backup().length > 0);
		mapper.connection(false);
		clock.advance(60 * second);
		mapper.connection(true);
		send('plex');
		assert.ok(backup().length > 0);
		clock.jump(clock.now() + 48 * hour);
		send('plex');
		assert.ok(backup().length > 0);
		steps(90 * second, 'plex');
		assert.equal(backup().length, 0);
	});

	it('a singleton or a list that never came vanishes never', () => {
		const { mapper, send } = server();
		send('system_update', one('system_update'));
		send('container_list_update', []);
		assert.ok(
			mapper
				.entities()
				.filter(({ subject }) => subject === 'server')
				.every(({ available }) => available),
		);
	});
});

describe('Mapper: availability', () => {
	it('is lost by all at once when the socket closes, and comes back', () => {
		const { mapper, send } = server();
		send('system_update', one('system_update'));
		send('disk_list_update', list('disk_list_update'));
		const count = mapper.entities().length;
		const closed = mapper.connection(false).filter(({ entity }) => !entity.always_available);
		assert.deepEqual([closed.length, kinds(closed)], [count, ['availability']]);
		const things = () => mapper.entities().filter((entity) => !entity.always_available);
		assert.ok(things().every(({ available, availability }) => !available && !availability.connected));
		assert.deepEqual(mapper.connection(false), []);
		assert.equal(mapper.connection(true).filter(({ entity }) => !entity.always_available).length, count);
		assert.ok(things().every(({ available }) => available));
	});

	it('is kept by what tells of the endpoint itself, which sees the socket close and open', () => {
		const { mapper, send, get, clock } = server();
		send('array_status_update', one('array_status_update'));
		const status = () => get('tower_server_system_status');
		assert.deepEqual([status().state, status().available, status().always_available], ['online', true, true]);
		clock.advance(5 * hour);
		mapper.tick();
		assert.deepEqual([status().availability.fresh, status().available], [false, true]);
		const closed = mapper.connection(false).filter(({ entity }) => entity.always_available);
		assert.deepEqual(
			closed.map(({ kind, entity }) => [kind, entity.state, entity.available]),
			[
				['availability', 'online', true],
				['changed', 'offline', true],
			],
		);
		assert.equal(status().availability.connected, false);
		mapper.connection(true);
		assert.equal(status().state, 'online');
	});

	it('is told by it from a closed socket alone, before anything was received', () => {
		const { mapper, get } = server();
		assert.deepEqual(ids(mapper.connection(false)), ['added tower_server_system_status']);
		assert.deepEqual(
			[get('tower_server_system_status').state, get('tower_server_system_status').available],
			['offline', true],
		);
	});

	it('is lost by the entities of a silent topic only, exactly at its limit', () => {
		const { mapper, send, clock } = server();
		send('system_update', one('system_update'));
		send('array_status_update', one('array_status_update'));
		const limit = 90 * second;
		assert.equal(mapper.nextTick(), clock.now() + limit + 1);
		clock.advance(limit);
		assert.deepEqual(mapper.tick(), []);
		clock.advance(1);
		const changes = mapper.tick();
		assert.ok(changes.length > 0);
		assert.ok(changes.every(({ entity }) => entity.event_type === 'system_update' && !entity.available));
		assert.ok(changes.every(({ entity }) => entity.availability.connected && entity.availability.present));
		assert.deepEqual(mapper.stale(), ['system_update']);
		assert.deepEqual(mapper.tick(), []);
		for (const { event_type, available } of mapper.entities()) assert.equal(available, event_type !== 'system_update');
		const back = send('system_update', one('system_update')).filter(({ kind }) => kind === 'availability');
		assert.equal(back.length, changes.length);
		assert.deepEqual(mapper.stale(), []);
	});

	it('follows a slower cadence once it is learned', () => {
		const { mapper, send, clock } = server();
		for (let i = 0; i < 10; i += 1) {
			send('system_update', one('system_update'));
			clock.advance(60 * second);
		}
		assert.deepEqual(mapper.tick(), []);
		clock.advance(110 * second);
		assert.deepEqual(mapper.tick(), []);
		clock.advance(20 * second);
		assert.ok(mapper.tick().length > 0);
	});

	it('does not learn a cadence from a socket that closes again and again', () => {
		const { mapper, send, clock } = server();
		for (let i = 0; i < 10; i += 1) {
			send('system_update', one('system_update'));
			mapper.connection(false);
			clock.advance(80 * second);
			mapper.connection(true);
		}
		send('system_update', one('system_update'));
		clock.advance(90 * second + 1);
		assert.ok(mapper.tick().length > 0);
	});

	it('counts what REST answered as fresh, and learns no cadence from it', () => {
		const { mapper, reader, send, clock } = server();
		const fetch = () => {
			for (const event of reader.readRest('system_update', one('system_update'), clock.now())) mapper.apply(event);
		};
		for (let i = 0; i < 10; i += 1) {
			fetch();
			clock.advance(80 * second);
		}
		assert.deepEqual(mapper.stale(), []);
		send('system_update', one('system_update'));
		clock.advance(90 * second + 1);
		assert.ok(mapper.tick().length > 0);
	});

	it('is not taken up by the older name of a topic', () => {
		const { mapper, reader, clock } = server();
		const gpus = typical('gpu_metrics_update');
		const send = () => reader.readValue({ event: 'update', data: gpus }).flatMap((event) => mapper.apply(event));
		send();
		clock.advance(180 * second);
		assert.deepEqual(mapper.tick(), []);
		send();
		clock.advance(180 * second + 1);
		assert.ok(mapper.tick().length > 0);
		assert.deepEqual(mapper.stale(), ['gpu_metrics_update']);
	});

	it('stays lost while the socket is closed, whatever still arrives', () => {
		const { mapper, send } = server();
		send('system_update', one('system_update'));
		mapper.connection(false);
		send('system_update', { ...one('system_update'), cpu_usage_percent: 99 });
		send('array_status_update', one('array_status_update'));
		assert.ok(mapper.entities().every(({ available, always_available: always }) => available === always));
	});
});

describe('Mapper: readings', () => {
	const disk = (more: Fields) => [
		{ ...list('disk_list_update').find(({ name }) => name === 'disk1'), id: 'WD-1', ...more },
	];

	it('a disk in standby has no temperature, keeps its verdict, and is available', () => {
		const { send, get } = server();
		send('disk_list_update', disk({ temperature_celsius: 34, spin_state: 'active', smart_status: 'PASSED' }));
		send('disk_list_update', disk({ temperature_celsius: 0, spin_state: 'standby', smart_status: 'UNKNOWN' }));
		assert.deepEqual(
			[get('tower_disk_WD-1_temperature').state, get('tower_disk_WD-1_temperature').available],
			[null, true],
		);
		assert.equal(get('tower_disk_WD-1_health').state, 'PASSED');
		assert.equal(get('tower_disk_WD-1_spin').state, 'off');
		send('disk_list_update', disk({ temperature_celsius: 35, spin_state: 'active', smart_status: 'FAILED' }));
		assert.equal(get('tower_disk_WD-1_temperature').state, 35);
		assert.equal(get('tower_disk_WD-1_health').state, 'FAILED');
	});

	it('a field that is missing or was dropped is unknown, not the last value', () => {
		const { send, get } = server();
		send('system_update', { ...one('system_update'), cpu_usage_percent: 12 });
		for (const cpu_usage_percent of [null, 'much', 101, -1, undefined]) {
			send('system_update', { ...one('system_update'), cpu_usage_percent });
			assert.equal(get('tower_server_cpu_usage').state, null, String(cpu_usage_percent));
			send('system_update', { ...one('system_update'), cpu_usage_percent: 12 });
			assert.equal(get('tower_server_cpu_usage').state, 12);
		}
	});

	it('a UPS that lost its connection has no readings, and makes none before it had one', () => {
		const { mapper, send, get } = server();
		const ups = { ...one('ups_status_update'), battery_charge_percent: 0, load_percent: 0, power_watts: 0 };
		send('ups_status_update', { ...ups, connected: false, status: '' });
		assert.equal(mapper.entities().length, 0);
		// Nothing but the connection changes.
		send('ups_status_update', { ...ups, connected: true, status: '' });
		assert.deepEqual([get('tower_ups_battery').state, get('tower_ups_load').state], [0, 0]);
		send('ups_status_update', { ...ups, connected: false, status: '' });
		for (const row of ['battery', 'load', 'power', 'runtime']) assert.equal(get(`tower_ups_${row}`).state, null, row);
		assert.deepEqual([get('tower_ups_connected').state, get('tower_ups_status').state], ['off', 'comm_lost']);
	});

	it('sizes that are missing are not taken for a full disk or array', () => {
		const { send, get } = server();
		const { used_percent: _used, free_bytes: _free, ...array } = one('array_status_update');
		send('array_status_update', array);
		assert.equal(get('tower_array_usage').state, null);
		assert.equal(get('tower_array_usage').attributes.used_space, undefined);
	});

	it('an uptime that no server can have is unknown', () => {
		const { send, get } = server();
		for (const uptime_seconds of [1e300, 1e15, 9e10]) {
			send('system_update', { ...one('system_update'), uptime_seconds });
			assert.equal(get('tower_server_uptime').state, null);
		}
	});

	it('no value of any field of a real frame makes it throw, or gives a state that is no state', () => {
		const frames = recording('encoded-typical.jsonl');
		const odd = fc.oneof(
			fc.jsonValue({ maxDepth: 2 }),
			fc.constantFrom<unknown>(
				1e300,
				-1e300,
				-1,
				2 ** 60,
				0.1,
				'',
				'x'.repeat(5000),
				'\ud800',
				'$&',
				'0001-01-01T00:00:00Z',
				null,
			),
		);
		const edit = fc.tuple(fc.constantFrom(...frames), fc.nat(), odd);
		fc.assert(
			fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
				const { mapper, reader } = server();
				for (const [{ raw }, at, value] of edits) {
					const frame = JSON.parse(raw) as { data: unknown };
					const target = (Array.isArray(frame.data) ? frame.data[at % frame.data.length] : frame.data) as
						| Fields
						| undefined;
					const keys = Object.keys(target ?? {});
					if (target) target[keys[at % keys.length] ?? ''] = value;
					for (const event of reader.readValue(frame)) mapper.apply(event);
				}
				for (const entity of mapper.entities()) {
					entitySchema.parse(entity);
					if (typeof entity.state === 'string') assert.ok(entity.state.length <= limits.textLength);
					if (typeof entity.state === 'number') assert.ok(Number.isFinite(entity.state));
					assert.ok(entity.name.length < 400);
				}
			}),
			{ numRuns: 500 },
		);
	});
});

describe('Mapper: energy and rates', () => {
	const ups = (power_watts: unknown) => ({
		...one('ups_status_update'),
		connected: true,
		power_watts,
		nominal_power_watts: 1000,
	});
	const nic = (bytes: number, more: Fields = {}) => {
		const { rx_bytes_per_sec: _rx, tx_bytes_per_sec: _tx, ...rest } = list('network_list_update')[0] ?? {};
		return [{ ...rest, name: 'eth0', state: 'up', bytes_received: bytes, bytes_sent: 0, ...more }];
	};
	const energy = 'tower_ups_energy';
	const rx = 'tower_network_eth0_rx';

	it('integrates power over time, by trapezoids', () => {
		const { send, get, clock } = server();
		send('ups_status_update', ups(100));
		assert.equal(get(energy).state, 0);
		clock.advance(hour / 2);
		send('ups_status_update', ups(300));
		assert.equal(get(energy).state, 0.1);
		clock.advance(hour);
		send('ups_status_update', ups(300));
		assert.equal(get(energy).state, 0.4);
	});

	it('adds nothing over a gap of more than an hour, without a reading, or for the same time twice', () => {
		const { send, get, clock } = server();
		send('ups_status_update', ups(1000));
		clock.advance(hour + 1);
		send('ups_status_update', ups(1000));
		assert.equal(get(energy).state, 0);
		clock.advance(hour);
		send('ups_status_update', ups(null));
		clock.advance(hour);
		send('ups_status_update', ups(1000));
		assert.equal(get(energy).state, 0);
		send('ups_status_update', ups(1000));
		assert.equal(get(energy).state, 0);
		clock.advance(hour);
		send('ups_status_update', ups(1000));
		assert.equal(get(energy).state, 1);
	});

	it('goes on after a restart, with what the earlier run saved', () => {
		const first = server();
		first.send('ups_status_update', ups(1000));
		first.clock.advance(hour);
		first.send('ups_status_update', ups(1000));
		const memory = JSON.parse(JSON.stringify(first.mapper.save()));
		first.clock.advance(60 * second);
		const next = server({ memory }, first.clock);
		assert.deepEqual(next.mapper.save(), memory);
		next.send('ups_status_update', ups(1000));
		assert.equal(next.get(energy).state, 1.017);
		const late = server({ memory }, first.clock);
		first.clock.advance(5 * hour);
		late.send('ups_status_update', ups(1000));
		assert.equal(late.get(energy).state, 1);
	});

	it('does not stand still for years after a clock that was wrong once', () => {
		const { send, get, clock } = server();
		const now = clock.now();
		clock.jump(now + 10_000 * hour);
		send('ups_status_update', ups(1000));
		clock.jump(now);
		send('ups_status_update', ups(1000));
		clock.advance(hour);
		send('ups_status_update', ups(1000));
		assert.equal(get(energy).state, 1);
	});

	it('ignores memory that is none of its own', () => {
		const { send, get } = server({ memory: { [energy]: { watt_hours: 'x', at: null, watts: 'y' } } });
		send('ups_status_update', ups(5));
		assert.equal(get(energy).state, 0);
	});

	it('tells a rate from a counter, in kbit/s', () => {
		const { send, get, clock } = server();
		send('network_list_update', nic(1_000_000));
		assert.equal(get(rx).state, null);
		clock.advance(60 * second);
		send('network_list_update', nic(1_000_000 + 750_000));
		assert.equal(get(rx).state, 100);
	});

	it('keeps a rate while the counter stands still for a while, then shows 0', () => {
		const { send, get, clock } = server();
		send('network_list_update', nic(0));
		clock.advance(60 * second);
		send('network_list_update', nic(750_000));
		clock.advance(60 * second);
		assert.deepEqual(
			ids(send('network_list_update', nic(750_000))).filter((id) => id.includes('rx')),
			[],
		);
		assert.equal(get(rx).state, 100);
		clock.advance(60 * second);
		send('network_list_update', nic(2_250_000));
		assert.equal(get(rx).state, 100);
		clock.advance(301 * second);
		send('network_list_update', nic(2_250_000));
		assert.equal(get(rx).state, 0);
	});

	it('starts anew when the counter or the clock went back', () => {
		const { send, get, clock } = server();
		send('network_list_update', nic(1_000_000));
		clock.advance(60 * second);
		send('network_list_update', nic(10));
		assert.equal(get(rx).state, null);
		clock.advance(60 * second);
		send('network_list_update', nic(10 + 750_000));
		assert.equal(get(rx).state, 100);
		clock.jump(clock.now() - hour);
		send('network_list_update', nic(2_000_000));
		assert.equal(get(rx).state, null);
	});

	it('takes the rate that the agent computed where it sends one', () => {
		const { send, get } = server();
		send('network_list_update', nic(1, { rx_bytes_per_sec: 12_500, tx_bytes_per_sec: 0 }));
		assert.equal(get(rx).state, 100);
		assert.equal(get('tower_network_eth0_tx').state, 0);
	});

	it('makes the entities of a link that came up, though no counter moved', () => {
		const { send, get, mapper } = server();
		send('network_list_update', nic(5, { state: 'down' }));
		assert.ok(mapper.entities().every(({ row }) => row !== 'rx'));
		send('network_list_update', nic(5));
		assert.equal(get(rx).state, null);
	});
});

describe('Mapper: data that nobody validated', () => {
	it('is reported once, and the next event is mapped', () => {
		const reports: AgentStreamError[] = [];
		const clock = new FakeClock();
		const mapper = new Mapper({ source: 'tower', dialect: unraid, clock, report: (error) => void reports.push(error) });
		const reader = new EventReader({ source: 'tower', dialect: unraid, clock });
		const [good] = reader.readValue({
			event: 'disk_list_update',
			timestamp: new Date(clock.now()).toISOString(),
			data: [{ id: 'A_1', name: 'disk1', device: 'sda', status: 'DISK_OK', size_bytes: 10, used_bytes: 5 }],
		});
		assert.ok(good);
		for (const data of [5, 'text', { a: 1 }, [[1]]]) mapper.apply({ ...good, data });
		assert.deepEqual([...new Set(reports.map(({ code }) => code))], ['ENTITY_INVALID']);
		assert.equal(reports.length, new Set(reports.map(({ message }) => message)).size);
		assert.ok(mapper.apply(good).some(({ entity }) => entity.subject === 'disk' && entity.row === 'usage'));
	});
});

describe('Mapper with sub-devices', () => {
	const mapped = (subDevices: boolean) => {
		const clock = new FakeClock();
		const mapper = new Mapper({ source: 'tower', dialect: unraid, clock, subDevices });
		const reader = new EventReader({ source: 'tower', dialect: unraid, clock });
		for (const { raw } of recording('encoded-typical.jsonl')) for (const event of reader.read(raw)) mapper.apply(event);
		return new Map(mapper.entities().map((entity) => [entity.unique_id, entity]));
	};
	const plain = mapped(false);
	const own = mapped(true);

	it('gives disks, UPS, GPUs, containers and machines devices of their own, connected via the server', () => {
		const [ups] = [...own.values()].filter(({ subject, row }) => subject === 'ups' && row === 'battery');
		assert.deepEqual(ups?.device, {
			identifiers: ['agent-stream_tower_ups'],
			name: 'Tower UPS',
			via_device: 'agent-stream_tower',
		});
		assert.equal(ups?.name, 'Battery');
		const disk = [...own.values()].find(
			({ subject, row, name }) => subject === 'disk' && row === 'temperature' && name,
		);
		assert.equal(disk?.name, 'Temperature');
		assert.match(disk?.device.name ?? '', /^Tower (disk|parity|cache)/);
		const cpu = own.get('tower_server_cpu_usage');
		assert.deepEqual(cpu?.device.identifiers, ['agent-stream_tower']);
	});

	it('keeps every unique id and state', () => {
		assert.deepEqual(
			[...own.values()].map(({ unique_id, state }) => [unique_id, state]),
			[...plain.values()].map(({ unique_id, state }) => [unique_id, state]),
		);
	});

	it('gives no two entities of one device the same name', () => {
		const names = [...own.values()].map(({ device, platform, name }) => `${device.identifiers[0]} ${platform} ${name}`);
		assert.deepEqual(
			names.filter((name, index) => names.indexOf(name) !== index),
			[],
		);
	});
});

describe('Mapper: over a restart', () => {
	const disks = (more: Fields) => list('disk_list_update').map((disk) => ({ ...disk, ...more }));
	const restarted = (first: Mapper) => server({ memory: JSON.parse(JSON.stringify(first.save())) });

	it('keeps what a thing had, though it has nothing to say of it at the moment', () => {
		const first = server();
		first.send('network_list_update', [{ name: 'eth1', state: 'up', rx_bytes_per_sec: 1e6, tx_bytes_per_sec: 0 }]);
		first.send('disk_list_update', disks({ power_on_hours: 12_345 }));
		const hours = first.mapper.entities().filter(({ row }) => row === 'power_on_hours');
		assert.ok(hours.length > 0 && hours.every(({ state }) => state === 12_345));
		const second = restarted(first.mapper);
		second.send('network_list_update', [{ name: 'eth1', state: 'down', rx_bytes_per_sec: 0, tx_bytes_per_sec: 0 }]);
		second.send('disk_list_update', disks({ power_on_hours: 0, spin_state: 'standby' }));
		assert.equal(second.get('tower_network_eth1_rx').state, 0);
		for (const { unique_id } of hours) assert.equal(second.get(unique_id).state, 12_345, unique_id);
		// One that never was is not made up.
		const third = server();
		third.send('network_list_update', [{ name: 'eth1', state: 'down' }]);
		assert.ok(!third.mapper.entities().some(({ row }) => row === 'rx'));
	});

	it('goes on from the total of a thing that was removed, and came back', () => {
		const first = server({ removeAfter: hour });
		const gpu = list('gpu_metrics_update')
			.slice(0, 1)
			.map((each) => ({ ...each, power_draw_watts: 100 }));
		const total = () => first.mapper.entities().find(({ row }) => row === 'energy');
		for (let minutes = 0; minutes < 60; minutes += 1) {
			first.send('gpu_metrics_update', gpu);
			first.clock.advance(60 * second);
		}
		const before = Number(total()?.state);
		assert.ok(before > 0.09, String(before));
		for (let minutes = 0; minutes < 120; minutes += 1) {
			first.send('gpu_metrics_update', []);
			first.clock.advance(60 * second);
		}
		assert.equal(total(), undefined);
		first.send('gpu_metrics_update', gpu);
		assert.ok(Number(total()?.state) >= before);
	});

	it('keeps the name of a server that says nothing of it once', () => {
		const { send, get } = server();
		const system = one('system_update');
		send('system_update', system);
		const { name } = get('tower_server_cpu_usage').device;
		send('system_update', { ...system, hostname: '' });
		assert.equal(get('tower_server_cpu_usage').device.name, name);
	});

	it('remembers a bounded number of them', () => {
		const many = Object.fromEntries(Array.from({ length: limits.entities + 5 }, (_, n) => [`tower_x_${n}`, {}]));
		const { mapper, send } = server({ memory: many });
		send('network_list_update', [{ name: 'eth1', state: 'up', rx_bytes_per_sec: 1 }]);
		const saved = Object.keys(mapper.save()).filter((id) => !id.startsWith('$'));
		assert.equal(saved.length, limits.entities);
		assert.ok(saved.includes('tower_network_eth1_rx'));
	});
});
