import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Entity } from '../../../src/model/entity';
import { attributesPayload, cut, eventPayload, hasAttributes, statePayload } from '../../../src/mqtt/payload';
import { makeEntity } from '../../support/entities';

const text = (over: Partial<Entity>) => statePayload(makeEntity(over)).text;

/** What is published for which state: [what, entity, payload]. */
const table: readonly (readonly [string, Partial<Entity>, string | null])[] = [
	['a number', { state: 41.5, unit_of_measurement: '°C' }, '41.5'],
	['zero', { state: 0, unit_of_measurement: '°C' }, '0'],
	['a number as text', { state: '40.0', unit_of_measurement: '%' }, '40.0'],
	['unknown', { state: null, unit_of_measurement: '%' }, 'None'],
	['NaN', { state: Number.NaN, unit_of_measurement: '%' }, 'None'],
	['infinity', { state: Number.POSITIVE_INFINITY }, 'None'],
	['text where a number is due', { state: 'hot', unit_of_measurement: '°C' }, 'None'],
	['text where only the precision says number', { state: 'hot', suggested_display_precision: 1 }, 'None'],
	['text', { state: 'array started' }, 'array started'],
	['empty text, as an empty payload would delete the topic', { state: '' }, 'None'],
	['a timestamp', { state: '2026-01-02T03:04:05Z', device_class: 'timestamp' }, '2026-01-02T03:04:05Z'],
	['a timestamp without zone', { state: '2026-01-02T03:04:05', device_class: 'timestamp' }, 'None'],
	['an epoch as timestamp', { state: '1700000000', device_class: 'timestamp' }, 'None'],
	['a word of an enum', { state: 'online', options: ['online', 'offline'] }, 'online'],
	['a word that the enum lacks', { state: 'sleeping', options: ['online'] }, 'None'],
	['on', { platform: 'binary_sensor', state: 'on' }, 'on'],
	['nonsense of a switch', { platform: 'switch', state: 'maybe' }, 'None'],
	['a number in its range', { platform: 'number', state: 40, range: { min: 0, max: 100, step: 1 } }, '40'],
	['a number outside its range', { platform: 'number', state: 140, range: { min: 0, max: 100, step: 1 } }, 'None'],
	['an option', { platform: 'select', state: 'auto', options: ['auto'] }, 'auto'],
	['a button', { platform: 'button', state: 'x' }, null],
	['an event entity', { platform: 'event', state: 'info', options: ['info'] }, null],
	[
		'an update with only known keys',
		{ platform: 'update', state: 'on', attributes: { installed_version: '1', latest_version: 2, plugins: ['x'] } },
		'{"installed_version":"1","latest_version":"2"}',
	],
	['an update whose version is its state', { platform: 'update', state: '7.2.3' }, '{"installed_version":"7.2.3"}'],
	['an update that knows nothing', { platform: 'update', state: null }, null],
];

describe('mqtt/payload', () => {
	for (const [what, over, payload] of table) {
		it(`publishes ${what}`, () => assert.equal(text(over), payload));
	}

	it('cuts text at 255, never inside a character', () => {
		assert.equal(cut('x'.repeat(300)).length, 255);
		assert.equal(cut(`${'x'.repeat(254)}😀`), 'x'.repeat(254));
		assert.doesNotMatch(cut('😀'.repeat(300)), /\p{Surrogate}/u);
	});

	it('says why a state became unknown', () => {
		assert.match(statePayload(makeEntity({ state: 'hot', unit_of_measurement: '°C' })).problem ?? '', /finite/);
		assert.equal(statePayload(makeEntity({ state: null, unit_of_measurement: '°C' })).problem, undefined);
	});

	it('publishes no payload that Home Assistant would refuse or that would delete the topic', () => {
		const state = fc.oneof(fc.string(), fc.double(), fc.constant(null));
		fc.assert(
			fc.property(state, (value) => {
				const payload = text({ state: value, unit_of_measurement: '%' });
				assert.ok(payload === 'None' || Number.isFinite(Number(payload)));
				assert.notEqual(text({ state: value }), '');
			}),
		);
	});

	it('leaves out attributes that Home Assistant drops', () => {
		const entity = makeEntity({ attributes: { friendly_name: 'x', serial: 'S1' } });
		assert.equal(attributesPayload(entity), '{"serial":"S1"}');
		assert.equal(hasAttributes(entity), true);
		assert.equal(hasAttributes(makeEntity({ attributes: { icon: 'x' } })), false);
	});

	it('refuses attributes that are no JSON or too large', () => {
		const cyclic: Record<string, unknown> = {};
		cyclic.self = cyclic;
		assert.equal(attributesPayload(makeEntity({ attributes: cyclic })), null);
		assert.equal(attributesPayload(makeEntity({ attributes: { long: 'x'.repeat(20_000) } })), null);
		assert.equal(attributesPayload(makeEntity({ attributes: { big: 1n } })), null);
	});

	it('fires only event types that were announced', () => {
		const entity = makeEntity({
			platform: 'event',
			state: 'info',
			options: ['info'],
			attributes: { event_type: 'x', text: 'hi' },
		});
		assert.deepEqual(JSON.parse(eventPayload(entity) ?? ''), { text: 'hi', event_type: 'info' });
		assert.equal(eventPayload({ ...entity, state: 'other' }), null);
		assert.equal(eventPayload({ ...entity, state: null }), null);
	});
});
