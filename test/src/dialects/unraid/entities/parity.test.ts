import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventReader } from '../../../../../src/dialects/reader';
import { unraid } from '../../../../../src/dialects/unraid';
import type { Entity } from '../../../../../src/model/entity';
import { Pipeline } from '../../../../../src/pipeline';
import {
	type Allowed,
	compare,
	isNumeric,
	keyOf,
	matches,
	type Shown,
	sameState,
} from '../../../../home-assistant/compare';
import { FakeClock } from '../../../../support/fake-clock';
import { fixtureJson, recording } from '../../../../support/unraid-recordings';

interface Timeline {
	readonly initial: string;
	readonly changes: readonly (readonly [second: number, state: string])[];
	readonly end: string;
}

/** What differs on purpose, by `<domain>/<name or glob>`: the same file that `tools/parity` takes with `--allow`. */
const allowed = JSON.parse(
	readFileSync(join(__dirname, '../../../../../docs/parity-differences.json'), 'utf8'),
) as Allowed;

/** Values of attributes that differ on purpose (`tools/parity` compares their names only): entity, attribute, reason. */
const judged: readonly (readonly [pattern: RegExp, attribute: RegExp, reason: string])[] = [
	[/^sensor\/docker (cpu|memory) usage$/, /^running_containers$/, 'wire_check: counts a text that no agent sends'],
	[/^sensor\/gpu nvidia /, /^gpu_driver_version$/, 'the agent joins one version a card by line feeds: one is shown'],
	[/^sensor\/(ram usage|.* memory)$/, /^(ram_total|memory_limit)$/, 'exactly 31.25: Python rounds half to even'],
	[/^switch\/vm /, /^disk_io$/, 'wire_check: counters that were labelled as rates'],
	[/^switch\/container /, /^container_ports$/, 'no ports are an empty list, not null'],
	[/^switch\/remote share /, /^server$/, 'the server of an NFS share too'],
	[/^binary_sensor\/parity check running$/, /^parity_check_status$/, 'the word of the document for the empty one'],
	[
		/^binary_sensor\/mover running$/,
		/^logging$/,
		'wire_check: told by the settings of the mover, which it does not read',
	],
	[
		/^binary_sensor\/update available$/,
		/^(current_version|plugin_updates_count)$/,
		'wire_check: the version that runs and the count stand in other answers, which it does not read',
	],
];

/** Timelines that cannot be compared, by entity id. */
const notTimed: readonly (readonly [pattern: RegExp, reason: string])[] = [
	[/_energy$|network_.*_[rt]x$/, 'computed over the accelerated clock'],
	[/^event\.|^button\.|^number\.|_spin$|_autostart$/, 'entities of other types'],
];

/** States of the timeline that ours words otherwise: entity id, theirs, ours. */
const otherwise: readonly (readonly [pattern: RegExp, theirs: string, ours: string, reason: string])[] = [
	[/_backup/, 'unknown', 'unavailable', 'a container that left is unavailable at once'],
	[/_backup/, 'off', 'unavailable', 'a container that left is unavailable at once'],
	[/_disk3_health$/, 'UNKNOWN', 'PASSED', 'the last verdict stands while a disk sleeps (need 5)'],
];

const shown = (entity: Entity) => {
	if (!entity.available) return 'unavailable';
	// Home Assistant writes the offset of a time in full.
	const { state } = entity;
	return entity.device_class === 'timestamp'
		? String(state ?? 'unknown').replace(/Z$/, '+00:00')
		: String(state ?? 'unknown');
};

/** An entity of ours as Home Assistant would show it. */
function asShown(entity: Entity): Shown {
	const { platform: domain, name, options, range } = entity;
	const words = options && (domain === 'event' ? { event_types: options } : { options });
	return {
		entity_id: entity.unique_id,
		unique_id: entity.unique_id,
		domain,
		original_name: name,
		name: null,
		state: shown(entity),
		unit: entity.unit_of_measurement,
		device_class: entity.device_class,
		state_class: entity.state_class,
		entity_category: entity.entity_category,
		enabled_by_default: entity.enabled_by_default,
		// The publisher announces every number as a slider.
		capabilities: { ...words, ...(range && { ...range, mode: 'slider' }) },
		attributes: entity.attributes,
	};
}

/** Attributes that both have with different values. */
function otherValues(theirs: Shown, ours: Entity): [name: string, theirs: unknown, ours: unknown][] {
	if (theirs.domain === 'event') return [];
	return Object.entries(theirs.attributes).flatMap(([name, value]) =>
		name in ours.attributes && JSON.stringify(value) !== JSON.stringify(ours.attributes[name])
			? [[name, value, ours.attributes[name]] as [string, unknown, unknown]]
			: [],
	);
}

/** Plays a world through a pipeline: what it ends with, and every state on the way. */
function play(name: string, rest: Readonly<Record<string, { status: number; body: unknown }>> = {}) {
	const clock = new FakeClock();
	const start = clock.now();
	const history = new Map<string, [second: number, state: string][]>();
	const reports: unknown[] = [];
	const pipeline = new Pipeline({
		source: 'tower',
		dialect: unraid,
		clock,
		report: (error) => reports.push(error),
		changed: (changes) => {
			for (const { entity } of changes) {
				const key = keyOf(entity.platform, entity.name);
				const states = history.get(key) ?? [];
				states.push([Math.floor((clock.now() - start) / 1000), shown(entity)]);
				history.set(key, states);
			}
		},
	});
	const reader = new EventReader({ source: 'tower', dialect: unraid, clock });
	for (const [type, { rest: path }] of Object.entries(unraid.types)) {
		const answer = rest[`/api/v1${path}`];
		if (answer?.status === 200) reader.readRest(type, answer.body, clock.now()).map((event) => pipeline.event(event));
	}
	for (const { t, raw } of recording(name)) {
		clock.advance(start + t - clock.now());
		for (const event of pipeline.frame(raw)) assert.deepEqual(event.issues, [], `${event.type} at ${t}`);
	}
	const ours = new Map<string, Entity>();
	for (const entity of pipeline.entities()) {
		const key = keyOf(entity.platform, entity.name);
		assert.ok(!ours.has(key), `two entities are called ${key}: ${ours.get(key)?.unique_id}, ${entity.unique_id}`);
		ours.set(key, entity);
	}
	pipeline.close();
	assert.equal(clock.timers, 0);
	assert.deepEqual(reports, []);
	return { ours, history };
}

const used = new Set<string>();

/** Whether `docs/parity-differences.json` gives a reason for other attributes. */
const isExcused = ({ domain, original_name: name }: Shown): boolean =>
	Object.entries(allowed).some(
		([pattern, { fields }]) =>
			(fields.includes('*') || fields.includes('attributes')) && matches(pattern, `${domain}/${name}`),
	);

function sameAs(reference: readonly Shown[], world: () => ReturnType<typeof play>) {
	it('differs from it only where there is a reason', () => {
		const found = compare(reference, [...world().ours.values()].map(asShown), allowed);
		for (const pattern of found.used) used.add(pattern);
		assert.deepEqual(
			found.differences.filter(({ reason }) => reason === null),
			[],
		);
	});

	it('gives each attribute the same value', () => {
		const { ours } = world();
		const unexplained: unknown[] = [];
		for (const theirs of reference) {
			const key = keyOf(theirs.domain, theirs.original_name);
			const entity = ours.get(key);
			for (const [name, a, b] of entity ? otherValues(theirs, entity) : []) {
				const line = judged.find(([pattern, names]) => pattern.test(key) && names.test(name));
				if (line) used.add(String(line[0]));
				else if (!isExcused(theirs)) unexplained.push([key, name, a, b]);
			}
		}
		assert.deepEqual(unexplained, []);
	});
}

describe('unraid entities beside the Home Assistant integration: REST snapshot and live-60s', () => {
	const { entities: reference } = fixtureJson('ha-reference-entities.json') as { entities: readonly Shown[] };
	let world: ReturnType<typeof play>;
	before(() => {
		world = play('live-60s.jsonl', fixtureJson('rest-snapshot.json') as Parameters<typeof play>[1]);
	});
	sameAs(reference, () => world);
});

describe('unraid entities beside the Home Assistant integration: scenario-a', () => {
	const { entities: reference } = fixtureJson('ha-reference-scenario-a.json') as { entities: readonly Shown[] };
	const timelines = (fixtureJson('ha-timeline-scenario-a.json') as { entities: Record<string, Timeline> }).entities;
	let world: ReturnType<typeof play>;
	before(() => {
		world = play('scenario-a.jsonl');
	});
	sameAs(reference, () => world);

	it('shows every change of the timeline at that second or earlier', () => {
		const { made_from: made } = fixtureJson('ha-timeline-scenario-a.json') as {
			made_from: { seconds_late_at_most: number };
		};
		const late: unknown[] = [];
		let compared = 0;
		for (const [id, timeline] of Object.entries(timelines)) {
			const theirs = reference.find((entity) => entity.entity_id === id);
			if (theirs?.volatile || notTimed.some(([pattern]) => pattern.test(id))) continue;
			assert.ok(theirs, id);
			const states = world.history.get(keyOf(theirs.domain, theirs.original_name)) ?? [];
			const numeric = isNumeric(theirs);
			for (const [second, state] of timeline.changes) {
				const expected = otherwise.find(([pattern, word]) => pattern.test(id) && word === state)?.[2] ?? state;
				// What held when the integration could first have seen it, and what came since.
				const first = second - made.seconds_late_at_most;
				const held = states.findLastIndex(([at]) => at <= first);
				const window = states.filter(([at], index) => index >= held && at <= second + 1);
				compared += 1;
				if (!window.some(([, mine]) => sameState(expected, mine, numeric))) late.push([id, second, expected, window]);
			}
		}
		assert.deepEqual(late, []);
		assert.ok(compared > 500, `only ${compared} compared`);
	});
});

describe('docs/parity-differences.json', () => {
	it('excuses nothing that is the same', () => {
		const unused = [...Object.keys(allowed), ...judged.map(([pattern]) => String(pattern))].filter(
			(line) => !used.has(line),
		);
		assert.deepEqual(unused, []);
	});
});
