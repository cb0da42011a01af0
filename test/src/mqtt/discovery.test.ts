import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Entity } from '../../../src/model/entity';
import {
	classicDocument,
	component,
	deviceDocument,
	deviceObject,
	documentId,
	placeAt,
	placeOf,
	slug,
} from '../../../src/mqtt/discovery';
import { Topics } from '../../../src/mqtt/topics';
import { makeEntity } from '../../support/entities';

const topics = new Topics('as', 'one');
const none = { attributes: false, thing: false };
const make = (over: Partial<Entity>, commands = true) =>
	component(makeEntity(over), topics, none, { commands, commandExpiry: 30 }) as Record<string, unknown> | null;
const command = (action: string, destructive = false) => ({ actions: action.split(' '), destructive });

describe('mqtt/discovery', () => {
	it('announces a sensor with what it has and nothing else', () => {
		const made = make({
			subject: 'disk',
			key: 'S1',
			row: 'temperature',
			name: 'Disk disk1 Temperature',
			device_class: 'temperature',
			unit_of_measurement: '°C',
			state_class: 'measurement',
			suggested_display_precision: 1,
			entity_category: 'config',
			icon: 'mdi:thermometer',
			enabled_by_default: false,
		});
		assert.deepEqual(made, {
			p: 'sensor',
			unique_id: 'tower_disk_S1_temperature',
			name: 'Disk disk1 Temperature',
			default_entity_id: 'sensor.tower_disk_disk1_temperature',
			device_class: 'temperature',
			entity_category: 'diagnostic',
			icon: 'mdi:thermometer',
			enabled_by_default: false,
			state_topic: 'as/tower/disk/S1/temperature',
			unit_of_measurement: '°C',
			state_class: 'measurement',
			suggested_display_precision: 1,
			availability: [
				{ topic: 'as/bridge/one/availability' },
				{ topic: 'as/tower/availability' },
				{ topic: 'as/tower/type/system_update/availability' },
			],
		});
	});

	it('names attributes and the thing only where there are any', () => {
		const extras = { attributes: true, thing: true };
		const made = component(makeEntity({ key: 'plex' }), topics, extras, { commands: true });
		assert.equal(made?.json_attributes_topic, 'as/tower/system/plex/cpu/attributes');
		assert.deepEqual((made?.availability as unknown[] | undefined)?.[3], {
			topic: 'as/tower/system/plex/availability',
		});
	});

	it('gives an enum its options and neither unit nor state class', () => {
		const made = make({
			options: ['a', 'b'],
			unit_of_measurement: '%',
			state_class: 'measurement',
			device_class: 'enum',
		});
		assert.equal(made?.device_class, 'enum');
		assert.deepEqual(made?.options, ['a', 'b']);
		assert.ok(made && !('unit_of_measurement' in made) && !('state_class' in made));
	});

	it('says what a switch, a button, a number, a select and an update take', () => {
		const sw = make({ platform: 'switch', command: command('on off') });
		assert.equal(sw?.command_topic, 'as/tower/system/cpu/set');
		assert.equal(sw?.message_expiry_interval, 30);
		assert.equal(make({ platform: 'button', command: command('press') })?.payload_press, 'PRESS');
		const number = make({ platform: 'number', command: command('set'), range: { min: 0, max: 100, step: 5 } });
		assert.deepEqual([number?.min, number?.max, number?.step, number?.mode], [0, 100, 5, 'slider']);
		assert.deepEqual(make({ platform: 'select', command: command('set'), options: ['a'] })?.options, ['a']);
		assert.equal(make({ platform: 'update', command: command('install') })?.payload_install, 'INSTALL');
		assert.ok(!('command_topic' in (make({ platform: 'update' }) ?? {})));
	});

	it('disables what can do harm, and makes it ask', () => {
		const made = make({ platform: 'button', command: command('press', true) });
		assert.equal(made?.payload_press, '{"confirm":true}');
		assert.equal(made?.enabled_by_default, false);
	});

	it('announces nothing that could not be carried out', () => {
		for (const platform of ['switch', 'button', 'number', 'select'] as const) {
			const over = { platform, options: ['a'], range: { min: 0, max: 1, step: 1 } };
			assert.equal(make({ ...over, command: command('on off press set') }, false), null);
			assert.equal(make({ ...over, command: null }), null);
		}
		assert.equal(make({ platform: 'event', options: null }), null);
	});

	it('leaves absent and invalid values out of the device', () => {
		const device = deviceObject({
			identifiers: ['x'],
			name: '',
			model: '',
			configuration_url: 'javascript:alert(1)',
			via_device: 'y',
		});
		assert.deepEqual(device, { identifiers: ['x'], name: 'x', via_device: 'y' });
	});

	it('writes a document as Home Assistant wants it', () => {
		const made = make({});
		const document = JSON.parse(
			deviceDocument(makeEntity().device, { sw_version: '1' }, new Map([['tower_system_cpu', made ?? {}]])),
		);
		assert.deepEqual(Object.keys(document), ['device', 'origin', 'qos', 'availability_mode', 'components']);
		assert.deepEqual(document.origin, { name: 'agent-stream', sw_version: '1' });
		assert.equal(document.availability_mode, 'all');
	});

	it('writes the classic form with the same content', () => {
		const made = component(makeEntity(), topics, none, { commands: true });
		assert.ok(made);
		const message = JSON.parse(classicDocument(makeEntity().device, { sw_version: '1' }, made));
		assert.ok(!('p' in message));
		assert.equal(message.unique_id, 'tower_system_cpu');
		assert.equal(message.qos, 1);
		assert.equal(message.device.name, 'Tower');
	});

	it('finds its places again', () => {
		const base = documentId({ identifiers: ['tower'] });
		assert.equal(base, 'agent-stream_tower');
		for (const form of ['device', 'part', 'entity'] as const) {
			const place = placeOf('ha', form, base, makeEntity());
			assert.deepEqual(placeAt('ha', place.topic), place);
		}
		assert.equal(placeAt('ha', 'ha/device/zigbee2mqtt_1/config'), null);
		assert.equal(placeAt('ha', 'ha/sensor/zigbee/x/config'), null);
		assert.equal(placeAt('other', 'ha/device/agent-stream_x/config'), null);
	});

	it('makes ids that Home Assistant takes, of whatever comes', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (raw) => {
				assert.match(documentId({ identifiers: [raw] }), /^agent-stream(?!.*--)[A-Za-z0-9_-]*$/);
				const name = slug(raw);
				assert.ok(name === null || /^[a-z0-9]+(_[a-z0-9]+)*$/.test(name));
			}),
		);
	});

	it('slugs as Home Assistant does, or leaves it to it', () => {
		assert.equal(slug('Memory %'), 'memory');
		assert.equal(slug('Größe der Übersicht // "x"'), 'grosse_der_ubersicht_x');
		assert.equal(slug('温度'), null);
	});
});
