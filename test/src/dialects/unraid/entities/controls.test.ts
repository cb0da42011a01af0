import assert from 'node:assert/strict';
import { unraid } from '../../../../../src/dialects/unraid';
import { container } from '../../../../../src/dialects/unraid/entities/container';
import { controls } from '../../../../../src/dialects/unraid/entities/controls';
import { vm } from '../../../../../src/dialects/unraid/entities/vm';
import { AgentStreamError } from '../../../../../src/model/errors';
import type { StreamEvent } from '../../../../../src/model/event';
import { Pipeline } from '../../../../../src/pipeline';
import { FakeClock } from '../../../../support/fake-clock';
import { fixtureJson, frameOf, recording } from '../../../../support/unraid-recordings';

/** What the integration did when each of its controls was used, in a real Home Assistant. */
interface Call {
	readonly entity_id: string;
	readonly service: string;
	readonly data: { readonly value?: number };
	readonly requests: readonly [{ readonly method: string; readonly path: string; readonly body: object | null }];
}

const actions: Readonly<Record<string, string>> = {
	'button.press': 'press',
	'switch.turn_on': 'on',
	'switch.turn_off': 'off',
	'number.set_value': 'set',
};

/** What every event from REST has in common. */
const rest: Omit<StreamEvent, 'type' | 'data'> = {
	source: 'tower',
	dialect: 'unraid',
	by: 'name',
	time: null,
	at: 0,
	received: 0,
	replayed: false,
	via: 'rest',
	valid: true,
	rejected: false,
	issues: [],
};

function server(...frames: readonly string[]): Pipeline {
	const pipeline = new Pipeline({
		source: 'tower',
		dialect: unraid,
		clock: new FakeClock(),
		tables: () => ({ ...unraid, subjects: [container, vm, ...controls] }),
		changed: () => {},
	});
	for (const frame of frames) pipeline.frame(frame);
	return pipeline;
}

const live = () => server(...recording('live-60s.jsonl').map(({ raw }) => raw));

describe('the controls of the Unraid agent', () => {
	const { calls } = fixtureJson('ha-reference-commands.json') as { calls: readonly Call[] };
	const { entities } = fixtureJson('ha-reference-entities.json') as {
		entities: readonly { readonly entity_id: string; readonly original_name: string; readonly domain: string }[];
	};
	const machines = new Map([
		['a617d4bd4b2e551c893e7489ef4c4393', 'hassos (test) "ü"'],
		['0327aa42e9895885a5fed6c50c3ec8dd', 'ubuntu-server'],
		['72ee10e1adf156559b8427925982219a', 'Windows 11'],
	]);

	/** What the agent accepts in place of what the integration sent: `corrections_for_current_agent`, and encoded names. */
	function corrected({ method, path, body }: Call['requests'][0]) {
		const names = path.split('/').map((name) => encodeURIComponent(machines.get(name) ?? name));
		const { speed_percent: percent, ...rest } = (body ?? {}) as { speed_percent?: number };
		const right = percent === undefined ? body : { ...rest, pwm_percent: percent };
		return { method, path: names.join('/'), ...(right && { body: right }) };
	}

	it('send what the integration sent, where that was right, and what the agent accepts, where it was not', () => {
		const pipeline = live();
		const ours = pipeline.entities();
		let compared = 0;
		for (const { entity_id: id, service, data, requests } of calls) {
			if (/_spin$/.test(id)) continue;
			const theirs = entities.find((entity) => entity.entity_id === id);
			const mine = ours.find(
				({ name, platform }) => name === theirs?.original_name && platform === id.slice(0, id.indexOf('.')),
			);
			assert.ok(mine, `${id} ${theirs?.original_name}`);
			const {
				changes: _changes,
				announces: _announces,
				...request
			} = pipeline.command(mine.unique_id, actions[service] ?? '', data.value);
			assert.deepEqual(request, corrected(requests[0]), id);
			compared += 1;
		}
		assert.ok(compared >= 50, `${compared} compared`);
		pipeline.close();
	});

	it('run a user script in the background', () => {
		const pipeline = server();
		const data = [{ name: 'backup all', description: '' }, null, { name: '' }];
		pipeline.event({ ...rest, type: 'user_scripts', data });
		const [script, ...others] = pipeline.entities();
		assert.deepEqual([script?.name, script?.enabled_by_default, others.length], ['User Script backup all', false, 0]);
		assert.deepEqual(script?.attributes, { script_name: 'backup all', description: 'No description' });
		const { path, body } = pipeline.command(script?.unique_id ?? '', 'press');
		assert.deepEqual([path, body], ['/user-scripts/backup%20all/execute', { background: true, wait: false }]);
		pipeline.close();
	});

	it('are off by default and ask for a confirmation where they can do harm', () => {
		const pipeline = live();
		const harmful = pipeline.entities().filter(({ command }) => command?.destructive);
		const keys = new Set(harmful.map(({ subject, row }) => `${subject}.${row}`));
		assert.deepEqual([...keys].sort(), ['array.stop', 'server.reboot', 'server.shutdown', 'vm.force_stop', 'vm.reset']);
		for (const { enabled_by_default: enabled, platform } of harmful) {
			assert.equal(enabled, false);
			assert.equal(platform, 'button');
		}
		pipeline.close();
	});

	it('show an autostart that nobody tells as unknown, a mounted share as on, and no image', () => {
		const remote_shares = [
			{ source: '//nas/a', type: 'smb', status: 'mounted', mount_point: '/mnt/a', smb_server: 'nas' },
			{ source: 'nas:/b', type: 'nfs', status: 'unmounted', mount_point: '/mnt/b', nfs_server: 'nas' },
			{ source: '/mnt/user/c.iso', type: 'iso', status: 'mounted', mount_point: '/mnt/c' },
		];
		const pipeline = server(
			frameOf('container_list_update', [{ id: 'aaaaaaaaaaaa', name: 'plex', state: 'running' }]),
			frameOf('unassigned_devices_update', { devices: [], remote_shares }),
		);
		const states = Object.fromEntries(
			pipeline
				.entities()
				.filter(({ platform }) => platform === 'switch')
				.map(({ name, state }) => [name, state]),
		);
		assert.deepEqual(states, {
			'Container plex': 'on',
			'Container plex Autostart': null,
			'Remote Share //nas/a': 'on',
			'Remote Share nas:/b': 'off',
		});
		pipeline.close();
	});

	it('of a container follow its name to its new id', () => {
		const at = (id: string) => frameOf('container_list_update', [{ id, name: 'plex', state: 'running' }]);
		const pipeline = server(at('aaaaaaaaaaaa'));
		const path = () => pipeline.command('tower_container_plex_restart', 'press').path;
		assert.equal(path(), '/docker/aaaaaaaaaaaa/restart');
		pipeline.frame(at('bbbbbbbbbbbb'));
		assert.equal(path(), '/docker/bbbbbbbbbbbb/restart');
		pipeline.frame(frameOf('container_list_update', []));
		assert.throws(path, (thrown) => thrown instanceof AgentStreamError && thrown.code === 'COMMAND_REFUSED');
		pipeline.close();
	});

	it('tell two fans of one name apart, and leave out those that nobody can control', () => {
		const fan = (id: string, name: string, controllable = true) => ({
			id,
			name,
			controllable,
			pwm_percent: 30,
			rpm: 1,
		});
		const fans = [fan('hwmon1_fan1', 'Fan'), fan('hwmon2_fan1', 'Fan'), fan('hwmon1_fan2', 'Rear', false)];
		const pipeline = server(frameOf('fan_control_update', { fans }));
		assert.deepEqual(
			pipeline.entities().map(({ name, state, range }) => [name, state, range?.max]),
			[
				['Fan Fan hwmon1_fan1 Speed', 30, 100],
				['Fan Fan hwmon2_fan1 Speed', 30, 100],
			],
		);
		pipeline.close();
	});

	it('of every row ask for a confirmation only where one can be given', () => {
		for (const { rows } of [container, vm, ...controls]) {
			for (const { platform, command } of rows) {
				assert.ok(!command?.destructive || platform === 'button' || platform === 'update');
			}
		}
	});

	it('offer an update of a plugin, and keep it when there is none any more', () => {
		const pipeline = server();
		const plugin = { name: 'community.applications', version: '1', author: '', enabled: true };
		const tell = (type: string, data: unknown) => pipeline.event({ ...rest, type, data });
		tell('plugins', { plugins: [{ ...plugin, update_available: false }] });
		const update = () => {
			const found = pipeline.entities().find(({ subject }) => subject === 'plugin');
			return [found?.state, found?.attributes.latest_version, found?.available, found?.command?.destructive];
		};
		assert.deepEqual(update(), ['off', '1', true, true]);
		const news = { ...plugin, update_available: true, latest_version: '2' };
		tell('plugin_updates_update', { plugins: [news], total_count: 1, updates_available: 1 });
		assert.deepEqual(update(), ['on', '2', true, true]);
		tell('plugin_updates_update', { plugins: [], total_count: 1, updates_available: 0 });
		assert.deepEqual(update(), ['off', '1', true, true]);
		pipeline.close();
	});

	it('offer an update of a container where the agent looks for one', () => {
		const one = { id: 'aaaaaaaaaaaa', name: 'plex', state: 'running', version: '1.2', image: 'plex:1.2' };
		const pipeline = server(frameOf('container_list_update', [{ ...one, update_available: false }]));
		const update = () => pipeline.entity('tower_container_plex_update');
		assert.deepEqual([update()?.state, update()?.attributes.latest_version], ['off', '1.2']);
		pipeline.frame(frameOf('container_list_update', [{ ...one, update_available: true }]));
		assert.deepEqual([update()?.state, update()?.attributes.latest_version], ['on', 'newer image']);
		assert.equal(pipeline.command('tower_container_plex_update', 'install').path, '/docker/aaaaaaaaaaaa/update');
		pipeline.close();
	});
});
