import assert from 'node:assert/strict';
import { subjects } from '../../../../../src/dialects/unraid/entities';
import { identify } from '../../../../../src/dialects/unraid/identify';
import { unwrap } from '../../../../../src/dialects/unraid/protocol';
import { topics } from '../../../../../src/dialects/unraid/topics';
import type { Reading } from '../../../../../src/model/description';
import { parseJson } from '../../../../../src/model/json';
import { tableRows, watched } from '../../../../support/entity-rows';
import { fixtureJson, recording } from '../../../../support/unraid-recordings';

/** Home Assistant's units for the classes that rows use; `null` = the class takes no unit. */
const unitsOfSensor: Readonly<Record<string, readonly (string | null)[]>> = {
	temperature: ['°C', '°F', 'K'],
	power: ['mW', 'W', 'kW', 'MW', 'GW', 'TW', 'BTU/h'],
	energy: ['J', 'kJ', 'MJ', 'GJ', 'mWh', 'Wh', 'kWh', 'MWh', 'GWh', 'TWh', 'cal', 'kcal', 'Mcal', 'Gcal'],
	voltage: ['V', 'mV', 'µV', 'kV', 'MV'],
	frequency: ['Hz', 'kHz', 'MHz', 'GHz'],
	battery: ['%'],
	duration: ['d', 'h', 'min', 's', 'ms', 'µs'],
	current: ['A', 'mA'],
	apparent_power: ['mVA', 'VA', 'kVA'],
	data_size: ['bit', 'kbit', 'Mbit', 'Gbit', 'B', 'kB', 'MB', 'GB', 'TB', 'PB', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'],
	data_rate: ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'B/s', 'kB/s', 'MB/s', 'GB/s', 'KiB/s', 'MiB/s', 'GiB/s'],
	timestamp: [null],
	enum: [null],
};

/** Home Assistant's state classes for device classes that do not take all of them. */
const stateClassesOf: Readonly<Record<string, readonly (string | undefined)[]>> = {
	energy: [undefined, 'total', 'total_increasing'],
	timestamp: [undefined],
	enum: [undefined],
	temperature: [undefined, 'measurement'],
	power: [undefined, 'measurement'],
	voltage: [undefined, 'measurement'],
	frequency: [undefined, 'measurement'],
	battery: [undefined, 'measurement'],
	current: [undefined, 'measurement'],
	apparent_power: [undefined, 'measurement'],
	data_rate: [undefined, 'measurement'],
};

const binaryClasses = new Set(['running', 'problem', 'connectivity', 'update', 'battery', 'battery_charging']);

/** Attribute names that Home Assistant drops silently (facts/home-assistant-mqtt.md, section 1). */
const reserved = new Set(
	(
		'state unit_of_measurement device_class icon entity_picture friendly_name supported_features assumed_state available ' +
		'entity_id unique_id entity_category device_info force_update should_poll group_entities state_class last_reset min max step'
	).split(' '),
);

/** Rows that no recording gives a state, with the reason. */
const never: Readonly<Record<string, string>> = {
	'container.autostart': 'the agent takes the setting and does not tell it',
	'zfs.arc_l2_size': 'the recorded server has no cache on disk; see zfs.test.ts',
	'zfs.arc_l2_hit_ratio': 'the recorded server has no cache on disk; see zfs.test.ts',
	'nut.input_current': 'the recorded UPS does not tell; see nut.test.ts',
	'nut.output_current': 'the recorded UPS does not tell; see nut.test.ts',
	'nut.output_frequency': 'the recorded UPS does not tell; see nut.test.ts',
	'nut.battery_status': 'the recorded UPS does not tell; see nut.test.ts',
};

/** Subjects that no recording has, with the reason. */
const unseen: Readonly<Record<string, string>> = {
	user_script: 'only REST tells of them, and the recorded server has none',
};

/** Every world that the recordings pass through: the newest data of each type after every frame of a topic, and the REST snapshot. */
function* worlds(): Iterable<Readonly<Record<string, unknown>>> {
	const answers = fixtureJson('rest-snapshot.json') as Record<string, { status: number; body?: unknown }>;
	const fetched = Object.entries(topics).flatMap(([type, { rest }]) => {
		const answer = rest === undefined ? undefined : answers[`/api/v1${rest}`];
		return answer?.status === 200 ? [[type, answer.body] as const] : [];
	});
	yield { $connection: { open: true, opened: 0 }, ...Object.fromEntries(fetched) };
	for (const name of [
		'encoded-typical.jsonl',
		'generation-1.1.0-typical.jsonl',
		'live-60s.jsonl',
		'scenario-a.jsonl',
	]) {
		const world: Record<string, unknown> = {};
		for (const frame of recording(name)) {
			const { data } = unwrap(parseJson(frame.raw));
			const { type } = identify(unwrap(parseJson(frame.raw)));
			world[topics[type]?.feeds ?? type] = data;
			yield { ...world };
		}
	}
}

const reading = (world: Readonly<Record<string, unknown>>): Reading => ({
	world,
	at: Date.UTC(2026, 8, 14),
	previous: undefined,
});

/** Each distinct item of a subject in the recordings, at most `most`, with the world that it came from. */
const itemsBySubject = new Map<
	(typeof subjects)[number],
	{ item: object; world: Readonly<Record<string, unknown>> }[]
>();
before(() => {
	const known = new Map<(typeof subjects)[number], Set<string>>();
	for (const subject of subjects) {
		itemsBySubject.set(subject, []);
		known.set(subject, new Set());
	}
	for (const world of worlds()) {
		for (const subject of subjects) {
			for (const item of subject.items(world) ?? []) {
				const text = JSON.stringify(item);
				const seen = known.get(subject);
				if (!seen || seen.has(text) || seen.size >= 600) continue;
				seen.add(text);
				itemsBySubject.get(subject)?.push({ item, world });
			}
		}
	}
});

describe('unraid entity rows', () => {
	it('have keys of [a-z0-9_] that are unique per subject', () => {
		const seen = new Set<string>();
		for (const { row, name } of tableRows) {
			assert.match(row.key, /^[a-z0-9_]+$/, name);
			assert.ok(!seen.has(name), `${name} stands twice`);
			seen.add(name);
		}
		assert.ok(seen.size >= 50);
	});

	it('belong to subjects with safe names, made from topics that exist', () => {
		for (const { subject, from } of subjects) {
			assert.match(subject, /^[a-z0-9_]+$/);
			for (const type of from) assert.ok(type === '$connection' || Object.hasOwn(topics, type), type);
			assert.ok(from.every((type) => topics[type]?.feeds === undefined));
		}
	});

	it('have a device class, unit and state class that Home Assistant takes together', () => {
		for (const { row, name } of tableRows) {
			if (row.platform === 'binary_sensor') {
				assert.ok(row.deviceClass === undefined || binaryClasses.has(row.deviceClass), name);
				assert.equal(row.unit, undefined, name);
				assert.equal(row.stateClass, undefined, name);
			} else if (row.platform === 'sensor') {
				if (row.deviceClass !== undefined) {
					assert.ok(unitsOfSensor[row.deviceClass]?.includes(row.unit ?? null), `${name}: ${row.unit}`);
					const allowed = stateClassesOf[row.deviceClass];
					assert.ok(allowed === undefined || allowed.includes(row.stateClass), `${name}: ${row.stateClass}`);
				}
				assert.notEqual(row.category, 'config', `${name}: Home Assistant refuses config for sensors`);
			} else {
				assert.ok(row.deviceClass === undefined || row.platform === 'update', name);
				assert.ok(row.unit === undefined || row.platform === 'number', name);
			}
			if (row.platform === 'binary_sensor') assert.notEqual(row.category, 'config', name);
			if (row.platform === 'update') continue;
			assert.equal(row.command !== undefined, !['sensor', 'binary_sensor', 'event'].includes(row.platform), name);
		}
	});

	it('have options where they are an enum, and then neither unit nor state class', () => {
		for (const { row, name } of tableRows) {
			assert.equal(row.options !== undefined, row.deviceClass === 'enum' || row.platform === 'event', name);
			assert.equal(row.happenings !== undefined, row.platform === 'event', name);
			if (row.deviceClass !== 'enum') continue;
			assert.ok((row.options?.length ?? 0) > 1, name);
			assert.equal(new Set(row.options).size, row.options?.length, name);
			assert.equal(row.unit, undefined, name);
			assert.equal(row.stateClass, undefined, name);
		}
	});

	it('have a name, and where there are several things one that tells them apart', () => {
		for (const { subject, row, name } of tableRows) {
			assert.notEqual(row.name.trim(), '', name);
			assert.equal(/\{label\}|\{LABEL\}/.test(row.name), subject.key !== undefined, `${name}: ${row.name}`);
			assert.ok(row.short === undefined || !row.short.includes('{'), name);
		}
	});

	it('use no attribute name that Home Assistant reserves, and tick only with attributes they have', () => {
		for (const { row, name } of tableRows) {
			const names = Object.keys(row.attributes ?? {});
			for (const attribute of names) {
				assert.match(attribute, /^[a-z0-9_]+$/, name);
				assert.ok(!reserved.has(attribute), `${name}: ${attribute}`);
			}
			for (const ticking of row.ticking ?? []) assert.ok(names.includes(ticking), `${name}: ${ticking}`);
		}
	});

	for (const { subject, row, name } of tableRows) {
		it(`${name} lists every field that it reads, and has a state on a recording`, () => {
			const items = itemsBySubject.get(subject) ?? [];
			assert.equal(items.length > 0, unseen[subject.subject] === undefined, `recordings with a ${subject.subject}`);
			if (items.length === 0) return;
			const declared = new Set<string>(row.from as readonly string[]);
			let states = 0;
			for (const { item: raw, world } of items) {
				const { item, reads } = watched(raw);
				const there = row.when?.(item, world) ?? true;
				let state = row.value(item, reading(world));
				for (const { type } of row.happenings?.(item) ?? []) state = type;
				if (row.fold) {
					const first = row.fold(item, undefined, 0);
					state = row.fold(item, first.memory, 60_000).state ?? first.state;
				}
				for (const source of Object.values(row.attributes ?? {})) {
					if (typeof source === 'function') source(item as never, reading(world));
					else reads.add(source);
				}
				for (const field of reads) assert.ok(declared.has(field), `${name} reads ${field} and does not say so`);
				if (there && state !== null) states += 1;
				if (there && row.options && state !== null) assert.ok(row.options.includes(String(state)), `${name}: ${state}`);
				if (there && row.unit) assert.ok(state === null || typeof state === 'number', `${name}: ${state}`);
			}
			const isStateless = row.platform === 'button' || never[name] !== undefined;
			assert.equal(states > 0, !isStateless, `${states} states; listed: ${never[name]}`);
		});
	}

	it('needs no exception that is not one', () => {
		for (const name of Object.keys(never))
			assert.ok(
				tableRows.some((row) => row.name === name),
				name,
			);
	});
});
