import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventReader } from '../../../../../src/dialects/reader';
import { unraid } from '../../../../../src/dialects/unraid';
import type { Entity } from '../../../../../src/model/entity';
import { Pipeline } from '../../../../../src/pipeline';
import { FakeClock } from '../../../../support/fake-clock';
import { fixtureJson, recording } from '../../../../support/unraid-recordings';

/** An entity as the integration showed it; see `test/fixtures/unraid/HA-REFERENCE.md`. */
interface Reference {
	readonly entity_id: string;
	readonly domain: string;
	readonly original_name: string;
	readonly state: string;
	readonly unit: string | null;
	readonly device_class: string | null;
	readonly state_class: string | null;
	readonly entity_category: string | null;
	readonly enabled_by_default: boolean;
	readonly volatile: boolean;
	readonly capabilities: {
		readonly options?: readonly string[];
		readonly event_types?: readonly string[];
		readonly min?: number;
		readonly max?: number;
		readonly step?: number;
	};
	readonly attributes: Readonly<Record<string, unknown>>;
}

interface Timeline {
	readonly initial: string;
	readonly changes: readonly (readonly [second: number, state: string])[];
	readonly end: string;
}

/** What differs on purpose, by `<domain>/<name or glob>`: the same file that `tools/parity` takes with `--allow`. */
const allowed = JSON.parse(
	readFileSync(join(__dirname, '../../../../../docs/parity-differences.json'), 'utf8'),
) as Readonly<Record<string, { readonly fields: readonly string[]; readonly reason: string }>>;

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

const keyOf = (platform: string, name: string) => `${platform}/${name.trim().toLowerCase()}`;
const shown = (entity: Entity) => {
	if (!entity.available) return 'unavailable';
	// Home Assistant writes the offset of a time in full.
	const { state } = entity;
	return entity.device_class === 'timestamp'
		? String(state ?? 'unknown').replace(/Z$/, '+00:00')
		: String(state ?? 'unknown');
};

/** As `tools/parity` compares: numbers may differ by 0.5 %, or by what rounding does. */
function sameState(theirs: string, ours: string, numeric: boolean): boolean {
	if (theirs === ours) return true;
	if (!numeric || theirs === '' || ours === '') return false;
	const [a, b] = [Number(theirs), Number(ours)];
	const size = Math.max(Math.abs(a), Math.abs(b));
	return Math.abs(a - b) <= Math.max(0.005 * size, size >= 1 ? 0.06 : 0.001);
}

/** What `tools/parity` compares. Attributes by name: ours may have more. */
function differences(theirs: Reference, ours: Entity): [field: string, theirs: unknown, ours: unknown][] {
	const found: [string, unknown, unknown][] = [];
	const compare = (field: string, a: unknown, b: unknown) => {
		if (JSON.stringify(a ?? null) !== JSON.stringify(b ?? null)) found.push([field, a, b]);
	};
	const stateless = theirs.volatile || theirs.domain === 'button' || theirs.domain === 'event';
	const numeric = theirs.unit !== null || theirs.state_class !== null || theirs.domain === 'number';
	if (!stateless && !sameState(theirs.state, shown(ours), numeric)) found.push(['state', theirs.state, shown(ours)]);
	compare('unit', theirs.unit, ours.unit_of_measurement);
	compare('device_class', theirs.device_class, ours.device_class);
	compare('state_class', theirs.state_class, ours.state_class);
	compare('entity_category', theirs.entity_category, ours.entity_category);
	compare('enabled_by_default', theirs.enabled_by_default, ours.enabled_by_default);
	const { options, event_types: types, min, max, step } = theirs.capabilities;
	if (options) compare('options', [...options].sort(), [...(ours.options ?? [])].sort());
	if (types) compare('limits', [...types].sort(), [...(ours.options ?? [])].sort());
	if (min !== undefined) compare('limits', { min, max, step }, ours.range);
	const missing = Object.keys(theirs.attributes).filter((name) => !(name in ours.attributes));
	if (theirs.domain !== 'event' && missing.length > 0)
		found.push(['attributes', missing, Object.keys(ours.attributes)]);
	return found;
}

/** Attributes that both have with different values. */
function otherValues(theirs: Reference, ours: Entity): [name: string, theirs: unknown, ours: unknown][] {
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

/** A glob of `tools/parity` (Python's fnmatch, of which only `*` is used). */
const matches = (glob: string, text: string) =>
	new RegExp(`^${glob.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);

/** Whether `docs/parity-differences.json` gives a reason; remembers that it was needed. */
function excused(theirs: Reference, field: string): boolean {
	const name = `${theirs.domain}/${theirs.original_name}`;
	const found = Object.entries(allowed).find(
		([glob, { fields }]) => (fields.includes('*') || fields.includes(field)) && matches(glob, name),
	);
	if (found) used.add(found[0]);
	return found !== undefined;
}

function sameAs(reference: readonly Reference[], world: () => ReturnType<typeof play>) {
	it('differs from it only where there is a reason', () => {
		const { ours } = world();
		const unexplained: unknown[] = [];
		for (const theirs of reference) {
			const key = keyOf(theirs.domain, theirs.original_name);
			const entity = ours.get(key);
			const found = entity ? differences(theirs, entity) : ([['missing', 'present', null]] as const);
			for (const [field, a, b] of found) if (!excused(theirs, field)) unexplained.push([key, field, a, b]);
		}
		assert.deepEqual(unexplained, []);
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
				else if (!excused(theirs, 'attributes')) unexplained.push([key, name, a, b]);
			}
		}
		assert.deepEqual(unexplained, []);
	});
}

describe('unraid entities beside the Home Assistant integration: REST snapshot and live-60s', () => {
	const { entities: reference } = fixtureJson('ha-reference-entities.json') as { entities: readonly Reference[] };
	let world: ReturnType<typeof play>;
	before(() => {
		world = play('live-60s.jsonl', fixtureJson('rest-snapshot.json') as Parameters<typeof play>[1]);
	});
	sameAs(reference, () => world);
});

describe('unraid entities beside the Home Assistant integration: scenario-a', () => {
	const { entities: reference } = fixtureJson('ha-reference-scenario-a.json') as { entities: readonly Reference[] };
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
			const numeric = theirs.unit !== null || theirs.state_class !== null;
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
