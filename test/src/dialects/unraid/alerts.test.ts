import assert from 'node:assert/strict';
import { AlertEngine } from '../../../../src/alert/engine';
import { matcher } from '../../../../src/alert/match';
import { unraid } from '../../../../src/dialects/unraid';
import { alerts } from '../../../../src/dialects/unraid/alerts';
import type { AlertChange } from '../../../../src/model/alert';
import type { Entity, EntityChange } from '../../../../src/model/entity';
import { Pipeline } from '../../../../src/pipeline';
import { AlertRun } from '../../../support/alert-run';
import { makeEntity } from '../../../support/entities';
import { tableRows } from '../../../support/entity-rows';
import { FakeClock } from '../../../support/fake-clock';
import { frameOf, recording, typical } from '../../../support/unraid-recordings';
import { Bench } from '../../alert/harness';

const minute = 60_000;

/** A preset, the entity that it is about, states that raise it (with what severity), and one that is fine. */
type Case = readonly [
	rule: string,
	about: Partial<Entity>,
	raising: readonly (readonly [state: Entity['state'], severity: string])[],
	fine: Entity['state'],
];

const disk = { subject: 'disk', key: 'd' };
const cases: readonly Case[] = [
	[
		'cpu-temperature',
		{ subject: 'server', row: 'cpu_temperature' },
		[
			[80, 'warning'],
			[90, 'critical'],
		],
		74,
	],
	[
		'motherboard-temperature',
		{ subject: 'server', row: 'motherboard_temperature' },
		[
			[60, 'warning'],
			[70, 'critical'],
		],
		54,
	],
	[
		'gpu-temperature',
		{ subject: 'gpu', key: 'g', row: 'temperature' },
		[
			[85, 'warning'],
			[95, 'critical'],
		],
		79,
	],
	[
		'disk-temperature-hdd',
		{ ...disk, row: 'temperature', attributes: { kind: 'hdd' } },
		[
			[45, 'warning'],
			[55, 'critical'],
		],
		42,
	],
	[
		'disk-temperature-ssd',
		{ ...disk, row: 'temperature', attributes: { kind: 'ssd' } },
		[
			[60, 'warning'],
			[70, 'critical'],
		],
		57,
	],
	[
		'disk-temperature-nvme',
		{ ...disk, row: 'temperature', attributes: { kind: 'nvme' } },
		[
			[60, 'warning'],
			[70, 'critical'],
		],
		57,
	],
	['fan-stopped', { subject: 'fan', key: 'f', row: 'speed' }, [[0, 'warning']], 800],
	['array-not-started', { subject: 'array', row: 'started' }, [['off', 'warning']], 'on'],
	['disk-disabled', { ...disk, row: 'status' }, [['DISK_DSBL', 'critical']], 'DISK_OK'],
	['disk-missing', { ...disk, row: 'status' }, [['DISK_NP_DSBL', 'critical']], 'DISK_NP'],
	['disk-smart-failed', { ...disk, row: 'health' }, [['FAILED!', 'critical']], 'PASSED'],
	['parity-invalid', { subject: 'array', row: 'parity_valid' }, [['on', 'critical']], 'off'],
	['parity-errors', { subject: 'parity', row: 'last_errors' }, [[1, 'critical']], 0],
	[
		'share-full',
		{ subject: 'share', key: 's', row: 'usage' },
		[
			[90, 'warning'],
			[95, 'critical'],
		],
		87,
	],
	[
		'disk-full',
		{ ...disk, row: 'usage', attributes: { role: 'data' } },
		[
			[90, 'warning'],
			[95, 'critical'],
		],
		87,
	],
	[
		'cache-full',
		{ ...disk, row: 'usage', attributes: { role: 'cache' } },
		[
			[90, 'warning'],
			[95, 'critical'],
		],
		87,
	],
	['ups-on-battery', { subject: 'ups', row: 'status' }, [['on_battery', 'warning']], 'online'],
	['ups-low-battery', { subject: 'ups', row: 'status' }, [['low_battery', 'critical']], 'on_battery'],
	['ups-runtime', { subject: 'ups', row: 'runtime', attributes: { estimated: true } }, [[5, 'warning']], 7],
	['ups-replace-battery', { subject: 'ups', row: 'replace_battery' }, [['on', 'warning']], 'off'],
	['ups-communication-lost', { subject: 'ups', row: 'connected' }, [['off', 'warning']], 'on'],
	['container-stopped', { subject: 'container', key: 'c', row: 'state' }, [['exited', 'warning']], 'running'],
	['vm-crashed', { subject: 'vm', key: 'v', row: 'state' }, [['crashed', 'critical']], 'shut off'],
];

/** Presets that are about more than a state; each has a test of its own below. */
const others = ['agent-silent', 'ups-silent', 'disk-vanished', 'disk-errors', 'container-unhealthy'];

const ruleNamed = (id: string) => {
	const found = alerts.find((rule) => rule.id === id);
	assert.ok(found, id);
	return found;
};

describe('alert presets of Unraid', () => {
	it('a UPS that says nothing of the mains has it neither back nor lost', async () => {
		const ids = ['ups-on-battery', 'ups-low-battery'];
		const about = { subject: 'ups', row: 'status' };
		for (const word of ['comm_lost', 'unknown', 'off', 'testing']) {
			const b = new Bench(ids.map(ruleNamed), { ceilingPerHour: null });
			await b.state(word, about);
			b.pass(10 * minute);
			assert.deepEqual(b.said(), [], word);
			await b.state('low_battery', about);
			b.pass(minute);
			assert.deepEqual(b.said().sort(), ['raised critical', 'raised warning']);
			await b.state(word, about);
			b.pass(60 * minute);
			assert.deepEqual(b.said(), [], word);
			await b.state('online', about);
			b.pass(minute);
			assert.deepEqual(b.said().sort(), ['cleared critical', 'cleared warning']);
		}
	});

	it('a connection that comes and goes is one outage', async () => {
		const b = new Bench([ruleNamed('agent-silent')]);
		const about = { subject: 'server', row: 'cpu_usage' };
		await b.state(1, about);
		for (let i = 0; i < 20; i += 1) {
			await b.reach({ connected: false }, about);
			b.pass(20_000);
			await b.reach({ connected: true }, about);
			b.pass(10_000);
		}
		assert.deepEqual(b.said(), ['raised critical']);
		b.pass(minute);
		assert.deepEqual(b.said(), ['cleared critical']);
	});

	it("are the dialect's", () => assert.equal(unraid.alerts, alerts));

	it('have each a test here', () => {
		assert.deepEqual([...cases.map(([rule]) => rule), ...others].sort(), alerts.map(({ id }) => id).sort());
	});

	for (const rule of alerts) {
		it(`${rule.id} is about entities that there are`, () => {
			const matches = matcher(rule.entities);
			const rows = tableRows.filter(({ subject, row }) =>
				matches(makeEntity({ subject: subject.subject, row: row.key, device_class: row.deviceClass ?? null })),
			);
			const wanted = rule.entities.rows.filter((row) => !rows.some((found) => found.row.key === row));
			assert.deepEqual(wanted, []);
			const named = [rule.entities.attribute?.name, rule.attribute].filter((name) => name !== undefined);
			const { condition } = rule;
			if ('levels' in condition) {
				for (const { attribute } of condition.levels) if (attribute) named.push(attribute.name, attribute.from ?? '');
			}
			for (const { row, name } of rows) {
				for (const attribute of named) assert.ok(attribute in (row.attributes ?? {}), `${name} has no ${attribute}`);
			}
		});
	}

	for (const [id, about, raising, fine] of cases) {
		it(`${id} raises and clears`, async () => {
			const b = new Bench([ruleNamed(id)]);
			await b.state(fine, about);
			b.pass(20 * minute);
			for (const [state, severity] of raising) {
				await b.state(state, about);
				b.pass(20 * minute);
				assert.equal(b.told.at(-1)?.severity, severity);
				assert.doesNotMatch(b.told.at(-1)?.text ?? '', /[{}[\]]|undefined|null/);
			}
			await b.state(fine, about);
			b.pass(20 * minute);
			assert.equal(b.told.at(-1)?.state, 'cleared');
			assert.equal(b.told.length, raising.length + 1);
			assert.doesNotMatch(b.told.at(-1)?.text ?? '', /[{}[\]]|undefined|null/);
		});
	}

	it('a disk of which nobody has set a level is judged by the rule, an SSD not by that of a hard disk', async () => {
		for (const [own, state, source] of [
			[{ warning_celsius: 50, warning_source: 'disk' }, 50, 'disk'],
			[{ warning_celsius: 48, warning_source: 'hdd' }, 48, 'hdd'],
			[{}, 45, 'rule'],
		] as const) {
			const b = new Bench(alerts);
			await b.state(state - 1, { ...disk, row: 'temperature', attributes: { kind: 'hdd', ...own } });
			assert.deepEqual(b.told, []);
			await b.state(state, { ...disk, row: 'temperature', attributes: { kind: 'hdd', ...own } });
			assert.deepEqual(
				b.told.map(({ threshold, threshold_source }) => [threshold, threshold_source]),
				[[state, source]],
			);
		}
		const b = new Bench(alerts);
		await b.state(55, { ...disk, row: 'temperature', attributes: { kind: 'ssd' } });
		assert.deepEqual(b.told, []);
	});

	it('a disk that vanished is told of, one that is only asleep is not', async () => {
		const b = new Bench(alerts);
		await b.state('DISK_OK', { ...disk, row: 'status' });
		await b.state(50, { ...disk, row: 'temperature', attributes: { kind: 'hdd' } });
		await b.state(null, { ...disk, row: 'temperature', attributes: { kind: 'hdd' } });
		b.pass(60 * minute);
		assert.deepEqual(b.said(), ['raised warning'], 'asleep: it stays as it was');
		await b.reach({ present: false }, { ...disk, row: 'status' });
		b.pass(minute);
		assert.equal(b.told[0]?.rule, 'disk-vanished');
	});

	it('errors of a disk are told once, and each new one', async () => {
		const b = new Bench([ruleNamed('disk-errors')]);
		const about = { ...disk, row: 'smart_errors' };
		await b.state(3, about);
		b.restart();
		await b.state(3, about);
		b.pass(25 * 60 * minute);
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
		await b.state(4, about);
		assert.deepEqual(b.said(), ['raised warning']);
	});

	/** A server that a preset watches: `say` sends what is told of the thing that it is about. */
	async function watched<T>(
		id: string,
		say: (run: AlertRun, told: T) => Promise<void>,
		script: (say: (told: T) => Promise<void>, run: AlertRun) => Promise<void>,
	): Promise<readonly (readonly [state: string, text: string])[]> {
		const run = new AlertRun(unraid, [ruleNamed(id)]);
		await run.connection(true);
		await script(async (told) => {
			await say(run, told);
			await run.pass(minute);
		}, run);
		run.close();
		return run.told.map(({ state, text }) => [state, text]);
	}

	const disks = typical('disk_list_update') as readonly { readonly name: string }[];
	/** One awake disk, with what is told of it. */
	const sayDisk = (run: AlertRun, told: object) => {
		const one = disks.find(({ name }) => name === 'disk1');
		return run.take(frameOf('disk_list_update', [{ ...one, name: 'disk4', ...told }]));
	};

	for (const [what, ...after] of [
		['UNKNOWN, as after each standby', { smart_status: 'UNKNOWN' }],
		['nothing', { smart_status: '' }],
		['a word that nobody knows', { smart_status: 'DISABLED' }],
		['asleep', { smart_status: 'UNKNOWN', spin_state: 'standby', temperature_celsius: 0 }, { smart_status: 'UNKNOWN' }],
	] as const) {
		it(`a failed SMART verdict stands while SMART says ${what}, until SMART says that it is good`, async () => {
			const told = await watched('disk-smart-failed', sayDisk, async (say, run) => {
				await say({ smart_status: 'PASSED' });
				await say({ smart_status: 'FAILED' });
				for (const each of after) await say(each);
				assert.deepEqual(run.said(), ['raised critical']);
				await say({ smart_status: 'FAILED' });
				assert.deepEqual(run.said(), ['raised critical']);
				await say({ smart_status: 'OK' });
			});
			assert.deepEqual(
				told.map(([state]) => state),
				['raised', 'cleared'],
			);
			assert.match(told[1]?.[1] ?? '', /^Disk disk4 Health is OK again after \d/);
		});
	}

	it('a failed SMART verdict outlasts a restart during which the disk sleeps', async () => {
		const b = new Bench([ruleNamed('disk-smart-failed')]);
		const about = { ...disk, row: 'health' };
		await b.state('FAILED', about);
		b.restart();
		for (const state of ['UNKNOWN', 'DISK_OK', null]) {
			await b.state(state, about);
			b.pass(10 * minute);
		}
		assert.deepEqual(b.said(), ['raised critical']);
		await b.state('PASSED', about);
		assert.deepEqual(b.said(), ['cleared critical']);
	});

	it('an alert about an SSD does not end while the disk sleeps and nothing says that it is one', async () => {
		const smart = { smart_attributes: { rotation_rate: { raw_value: '0' } } };
		const told = await watched('disk-temperature-ssd', sayDisk, async (say, run) => {
			await say({ device: 'sdz', model: 'Foo 1000', ...smart, temperature_celsius: 40 });
			await say({ device: 'sdz', model: 'Foo 1000', ...smart, temperature_celsius: 65 });
			const asleep = { smart_attributes: {}, spin_state: 'standby', temperature_celsius: 0 };
			await say({ device: 'sdz', model: 'Foo 1000', ...asleep });
			assert.deepEqual(run.said(), ['raised warning']);
			await say({ device: 'sdz', model: 'Foo 1000', ...smart, temperature_celsius: 40 });
		});
		assert.match(told[1]?.[1] ?? '', /^Disk disk4 Temperature is fine again: 40 °C /);
	});

	/** A UPS, with what is told of it. */
	const sayUps = (run: AlertRun, [status, seconds]: readonly [string, number]) => {
		const one = typical('ups_status_update') as object;
		return run.take(frameOf('ups_status_update', { ...one, status, runtime_left_seconds: seconds }));
	};

	it('a UPS that estimates no runtime has no short one', async () => {
		const told = await watched('ups-runtime', sayUps, async (say) => {
			for (const status of ['OL', 'OL CHRG', 'ONLINE', 'OL', 'CAL OL', '']) await say([status, 0]);
		});
		assert.deepEqual(told, []);
	});

	it('a runtime of 0 on battery is one, and it is over with the mains', async () => {
		const told = await watched('ups-runtime', sayUps, async (say, run) => {
			await say(['ONLINE', 3_600]);
			await say(['ONBATT', 0]);
			for (const untold of ['COMMLOST', '', 'OFF', 'OB CAL']) await say([untold, 0]);
			assert.deepEqual(run.said(), ['raised warning']);
			await say(['OL CHRG', 0]);
			await say(['OL CHRG', 120]);
			await say(['OL CHRG', 420]);
		});
		assert.deepEqual(
			told.map(([state, text]) => `${state}: ${text.replace(/after .*, /, 'after …, ')}`),
			[
				'raised: UPS Runtime is 0 min (limit 5 min by the rule), Unraid',
				'cleared: UPS Runtime is short no more after …, Unraid',
				'raised: UPS Runtime is 2 min (limit 5 min by the rule), Unraid',
				'cleared: UPS Runtime is short no more after …, Unraid',
			],
		);
	});

	/** A container, with what Docker says of it. */
	const sayContainer = (run: AlertRun, [state, status]: readonly [string, string]) => {
		const [one] = typical('container_list_update') as readonly object[];
		return run.take(frameOf('container_list_update', [{ ...one, name: 'plex', state, status }]));
	};

	for (const [what, between, end, text] of [
		['exits', [], ['exited', 'Exited (1) 3 seconds ago'], 'plex State is exited after 1 min'],
		[
			'is made anew without a check',
			[],
			['running', 'Up 2 seconds'],
			'plex State is running (health none) after 1 min',
		],
		[
			'starts again',
			[
				['restarting', 'Restarting (1) 2 seconds ago'],
				['running', 'Up 1 second (health: starting)'],
				['paused', 'Up 2 hours (Paused)'],
				['running', ''],
			],
			['running', 'Up 2 minutes (healthy)'],
			'plex State is running (health healthy) after 5 min',
		],
	] as const) {
		it(`a container that is unhealthy and ${what}`, async () => {
			const told = await watched<readonly [string, string]>('container-unhealthy', sayContainer, async (say, run) => {
				await say(['running', 'Up 2 hours (healthy)']);
				await say(['running', 'Up 3 hours (unhealthy)']);
				for (const each of between) await say(each);
				assert.deepEqual(run.said(), ['raised warning']);
				await say(end);
			});
			assert.deepEqual(
				told.map(([state]) => state),
				['raised', 'cleared'],
			);
			assert.equal(told[0]?.[1], 'plex State is running and unhealthy, Unraid');
			assert.ok(told[1]?.[1].startsWith(text), told[1]?.[1]);
		});
	}

	it('a container that starts or stands still is not unhealthy yet', async () => {
		const told = await watched<readonly [string, string]>('container-unhealthy', sayContainer, async (say) => {
			for (const status of ['Up 1 second (health: starting)', 'Up 2 hours', 'Up 2 hours (Paused)', '']) {
				await say(['running', status]);
			}
		});
		assert.deepEqual(told, []);
	});

	describe('an agent that is killed', () => {
		/** A server as it is after its first frames, with the presets; an hour of silence from then on. */
		function server(options: {
			readonly closes: boolean;
		}): readonly (readonly [seconds: number, change: AlertChange])[] {
			const clock = new FakeClock();
			const began = clock.now();
			const found: (readonly [number, AlertChange])[] = [];
			const engine = new AlertEngine({ rules: alerts, clock, graceMs: 30_000 });
			const note = (changes: readonly AlertChange[]) => {
				for (const change of changes) found.push([Math.round((clock.now() - began) / 1000), change]);
			};
			const changed = (changes: readonly EntityChange[]) => {
				for (const change of changes) note(engine.apply(change));
			};
			const pipeline = new Pipeline({ source: 'tower', dialect: unraid, clock, changed });
			const frames = recording('encoded-typical.jsonl');
			for (let seconds = 0; seconds < 60; seconds += 15) {
				for (const { raw } of frames) pipeline.frame(raw);
				clock.advance(15_000);
				note(engine.tick());
			}
			found.length = 0;
			if (options.closes) pipeline.connection(false);
			for (let second = 0; second < 3_600; second += 1) {
				clock.advance(1_000);
				note(engine.tick());
			}
			pipeline.close();
			return found;
		}

		it('is silent at once where the socket closed', () => {
			const [first] = server({ closes: true }).filter(([, { rule }]) => rule === 'agent-silent');
			assert.equal(first?.[0], 60);
			assert.equal(first?.[1].value, 'disconnected');
			assert.equal(first?.[1].severity, 'critical');
		});

		it('else within its freshness limit, and says so once', () => {
			const told = server({ closes: false }).filter(([, { rule }]) => rule === 'agent-silent');
			assert.equal(told.length, 1);
			// The array comes every 60 s: three times that, from the last frame at 45 s on.
			assert.ok((told[0]?.[0] ?? 0) <= 45 + 180 + 1, String(told[0]?.[0]));
			assert.equal(told[0]?.[1].value, 'overdue');
		});
	});
});
