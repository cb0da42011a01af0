import assert from 'node:assert/strict';
import { EventReader } from '../../../../../src/dialects/reader';
import { unraid } from '../../../../../src/dialects/unraid';
import { thresholdsOf } from '../../../../../src/dialects/unraid/entities/thresholds';
import { Mapper } from '../../../../../src/entities/mapper';
import { FakeClock } from '../../../../support/fake-clock';
import { fixtureJson } from '../../../../support/unraid-recordings';

const settings = {
	hdd_temp_warning_celsius: 45,
	hdd_temp_critical_celsius: 55,
	ssd_temp_warning_celsius: 60,
	ssd_temp_critical_celsius: 70,
};

const texts = (one: object, all: object | undefined) => {
	const { warning, critical } = thresholdsOf(one, all);
	const text = (level: typeof warning) => (level ? `${level.celsius} ${level.source}` : '-');
	return `${text(warning)}, ${text(critical)}`;
};

describe('temperature thresholds: the disk, else its kind (need 7)', () => {
	const hdd = { device: 'sdb', model: 'WDC WD180EDGZ' };
	const ssd = { device: 'nvme0n1', model: 'Samsung 970' };
	for (const own of [{}, { temp_warning_celsius: 40 }, { temp_warning_celsius: 40, temp_critical_celsius: 50 }]) {
		for (const [kind, device] of [
			['hdd', hdd],
			['ssd', ssd],
		] as const) {
			for (const global of [settings, undefined]) {
				const values = own as { temp_warning_celsius?: number; temp_critical_celsius?: number };
				const expected = (value: number | undefined, all: number) =>
					value ? `${value} disk` : global ? `${all} ${kind}` : '-';
				const warning = expected(values.temp_warning_celsius, kind === 'hdd' ? 45 : 60);
				const critical = expected(values.temp_critical_celsius, kind === 'hdd' ? 55 : 70);
				it(`${kind}, own ${JSON.stringify(own)}, ${global ? 'with' : 'without'} settings: ${warning}, ${critical}`, () =>
					assert.equal(texts({ ...device, ...own }, global), `${warning}, ${critical}`));
			}
		}
	}

	it('0 is not set', () => {
		assert.equal(
			texts({ ...hdd, temp_warning_celsius: 0 }, { ...settings, hdd_temp_critical_celsius: 0 }),
			'45 hdd, -',
		);
	});

	for (const [what, device] of [
		['its device is nvme', { device: 'nvme1n1' }],
		['its model says SSD', { device: 'sdc', model: 'CT500MX500SSD1' }],
		['its model says solid state', { device: 'sdc', model: 'Some Solid State Disk' }],
		['its model begins with WDS', { device: 'sdc', model: 'WDS500G1R0A' }],
		['it does not turn', { device: 'sdc', smart_attributes: { rotation_rate: { raw_value: '0' } } }],
	] as const) {
		it(`is an SSD where ${what}`, () => assert.equal(texts(device, settings), '60 ssd, 70 ssd'));
	}
	it('is none where a word only contains WDS', () => {
		assert.equal(texts({ device: 'sdc', model: 'XWDS500' }, settings), '45 hdd, 55 hdd');
	});

	it('stand beside the temperature, also when they are fetched after the disks', () => {
		const clock = new FakeClock();
		const mapper = new Mapper({ source: 'tower', dialect: unraid, clock });
		const reader = new EventReader({ source: 'tower', dialect: unraid, clock });
		const answers = fixtureJson('rest-snapshot.json') as Record<string, { body: unknown }>;
		const fetch = (type: string) =>
			reader
				.readRest(type, answers[`/api/v1${unraid.types[type]?.rest}`]?.body, clock.now())
				.flatMap((event) => mapper.apply(event));
		fetch('disk_list_update');
		const changes = fetch('disk_thresholds');
		assert.ok(changes.length > 0 && changes.every(({ entity }) => entity.row === 'temperature'));
		const levels = (name: string) => {
			const found = mapper
				.entities()
				.find(({ row, attributes }) => row === 'temperature' && attributes.disk_name === name);
			const { warning_celsius, warning_source, critical_celsius, critical_source } = found?.attributes ?? {};
			return [warning_celsius, warning_source, critical_celsius, critical_source];
		};
		assert.deepEqual(levels('disk1'), [45, 'hdd', 55, 'hdd']);
		assert.deepEqual(levels('cache'), [65, 'disk', 75, 'disk']);
	});
});
