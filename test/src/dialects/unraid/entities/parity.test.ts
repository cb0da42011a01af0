import assert from 'node:assert/strict';
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
	readonly capabilities: { readonly options?: readonly string[] };
	readonly attributes: Readonly<Record<string, unknown>>;
}

interface Timeline {
	readonly initial: string;
	readonly changes: readonly (readonly [second: number, state: string])[];
	readonly end: string;
}

/** What the reference holds of other types than the nine of the 1.1.0 document, or of things that are commanded only. */
const later: readonly (readonly [pattern: RegExp, reason: string])[] = [
	[/^button\//, 'buttons are commands: a later issue'],
	[/^number\//, 'fan control is a topic of its own: the next issue'],
	[/^event\//, 'notifications are a topic of their own: the next issue'],
	[/^(sensor|binary_sensor)\/(zfs .*|.* corrupted files)$/, 'ZFS is a topic of its own: the next issue'],
	[
		/^(sensor|binary_sensor)\/(unassigned device|remote share|notifications|registration|installed plugins|plugins|flash|docker port) ?.*$/,
		'topics and REST answers of their own: the next issue',
	],
	[
		/^binary_sensor\/(.* service|flash healthy|mover running|update available|parity check scheduled)$/,
		'the next issue',
	],
	[/^sensor\/(last parity check|next parity check|unraid version|diagnostics degraded subsystems)$/, 'the next issue'],
	[/^switch\/remote share .*$/, 'commands: a later issue'],
	[/^sensor\/system status$/, 'told from REST polling and pressed buttons, not from a frame: a later issue'],
	[/^switch\/container .* autostart$/, 'wire_check: broken, no agent sends the key'],
	[/^switch\/disk .* spin$/, 'wire_check: broken, no agent has the route; shown as binary sensors instead'],
];

/** Differences of entities that both have: `<platform>/<name>` and the field. Every one is ours on purpose. */
const judged: readonly (readonly [pattern: RegExp, field: RegExp, reason: string])[] = [
	[/^sensor\/network .* [rt]x$/, /^state$/, 'the reference computed rates over an accelerated clock'],
	[/ energy$/, /^state$/, 'the reference integrated over an accelerated clock'],
	[/./, /^-restored$/, 'an attribute that Home Assistant itself writes for what is gone'],
	[/^binary_sensor\/parity check running$/, /^-parity_check_status$/, 'an empty word is no status: left out'],
	[/^sensor\/array usage$/, /^\+used_space$/, 'wire_check: never shown by the integration; total less free would do'],
	[/backup/, /^\+|^state$/, 'a container that left is unavailable with its last values, not unknown or off'],
	[/^sensor\/docker (cpu|memory) usage$/, /^running_containers$/, 'wire_check: counts a text that no agent sends'],
	[
		/^sensor\/gpu uhd graphics 770 temperature$/,
		/^state$/,
		'wire_check: 0 stands for no sensor; the processor has one',
	],
	[/^sensor\/disk disk3 health$/, /^state$/, 'the last verdict stands while a disk sleeps (need 5)'],
	[/^sensor\/gpu nvidia /, /^gpu_driver_version$/, 'the agent joins one version a card by line feeds: one is shown'],
	[/^sensor\/(ram usage|.* memory)$/, /^(ram_total|memory_limit)$/, 'exactly 31.25: Python rounds half to even'],
	[
		/^switch\/container (sonarr|home-assistant|minecraft_ß-server)$/,
		/^-container_ports$/,
		'null ports of a stopped container are no attribute',
	],
	[/^switch\/vm /, /^disk_io$/, 'wire_check: counters that were labelled as rates'],
];

/** Ours that the integration has not. */
const more: readonly (readonly [pattern: RegExp, reason: string])[] = [
	[/^binary_sensor\/disk .* spin$/, 'in place of the switches that no agent carries out'],
	[
		/^sensor\/(vm )?(plex|sonarr|home-assistant|backup|(db-)?postgres|minecraft_ß-server|ubuntu-server|windows 11|hassos.*) state$/,
		'need: paused, restarting, crashed',
	],
	[/^sensor\/ups status$/, 'need: the state of a UPS as an enum'],
];

/** Timelines that cannot be compared, by entity id. */
const notTimed: readonly (readonly [pattern: RegExp, reason: string])[] = [
	[/_energy$|network_.*_[rt]x$/, 'computed over the accelerated clock'],
	[/^event\.|^button\.|^number\.|_spin$|_autostart$|system_status|zfs|corrupted/, 'entities of other types'],
];

/** States of the timeline that ours words otherwise: entity id, theirs, ours. */
const otherwise: readonly (readonly [pattern: RegExp, theirs: string, ours: string, reason: string])[] = [
	[/_backup/, 'unknown', 'unavailable', 'a container that left is unavailable at once'],
	[/_backup/, 'off', 'unavailable', 'a container that left is unavailable at once'],
	[/_disk3_health$/, 'UNKNOWN', 'PASSED', 'the last verdict stands while a disk sleeps (need 5)'],
];

const keyOf = (platform: string, name: string) => `${platform}/${name.trim().toLowerCase()}`;
const shown = (entity: Entity) => (entity.available ? String(entity.state ?? 'unknown') : 'unavailable');

/** As `tools/parity` compares: numbers may differ by 0.5 %, or by what rounding does. */
function sameState(theirs: string, ours: string, numeric: boolean): boolean {
	if (theirs === ours) return true;
	if (!numeric || theirs === '' || ours === '') return false;
	const [a, b] = [Number(theirs), Number(ours)];
	const size = Math.max(Math.abs(a), Math.abs(b));
	return Math.abs(a - b) <= Math.max(0.005 * size, size >= 1 ? 0.06 : 0.001);
}

function differences(theirs: Reference, ours: Entity): [field: string, theirs: unknown, ours: unknown][] {
	const found: [string, unknown, unknown][] = [];
	const compare = (field: string, a: unknown, b: unknown) => {
		if (JSON.stringify(a ?? null) !== JSON.stringify(b ?? null)) found.push([field, a, b]);
	};
	const numeric = theirs.unit !== null || theirs.state_class !== null;
	if (!theirs.volatile && !sameState(theirs.state, shown(ours), numeric)) {
		found.push(['state', theirs.state, shown(ours)]);
	}
	compare('unit', theirs.unit, ours.unit_of_measurement);
	compare('device_class', theirs.device_class, ours.device_class);
	compare('state_class', theirs.state_class, ours.state_class);
	compare('entity_category', theirs.entity_category, ours.entity_category);
	compare('enabled_by_default', theirs.enabled_by_default, ours.enabled_by_default);
	if (theirs.capabilities.options) {
		compare('options', [...theirs.capabilities.options].sort(), [...(ours.options ?? [])].sort());
	}
	for (const [name, value] of Object.entries(theirs.attributes)) {
		if (name in ours.attributes) compare(name, value, ours.attributes[name]);
		else found.push([`-${name}`, value, undefined]);
	}
	for (const [name, value] of Object.entries(ours.attributes)) {
		if (!(name in theirs.attributes)) found.push([`+${name}`, undefined, value]);
	}
	return found;
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
	const ours = new Map(pipeline.entities().map((entity) => [keyOf(entity.platform, entity.name), entity]));
	pipeline.close();
	assert.equal(clock.timers, 0);
	assert.deepEqual(reports, []);
	return { ours, history };
}

const used = new Set<RegExp>();

/** The first line of a table that fits; remembers that it was needed. */
function excused<T extends readonly [pattern: RegExp, ...rest: unknown[]]>(
	table: readonly T[],
	fits: (line: T) => boolean,
) {
	const line = table.find(fits);
	if (line) used.add(line[0]);
	return line !== undefined;
}

function sameAs(reference: readonly Reference[], world: () => ReturnType<typeof play>, atLeast: number) {
	it('has every entity of the nine documented types', () => {
		const { ours } = world();
		const missing = reference
			.map((entity) => keyOf(entity.domain, entity.original_name))
			.filter((key) => !ours.has(key) && !excused(later, ([pattern]) => pattern.test(key)));
		assert.deepEqual(missing, []);
	});

	it('gives each the same state, unit, classes, category, options and attributes', () => {
		const { ours } = world();
		const unexplained: unknown[] = [];
		let compared = 0;
		for (const theirs of reference) {
			const key = keyOf(theirs.domain, theirs.original_name);
			const entity = ours.get(key);
			if (!entity) continue;
			compared += 1;
			for (const [field, a, b] of differences(theirs, entity)) {
				if (!excused(judged, ([pattern, fields]) => pattern.test(key) && fields.test(field))) {
					unexplained.push([key, field, a, b]);
				}
			}
		}
		assert.deepEqual(unexplained, []);
		assert.ok(compared >= atLeast, `only ${compared} compared`);
	});

	it('has nothing more than it says', () => {
		const theirs = new Set(reference.map((entity) => keyOf(entity.domain, entity.original_name)));
		const extra = [...world().ours.keys()].filter((key) => !theirs.has(key));
		assert.deepEqual(
			extra.filter((key) => !excused(more, ([pattern]) => pattern.test(key))),
			[],
		);
	});
}

describe('unraid entities beside the Home Assistant integration: REST snapshot and live-60s', () => {
	const { entities: reference } = fixtureJson('ha-reference-entities.json') as { entities: readonly Reference[] };
	let world: ReturnType<typeof play>;
	before(() => {
		world = play('live-60s.jsonl', fixtureJson('rest-snapshot.json') as Parameters<typeof play>[1]);
	});
	sameAs(reference, () => world, 110);
});

describe('unraid entities beside the Home Assistant integration: scenario-a', () => {
	const { entities: reference } = fixtureJson('ha-reference-scenario-a.json') as { entities: readonly Reference[] };
	const timelines = (fixtureJson('ha-timeline-scenario-a.json') as { entities: Record<string, Timeline> }).entities;
	let world: ReturnType<typeof play>;
	before(() => {
		world = play('scenario-a.jsonl');
	});
	sameAs(reference, () => world, 110);

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

describe('the tables of judged differences', () => {
	it('excuse nothing that is the same', () => {
		const unused = [...later, ...judged, ...more].filter(([pattern]) => !used.has(pattern));
		assert.deepEqual(unused.map(String), []);
	});
});
