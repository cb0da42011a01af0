import assert from 'node:assert/strict';
import fc from 'fast-check';
import { upsFlags, upsState, upsStates } from '../../../../../src/dialects/unraid/entities/ups-status';

describe('upsState', () => {
	for (const [status, state] of [
		['ONLINE', 'online'],
		['OL', 'online'],
		['OL CHRG', 'online'],
		['ONLINE REPLACEBATT', 'online'],
		['ONLINE LOWBATT', 'online'],
		['OL LB', 'online'],
		['TRIM ONLINE', 'online'],
		['BOOST ONLINE', 'online'],
		['OL BYPASS', 'online'],
		['ONBATT', 'on_battery'],
		['OB', 'on_battery'],
		['OB DISCHRG', 'on_battery'],
		['ONBATT LOWBATT', 'low_battery'],
		['LOWBATT ONBATT', 'low_battery'],
		['OB LB', 'low_battery'],
		['FSD OL', 'low_battery'],
		['SHUTTING DOWN', 'low_battery'],
		['COMMLOST', 'comm_lost'],
		['COMMLOST ONBATT', 'comm_lost'],
		['CAL ONLINE', 'testing'],
		['SELFTEST', 'testing'],
		['OFF', 'off'],
		['  online  ', 'online'],
		['', 'unknown'],
		['constructor', 'unknown'],
		[null, 'unknown'],
		[undefined, 'unknown'],
	] as const) {
		it(`${JSON.stringify(status)} is ${state}`, () => assert.equal(upsState(status, true), state));
	}

	it('a UPS that is not connected has lost its communication, whatever its last word', () => {
		assert.equal(upsState('ONLINE', false), 'comm_lost');
		assert.equal(upsState('ONLINE', undefined), 'online');
	});

	it('gives one of its words for any text, and the same for words in any order', () => {
		const words = fc.array(
			fc.oneof(fc.constantFrom('OL', 'OB', 'LB', 'CHRG', 'ONBATT', 'LOWBATT', 'CAL', 'FSD'), fc.string()),
		);
		fc.assert(
			fc.property(words, (list) => {
				assert.ok(upsStates.includes(upsState(list.join(' '), true)));
				assert.equal(upsState(list.join(' '), true), upsState([...list].reverse().join(' '), true));
			}),
		);
	});
});

describe('upsFlags', () => {
	for (const [status, onBattery, lowBattery, charging, replaceBattery] of [
		['ONLINE', false, false, null, false],
		['ONBATT LOWBATT', true, true, null, false],
		['ONLINE REPLACEBATT', false, false, null, true],
		['OL', false, false, false, false],
		['OL CHRG RB', false, false, true, true],
		['lb discharg ob', true, true, false, false],
		['OB DISCHRG LB', true, true, false, false],
		['', false, false, null, false],
		[null, false, false, null, false],
	] as const) {
		it(JSON.stringify(status), () =>
			assert.deepEqual(upsFlags(status), { onBattery, lowBattery, charging, replaceBattery }),
		);
	}
});
