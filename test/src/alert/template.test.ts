import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { kinds } from '../../../src/alert/kinds';
import { durationText, type Facts, fill, placeholderNames } from '../../../src/alert/template';
import { limits } from '../../../src/model/limits';

const facts: Facts = {
	id: 'hot/tower_disk',
	rule: 'hot',
	rule_name: 'Hot disk',
	severity: 'critical',
	entity: 'tower_disk',
	name: 'Disk 1 Temperature',
	device: 'Tower',
	source: 'tower',
	value: 51.26,
	unit: '°C',
	threshold: 45,
	threshold_source: 'rule',
	peak: 56,
	count: 2,
	since: '2026-09-14T08:30:00.000Z',
	raised: '2026-09-14T08:31:00.000Z',
	cleared: null,
	acknowledged: false,
	unknown: false,
	state: 'raised',
	at: '2026-09-14T08:35:00.000Z',
	reminder: 0,
	duration: 300,
	reason: null,
	test: false,
};

describe('the text of an alert', () => {
	it('has a value for every placeholder', () => {
		const template = placeholderNames.map((name) => `${name}={${name}}`).join('|');
		const values = Object.fromEntries(
			fill(template, facts, 1, {})
				.split('|')
				.map((pair) => pair.split(/=(.*)/s) as [string, string]),
		);
		assert.match(values.since ?? '', /^2026-09-1[345] \d\d:30:00$/);
		assert.deepEqual(
			{ ...values, since: '' },
			{
				value: '51.3',
				unit: '°C',
				threshold: '45',
				source: 'the rule',
				since: '',
				duration: '5 min',
				peak: '56',
				name: 'Disk 1 Temperature',
				device: 'Tower',
				endpoint: 'tower',
				entity: 'tower_disk',
				severity: 'critical',
				state: 'raised',
				rule: 'Hot disk',
				count: '2',
				reminder: '',
				reason: '',
			},
		);
	});

	it('says in words who set the level', () => {
		const said = (source: string | null) => fill('{source}', { ...facts, threshold_source: source }, null, {});
		assert.deepEqual(['rule', 'attribute:limit', 'entity:tower_x', 'hdd', null].map(said), [
			'the rule',
			'its limit',
			'tower_x',
			'hdd',
			'',
		]);
	});

	it('leaves empty what is missing, and closes the gap', () => {
		const bare = { ...facts, unit: null, threshold: null, value: null };
		assert.equal(
			fill('{name} is {value} {unit}[ (limit {threshold} {unit})], {nothing} {device}.', bare, null, {}),
			'Disk 1 Temperature is unknown, Tower.',
		);
		assert.equal(
			fill('[see] {attribute.role} {attribute.none}{attribute.list}', facts, null, { role: 'data', list: [1] }),
			'[see] data [1]',
		);
	});

	it('runs nothing, and fills in once', () => {
		const hostile = { ...facts, name: '{device} [x {severity}] <%= 1 %> {{value}}' };
		assert.equal(fill('{name}', hostile, null, {}), hostile.name);
		for (const name of ['constructor', '__proto__', 'toString', 'attribute.constructor', 'attribute.__proto__']) {
			assert.equal(fill(`a{${name}}b`, facts, null, {}), 'ab');
		}
	});

	it('never throws, and is bounded', () => {
		fc.assert(
			fc.property(fc.string(), fc.string({ maxLength: 300 }), (template, name) => {
				assert.ok(fill(template, { ...facts, name }, null, {}).length <= limits.alertText);
			}),
		);
		const started = performance.now();
		assert.ok(fill('['.repeat(1_000) + '{name}'.repeat(1_000), facts, null, {}).length <= limits.alertText);
		assert.ok(performance.now() - started < 500);
	});

	it('tells durations by their two largest units', () => {
		assert.deepEqual([0, 59, 60, 61, 3_600, 3_661, 90_000, 86_460].map(durationText), [
			'0 s',
			'59 s',
			'1 min',
			'1 min 1 s',
			'1 h',
			'1 h 1 min',
			'1 d 1 h',
			'1 d',
		]);
	});
});

describe('docs/alerts.md', () => {
	const page = readFileSync(join(__dirname, '../../../docs/alerts.md'), 'utf8');

	it('lists every placeholder and every kind of condition', () => {
		const missing = [
			...placeholderNames.map((name) => `\`{${name}}\``),
			...Object.keys(kinds).map((kind) => `\`${kind}\``),
		];
		assert.deepEqual(
			missing.filter((text) => !page.includes(text)),
			[],
		);
	});
});
