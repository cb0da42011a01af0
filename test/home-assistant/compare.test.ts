import assert from 'node:assert/strict';
import { compare, matches, type Shown, sameState } from './compare';

const shown = (over: Partial<Shown> = {}): Shown => ({
	entity_id: 'sensor.tower_load',
	unique_id: 'load',
	domain: 'sensor',
	original_name: 'Load',
	name: 'Tower Load',
	state: '10.0',
	unit: '%',
	device_class: null,
	state_class: 'measurement',
	entity_category: null,
	enabled: true,
	enabled_by_default: true,
	capabilities: {},
	attributes: { model: 'x' },
	...over,
});

const fields = (theirs: Partial<Shown>, ours: Partial<Shown>) =>
	compare([shown(theirs)], [shown(ours)], {}).differences.map(({ field }) => field);

describe('comparison with the integration', () => {
	it('takes an entity of the same platform and name as the same', () => {
		const found = compare([shown()], [shown({ unique_id: 'other', original_name: ' load ' })], {});
		assert.deepEqual([found.present, found.equal, found.more], [1, 1, 0]);
		assert.deepEqual(compare([shown()], [shown({ domain: 'number' })], {}).differences[0]?.field, 'missing');
	});

	it('allows numbers what rounding does', () => {
		assert.ok(sameState('200', '200.9', true));
		assert.ok(sameState('10', '10.05', true));
		assert.ok(!sameState('10', '10.2', true));
		assert.ok(!sameState('200', '200.9', false));
		assert.ok(!sameState('0', '', true));
		assert.ok(!sameState('0', 'unknown', true));
	});

	it('names every field that differs', () => {
		assert.deepEqual(fields({}, { state: '11', unit: 'W', device_class: 'power', state_class: null }), [
			'state',
			'unit',
			'device_class',
			'state_class',
		]);
		assert.deepEqual(fields({}, { entity_category: 'diagnostic', enabled_by_default: false }), [
			'entity_category',
			'enabled_by_default',
		]);
		assert.deepEqual(fields({ capabilities: { options: ['a', 'b'] } }, { capabilities: { options: ['b', 'a'] } }), []);
		assert.deepEqual(fields({ capabilities: { options: ['a'] } }, { capabilities: { options: ['b'] } }), ['options']);
		assert.deepEqual(fields({ capabilities: { min: 0, max: 100 } }, { capabilities: { min: 0, max: 90 } }), ['limits']);
	});

	it('compares attributes by name, and lets ours have more', () => {
		assert.deepEqual(fields({}, { attributes: { model: 'y', more: 1 } }), []);
		assert.deepEqual(fields({}, { attributes: {} }), ['attributes']);
	});

	it('does not compare what moves by itself, is no state, or is not known of a disabled entity', () => {
		assert.deepEqual(fields({ volatile: true }, { state: '99' }), []);
		assert.deepEqual(fields({ domain: 'button' }, { domain: 'button', state: '99' }), []);
		assert.deepEqual(fields({}, { enabled: false, state: null, unit: null, attributes: {} }), []);
	});

	it('excuses only what has a reason, and tells which reasons were needed', () => {
		const allowed = {
			'sensor/Lo*': { fields: ['state'], reason: 'ours is right' },
			'sensor/Other': { fields: ['*'], reason: 'never needed' },
		};
		const found = compare([shown()], [shown({ state: '99', unit: 'W' })], allowed);
		assert.deepEqual(
			found.differences.map(({ field, reason }) => [field, reason]),
			[
				['state', 'ours is right'],
				['unit', null],
			],
		);
		assert.deepEqual([...found.used], ['sensor/Lo*']);
	});

	it('takes nothing but * for a wildcard', () => {
		assert.ok(matches('switch/Disk * Spin', 'switch/Disk cache (1) Spin'));
		assert.ok(!matches('sensor/a.c', 'sensor/abc'));
	});
});
