import assert from 'node:assert/strict';
import { unraid } from '../../../../src/dialects/unraid';
import { commandNamed, commands, requestOf } from '../../../../src/dialects/unraid/commands';
import { commandRequest, isDestructive } from '../../../../src/model/command';
import { AgentStreamError } from '../../../../src/model/errors';

const world = {
	container_list_update: [{ id: 'a8ec3fe855e1', name: 'plex' }, null],
	vm_list_update: [
		{ id: '72ee10e1', name: 'Windows 11' },
		{ id: '1', name: 'hassos (test) "ü"/..' },
	],
	fan_control_update: { fans: [{ id: 'hwmon1_fan1', name: 'Fan 1' }] },
};

type Expected = readonly [given: object, method: string, path: string, body?: object];

/** What the agent accepts, from `unraid-services.json` with its corrections: every command, each with one call. */
const calls: Readonly<Record<string, Expected>> = {
	container_start: [{ container: 'plex' }, 'POST', '/docker/a8ec3fe855e1/start'],
	container_stop: [{ container: 'plex' }, 'POST', '/docker/a8ec3fe855e1/stop'],
	container_restart: [{ container: 'a8ec3fe855e1' }, 'POST', '/docker/a8ec3fe855e1/restart'],
	container_pause: [{ container: 'plex' }, 'POST', '/docker/a8ec3fe855e1/pause'],
	container_resume: [{ container: 'plex' }, 'POST', '/docker/a8ec3fe855e1/unpause'],
	container_remove: [
		{ container: 'plex' },
		'POST',
		'/docker/a8ec3fe855e1/remove',
		{ confirm: true, remove_image: false },
	],
	container_set_autostart: [
		{ container: 'plex', enabled: false },
		'POST',
		'/docker/a8ec3fe855e1/autostart',
		{ enabled: false, confirm: true },
	],
	container_update: [{ container: 'plex' }, 'POST', '/docker/a8ec3fe855e1/update'],
	container_update_all: [{}, 'POST', '/docker/update-all'],
	container_updates_refresh: [{}, 'POST', '/docker/updates/refresh'],
	vm_start: [{ vm: 'Windows 11' }, 'POST', '/vm/Windows%2011/start'],
	vm_stop: [{ vm: '72ee10e1' }, 'POST', '/vm/Windows%2011/stop'],
	vm_restart: [{ vm: 'Windows 11' }, 'POST', '/vm/Windows%2011/restart'],
	vm_pause: [{ vm: 'Windows 11' }, 'POST', '/vm/Windows%2011/pause'],
	vm_resume: [{ vm: 'Windows 11' }, 'POST', '/vm/Windows%2011/resume'],
	vm_hibernate: [{ vm: 'Windows 11' }, 'POST', '/vm/Windows%2011/hibernate'],
	vm_force_stop: [{ vm: 'Windows 11' }, 'POST', '/vm/Windows%2011/force-stop'],
	vm_reset: [{ vm: '1' }, 'POST', '/vm/hassos%20(test)%20%22%C3%BC%22%2F../reset', { confirm: true }],
	vm_clone: [{ vm: 'Windows 11', body: { name: 'copy' } }, 'POST', '/vm/Windows%2011/clone', { name: 'copy' }],
	vm_snapshot: [{ vm: 'Windows 11' }, 'POST', '/vm/Windows%2011/snapshot'],
	vm_snapshot_delete: [{ vm: 'Windows 11', snapshot: 'a/b' }, 'DELETE', '/vm/Windows%2011/snapshots/a%2Fb'],
	vm_snapshot_restore: [{ vm: 'Windows 11', snapshot: 's' }, 'POST', '/vm/Windows%2011/snapshots/s/restore'],
	array_start: [{}, 'POST', '/array/start'],
	array_stop: [{}, 'POST', '/array/stop'],
	array_clear_disk_stats: [{}, 'POST', '/array/clear-disk-stats', { confirm: true }],
	parity_check_start: [{ correcting: true }, 'POST', '/array/parity-check/start?correcting=true'],
	parity_check_stop: [{}, 'POST', '/array/parity-check/stop'],
	parity_check_pause: [{}, 'POST', '/array/parity-check/pause'],
	parity_check_resume: [{}, 'POST', '/array/parity-check/resume'],
	system_shutdown: [{}, 'POST', '/system/shutdown'],
	system_reboot: [{}, 'POST', '/system/reboot'],
	remote_share_mount: [
		{ source: '//nas2/public' },
		'POST',
		'/unassigned/remote-shares/mount',
		{ source: '//nas2/public' },
	],
	remote_share_unmount: [
		{ source: 'nas3:/export/bk' },
		'POST',
		'/unassigned/remote-shares/unmount',
		{ source: 'nas3:/export/bk' },
	],
	share_config: [{ name: 'My Media', body: { comment: 'x' } }, 'POST', '/shares/My%20Media/config', { comment: 'x' }],
	user_script_execute: [
		{ name: 'backup all' },
		'POST',
		'/user-scripts/backup%20all/execute',
		{ background: true, wait: false },
	],
	notification_create: [{ body: { title: 'Hi' } }, 'POST', '/notifications', { title: 'Hi' }],
	notifications_archive_all: [{}, 'POST', '/notifications/archive/all'],
	notification_archive: [{ id: 'a b.notify' }, 'POST', '/notifications/a%20b.notify/archive'],
	notification_unarchive: [{ id: 'a' }, 'POST', '/notifications/a/unarchive'],
	notification_delete: [{ id: 'a' }, 'DELETE', '/notifications/a'],
	plugin_update: [{ name: 'community.applications' }, 'POST', '/plugins/community.applications/update'],
	plugin_update_all: [{}, 'POST', '/plugins/update-all'],
	plugin_updates_refresh: [{}, 'POST', '/plugins/updates/refresh'],
	service_control: [{ name: 'smb', action: 'restart' }, 'POST', '/services/smb/restart'],
	system_settings: [{ body: { a: 1 } }, 'POST', '/settings/system', { a: 1 }],
	fan_speed: [{ fan: 'Fan 1', percent: 40 }, 'POST', '/fans/speed', { fan_id: 'hwmon1_fan1', pwm_percent: 40 }],
	fan_mode: [{ fan: 'Fan 1', mode: 'manual' }, 'POST', '/fans/mode', { fan_id: 'hwmon1_fan1', mode: 'manual' }],
	fan_profile: [
		{ fan: 'hwmon1_fan1', profile_name: 'quiet' },
		'POST',
		'/fans/profile',
		{ fan_id: 'hwmon1_fan1', profile_name: 'quiet' },
	],
	fan_profile_create: [
		{ name: 'mine', curve_points: [{ temp_celsius: 30, speed_percent: 20 }] },
		'POST',
		'/fans/profile/create',
		{ name: 'mine', curve_points: [{ temp_celsius: 30, speed_percent: 20 }] },
	],
	fan_defaults: [{}, 'POST', '/fans/defaults'],
	fan_config: [{ body: { control_enabled: true } }, 'PUT', '/fans/config', { control_enabled: true }],
	cpu_governor: [{ governor: 'powersave' }, 'POST', '/cpu/governor', { governor: 'powersave' }],
	tuning_turbo: [{ enabled: false }, 'POST', '/tuning/turbo', { enabled: false }],
	tuning_disk_cache: [{ dirty_ratio: 10 }, 'POST', '/tuning/disk-cache', { dirty_ratio: 10 }],
	tuning_inotify: [
		{ max_user_watches: 1, max_user_instances: 2, max_queued_events: 3 },
		'POST',
		'/tuning/inotify',
		{ max_user_watches: 1, max_user_instances: 2, max_queued_events: 3 },
	],
	collector_enable: [{ name: 'docker' }, 'POST', '/collectors/docker/enable'],
	collector_disable: [{ name: 'docker' }, 'POST', '/collectors/docker/disable'],
	collector_interval: [{ name: 'docker', interval: 60 }, 'PATCH', '/collectors/docker/interval', { interval: 60 }],
	mqtt_publish: [{ topic: 'a', payload: 'b', qos: 1 }, 'POST', '/mqtt/publish', { topic: 'a', payload: 'b', qos: 1 }],
	mqtt_test: [{}, 'POST', '/mqtt/test'],
};

/** Those that the facts call of high risk or destructive. */
const harmful = [
	'container_remove',
	'container_update',
	'container_update_all',
	'vm_force_stop',
	'vm_reset',
	'vm_snapshot_delete',
	'vm_snapshot_restore',
	'array_stop',
	'system_shutdown',
	'system_reboot',
	'share_config',
	'user_script_execute',
	'plugin_update',
	'plugin_update_all',
	'service_control',
	'system_settings',
];

const refused = (pattern: RegExp) => (thrown: unknown) =>
	thrown instanceof AgentStreamError && thrown.code === 'COMMAND_REFUSED' && pattern.test(thrown.message);

describe('the commands of the Unraid agent', () => {
	it('are all here, each with one example', () => {
		assert.deepEqual(commands.map(({ name }) => name).sort(), Object.keys(calls).sort());
		assert.equal(unraid.commands, commands);
		for (const { name, title, group, parameters } of commands) {
			assert.match(name, /^[a-z][a-z0-9_]*$/);
			assert.ok(title !== '' && group !== '', name);
			assert.equal(new Set(parameters.map((each) => each.name)).size, parameters.length, name);
			assert.ok(!parameters.some((each) => each.name === 'confirm' || each.name === 'entity'), `${name}: taken words`);
		}
	});

	for (const [name, [given, method, path, body]] of Object.entries(calls)) {
		it(`${name} is ${method} ${path}`, () => {
			const { changes, announces: _announces, ...call } = commandRequest(commandNamed(name), { ...given }, world);
			assert.deepEqual(call, { method, path, ...(body && { body }) });
			for (const type of changes ?? []) assert.ok(unraid.types[type]?.rest, `${type} cannot be fetched`);
		});
	}

	it('do harm where the facts say so', () => {
		assert.deepEqual(
			commands.filter(isDestructive).map(({ name }) => name),
			commands.map(({ name }) => name).filter((name) => harmful.includes(name)),
		);
		assert.equal(commands.filter(isDestructive).length, harmful.length);
	});

	it('tell of a shutdown and a reboot what the agent does not', () => {
		for (const action of ['shutdown', 'reboot']) {
			const { announces } = commandNamed(`system_${action}`).request({});
			assert.deepEqual(announces, { type: 'action_requested', data: { action } });
		}
		assert.ok(Object.hasOwn(unraid.types, 'action_requested'));
	});

	it('are refused with what is unknown, missing or wrong, and say so', () => {
		const call = (name: string, given: object) => () => commandRequest(commandNamed(name), { ...given }, world);
		assert.throws(call('container_start', {}), refused(/parameter container is missing/));
		assert.throws(call('container_start', { container: '' }), refused(/is missing/));
		assert.throws(call('container_start', { container: 'nope' }), refused(/lists no container "nope"/));
		assert.throws(call('container_start', { container: 7 }), refused(/must be a text/));
		assert.throws(call('container_start', { container: 'plex', force: 1 }), refused(/no parameter "force"/));
		assert.throws(call('vm_start', { vm: 'x'.repeat(300) }), refused(/up to 255/));
		assert.throws(call('fan_speed', { fan: 'Fan 1', percent: 101 }), refused(/from 0 to 100/));
		assert.throws(call('fan_speed', { fan: 'Fan 1', percent: 12.5 }), refused(/whole number/));
		assert.throws(call('service_control', { name: 'rm', action: 'stop' }), refused(/one of docker, /));
		assert.throws(call('container_set_autostart', { container: 'plex', enabled: 'yes' }), refused(/true or false/));
		assert.throws(call('system_settings', { body: [] }), refused(/an object/));
		assert.throws(call('fan_profile_create', { name: 'a', curve_points: {} }), refused(/a list/));
	});

	it('find nothing in a world without data', () => {
		for (const name of ['container_start', 'vm_start', 'fan_speed']) {
			const given = { container: 'plex', vm: 'plex', fan: 'plex', percent: 1 };
			const taken = commandNamed(name).parameters.map((each) => [each.name, Object(given)[each.name]]);
			assert.throws(() => commandRequest(commandNamed(name), Object.fromEntries(taken), {}), refused(/lists no/));
		}
	});

	it('refuse what the server itself did not say', () => {
		assert.throws(() => requestOf('vm_start', { vm: null }), refused(/did not say its vm/));
		assert.throws(() => commandNamed('nothing'), /lacks nothing/);
	});
});
