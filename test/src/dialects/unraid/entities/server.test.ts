import assert from 'node:assert/strict';
import { fan } from '../../../../../src/dialects/unraid/entities/server';
import type { Row, World } from '../../../../../src/model/description';

interface Fan {
	readonly name: string;
	readonly rpm: number;
}

/** The fans that a world shows: key, label, speed and attributes. */
function fansOf(fans: readonly Fan[], control?: object) {
	const world: World = { system_update: { fans }, ...(control && { fan_control_update: control }) };
	const [row] = fan.rows as readonly Row<object, World>[];
	assert.ok(row);
	return (fan.items(world) ?? []).map((item) => ({
		key: fan.key?.(item),
		label: fan.label?.(item),
		rpm: row.value(item, { world, at: 0, previous: undefined }),
		item,
	}));
}

describe('fans', () => {
	it('are told apart by their name without the chip', () => {
		const found = fansOf([
			{ name: 'nct6798/CPU Fan', rpm: 900 },
			{ name: 'hwmon3_fan2', rpm: 0 },
		]);
		assert.deepEqual(
			found.map(({ key, label, rpm }) => [key, label, rpm]),
			[
				['cpu_fan', 'CPU Fan', 900],
				['fan2', 'fan2', 0],
			],
		);
	});

	it('keep their full name where two chips have a fan of one name, in any order', () => {
		const fans = [
			{ name: 'hwmon3_fan1', rpm: 1 },
			{ name: 'hwmon4_fan1', rpm: 2 },
		];
		const keys = (list: readonly Fan[]) =>
			fansOf(list)
				.map(({ key, rpm }) => `${key}=${rpm}`)
				.sort();
		assert.deepEqual(keys(fans), ['hwmon3_fan1=1', 'hwmon4_fan1=2']);
		assert.deepEqual(keys([...fans].reverse()), keys(fans));
	});

	it('take the speed and mode that the fan control knows', () => {
		const [first] = fansOf([{ name: 'hwmon3_fan1', rpm: 1 }], {
			fans: [{ id: 'a', name: 'hwmon3_fan1', rpm: 800, mode: 'automatic' }],
			summary: { failed_fans: ['a'] },
		});
		assert.equal(first?.rpm, 800);
	});

	it('are not known before a system frame, and none where it lists none', () => {
		assert.equal(fan.items({}), null);
		assert.deepEqual(fansOf([]), []);
	});
});
