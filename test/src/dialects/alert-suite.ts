import assert from 'node:assert/strict';
import { kinds } from '../../../src/alert/kinds';
import { matcher } from '../../../src/alert/match';
import type { Dialect } from '../../../src/dialects/dialect';
import { alertRulesSchema } from '../../../src/model/alert';
import type { Row, World } from '../../../src/model/description';
import { limits } from '../../../src/model/limits';
import { AlertRun } from '../../support/alert-run';
import { makeEntity } from '../../support/entities';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** What makes a preset raise and clear again, and what is told of it. */
export interface PresetCase {
	readonly script: (run: AlertRun) => Promise<void>;
	/** As `state severity`. */
	readonly told: readonly string[];
	/** The text of the first. */
	readonly text: string | RegExp;
}

/** The presets of one dialect. */
export interface PresetSuite {
	readonly dialect: Dialect;
	/** Frames of a recording or of the document: every preset is about something in them. */
	readonly frames: readonly string[];
	/** A healthy server: what it sends at first and by itself. */
	readonly begin: (run: AlertRun) => Promise<void>;
	/** By rule. */
	readonly cases: { readonly [rule: string]: PresetCase };
	/** Some hours in the life of a server where all goes well. */
	readonly healthy: (run: AlertRun) => Promise<void>;
}

const raised = ['raised warning', 'cleared warning'] as const;
const critical = ['raised critical', 'cleared critical'] as const;
/** What most presets tell, one that raises and is over. */
export const told = { warning: raised, critical, info: ['raised info', 'cleared info'] } as const;

/** Tests every preset of a dialect. */
export function presetSuite({ dialect, frames, begin, cases, healthy }: PresetSuite): void {
	const alerts = dialect.alerts ?? [];
	const rows = dialect.subjects.flatMap((subject) =>
		(subject.rows as readonly Row<object, World>[]).map((row) => ({ subject, row })),
	);

	it('are rules, and each has a case here', () => {
		assert.deepEqual(alertRulesSchema.parse(alerts), alerts);
		assert.deepEqual(Object.keys(cases).sort(), alerts.map(({ id }) => id).sort());
	});

	for (const { id, entities, attribute, condition } of alerts) {
		it(`${id} is about rows, words and attributes that there are`, () => {
			const matches = matcher(entities);
			const found = rows.filter(({ subject, row }) =>
				matches(makeEntity({ subject: subject.subject, row: row.key, device_class: row.deviceClass ?? null })),
			);
			assert.ok(found.length > 0);
			for (const wanted of entities.rows)
				assert.ok(
					found.some(({ row }) => row.key === wanted),
					wanted,
				);
			for (const wanted of entities.subjects)
				assert.ok(
					found.some(({ subject }) => subject.subject === wanted),
					wanted,
				);
			for (const { row } of found) {
				if (attribute !== undefined) assert.ok(attribute in (row.attributes ?? {}), attribute);
				else if ('states' in condition && condition.kind !== 'no_data' && row.options) {
					for (const word of condition.states) assert.ok(row.options.includes(word), word);
				}
				if (condition.kind !== 'happens') continue;
				assert.equal(row.platform, 'event');
				for (const word of condition.types) assert.ok(row.options?.includes(word), word);
			}
			if ('states' in condition && condition.kind === 'no_data') {
				for (const word of condition.states)
					assert.ok(
						found.some(({ row }) => row.options?.includes(word) ?? true),
						word,
					);
			}
		});
	}

	it('say of what happens and is over how often it did since the first time', () => {
		for (const { id, condition, clearText } of alerts) {
			const { momentary, cleared } = kinds[condition.kind];
			if (momentary)
				assert.match(
					clearText || cleared,
					/\bno(thing)? more\b.* \{count\} in all since \{since\}|has not .* again: \{count\} in all since/i,
					id,
				);
		}
	});

	it('are about entities of a recording', async () => {
		const run = new AlertRun(dialect);
		await run.connection(true);
		await run.take(...frames);
		for (const { id } of alerts) assert.ok(run.engine.matches(id).length > 0, id);
		run.close();
	});

	for (const [id, { script, told: wanted, text }] of Object.entries(cases)) {
		it(`${id}: ${wanted.join(', ')}`, async () => {
			const run = new AlertRun(dialect);
			await begin(run);
			await run.pass(minute);
			assert.deepEqual(run.said(), [], 'before anything is wrong');
			await script(run);
			const rule = alerts.find((one) => one.id === id);
			// What is heard again is told when it was heard for a while.
			if (rule?.condition.kind === 'no_data') await run.pass(rule.clearFor ?? 0);
			assert.deepEqual(run.said(id), wanted);
			const texts = run.told.filter(({ rule }) => rule === id).map((change) => change.text);
			if (typeof text === 'string') assert.equal(texts[0], text);
			else assert.match(texts[0] ?? '', text);
			for (const each of texts) assert.doesNotMatch(each, /[{}[\]]|undefined|null|NaN/);
			run.close();
		});
	}

	it('tell of a server that was away before the start, once, and when it is there', async () => {
		const run = new AlertRun(dialect);
		await run.connection(false);
		await run.pass(limits.alertGrace - 1_000);
		assert.deepEqual(run.said(), []);
		await run.pass(2_000);
		assert.deepEqual(run.said(), ['raised critical']);
		await run.pass(hour);
		await run.connection(true);
		await begin(run);
		await run.pass(2 * minute);
		assert.deepEqual(run.said(), critical);
		run.close();
	});

	it('raise nothing while all goes well', async () => {
		const run = new AlertRun(dialect);
		await healthy(run);
		assert.deepEqual(
			run.told.map(({ rule, state, text }) => [rule, state, text]),
			[],
		);
		for (const { id } of alerts) assert.equal(run.engine.status(id).raised, 0);
		run.close();
	});
}
