import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { durationOf, durationText } from '../../nodes/editor/alert-durations';
import * as fields from '../../nodes/editor/alert-fields';
import { problemsOf, troubles, twins } from '../../nodes/editor/alert-problems';
import {
	type Draft,
	fieldText,
	fieldValue,
	freeId,
	levelsOf,
	missing,
	newRule,
	putAt,
	tidy,
	valueAt,
} from '../../nodes/editor/alert-rule';
import { dialects } from '../../src/dialects';
import { alertRuleSchema, alertRulesSchema } from '../../src/model/alert';
import { formPaths, type JsonSchema, ruleArbitrary, schemaLeaves } from './support/alert-rules';

const texts = (
	JSON.parse(readFileSync(join(__dirname, '../../nodes/locales/en-US/alert.json'), 'utf8')) as Record<string, unknown>
)['agent-stream-alert'];
const { ruleFields, kindFields, levelFields, otherFields, hasLevels, kinds } = fields;
const levelParts = [...levelFields, ...otherFields];
const all = [...ruleFields, ...Object.values(kindFields).flat(), ...levelParts];
const presets = dialects.flatMap(({ alerts = [] }) => alerts);
const offers = dialects.map(({ name, alerts = [] }) => ({ name, rules: alerts }));
const schema = z.toJSONSchema(alertRuleSchema, { io: 'input' }) as JsonSchema;

/** What fields make of what they show: nothing that has no field comes through. */
const retyped = (shown: readonly fields.Field[], holder: unknown): Draft =>
	shown.reduce<Draft>(
		(made, field) => putAt(made, field.path, fieldValue(field, fieldText(field, valueAt(holder, field.path)))),
		{},
	);

function retypedRule(rule: unknown): Draft {
	const kind = String(valueAt(rule, 'condition.kind'));
	const condition = { kind, ...retyped(fields.fieldsOf(kind), valueAt(rule, 'condition')) };
	const levels = levelsOf(rule as Draft).map((level) => retyped(levelParts, level));
	const { enabled } = rule as Draft;
	return { ...retyped(ruleFields, rule), enabled, condition: hasLevels(kind) ? { ...condition, levels } : condition };
}

describe('the form of an alert rule', () => {
	it('has a text for each field, hint, choice, kind and problem', () => {
		const keys = all.flatMap(({ path, label = `field.${path}`, hint, range, choices = [] }) => [
			label,
			...(hint ? [`hint.${hint}`] : []),
			...(range ? [`problem.${range}`] : []),
			...choices.map((choice) => `choice.${path}.${choice}`),
		]);
		const ofKinds = kinds.flatMap((kind) => [`kind.${kind}`, `about.${kind}`]);
		for (const key of [...keys, ...ofKinds]) assert.equal(typeof valueAt(texts, key), 'string', key);
	});

	it('has a field for every property that a rule can have, and of its kind', () => {
		const leaves = schemaLeaves(schema);
		assert.deepEqual([...formPaths().keys()].sort(), [...leaves.keys()].sort());
		assert.ok(leaves.has('condition:is.unknown') && leaves.has('condition:jsonata.unavailable'));
		for (const [path, field] of formPaths()) {
			const leaf = leaves.get(path);
			if (!leaf || !field) continue;
			const { kind, choices = [], standard = choices[0] } = field;
			const is = {
				array: ['words'],
				string: leaf.enum ? ['choice'] : ['text', 'long', 'id'],
				number: ['number'],
				integer: ['duration'],
				boolean: ['flag'],
			}[leaf.type ?? ''];
			assert.ok(is?.includes(kind), `${path} is ${leaf.type}, its field ${kind}`);
			if (leaf.enum) assert.deepEqual([...choices].sort(), [...leaf.enum].sort(), path);
			if (choices.length > 0) assert.equal(standard, String(leaf.default ?? false), `what counts without ${path}`);
		}
	});

	it('shows every preset, and every rule that there can be, and makes the same of what it shows', () => {
		assert.ok(presets.length > 60);
		for (const preset of presets) assert.deepEqual(alertRuleSchema.parse(retypedRule(preset)), preset);
		fc.assert(
			fc.property(ruleArbitrary(schema), (rule) => {
				const { data } = alertRuleSchema.safeParse(rule);
				fc.pre(data !== undefined);
				assert.deepEqual(alertRuleSchema.parse(retypedRule(rule)), data);
				assert.deepEqual(problemsOf(rule), []);
			}),
			{ numRuns: 500 },
		);
	});

	it('accepts nothing that the runtime refuses', () => {
		const any = fc.constantFrom(
			'0',
			'1',
			'-1',
			'5',
			'0.5',
			'1 s',
			'5 min',
			'10 ms',
			'a',
			'a, b',
			'true',
			'up',
			'info',
			'"',
		);
		const text = ({ kind, choices = [] }: fields.Field) => {
			const good = choices.length > 0 ? fc.constantFrom(...choices) : fc.constant(kind === 'duration' ? '5 min' : '5');
			return fc.oneof(
				{ weight: 20, arbitrary: fc.constant('') },
				{ weight: 10, arbitrary: good },
				{ weight: 1, arbitrary: any },
			);
		};
		const typed = (shown: readonly fields.Field[]) =>
			fc
				.tuple(...shown.map(text))
				.map((words) =>
					shown.reduce<Draft>(
						(made, field, index) => putAt(made, field.path, fieldValue(field, words[index] ?? '')),
						{},
					),
				);
		const rules = fc.constantFrom(...kinds).chain((kind) =>
			fc
				.record({
					rule: typed(ruleFields),
					condition: typed(kindFields[kind]),
					levels: fc.array(typed(levelParts), { maxLength: 3 }),
				})
				.map(({ rule, condition, levels }) => ({
					...rule,
					id: 'a',
					name: 'A',
					condition: { kind, ...condition, ...(hasLevels(kind) && { levels }) },
				})),
		);
		let accepted = 0;
		fc.assert(
			fc.property(rules, (rule) => {
				if (problemsOf(rule).length > 0) return;
				accepted += 1;
				alertRuleSchema.parse(rule);
			}),
			{ numRuns: 3_000 },
		);
		assert.ok(accepted > 100, `${accepted} were accepted`);
	});

	it('takes words with commas, blanks and quotes, and the empty one', () => {
		const field: fields.Field = { path: 'states', kind: 'words' };
		for (const [text, words] of [
			['on, off', ['on', 'off']],
			['one\ntwo,,', ['one', 'two']],
			['"a, b", c', ['a, b', 'c']],
			['""', ['']],
			['say "hi", "so" so', ['say "hi"', '"so" so']],
			['"open', ['"open']],
			['"bad \\x"', ['"bad \\x"']],
		] as const)
			assert.deepEqual(fieldValue(field, text), words, text);
		assert.equal(fieldValue(field, ' , '), undefined);
		fc.assert(
			fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
				assert.deepEqual(fieldValue(field, fieldText(field, words)), words);
			}),
		);
	});

	it('changes only what is typed', () => {
		const rule = { own: 1, condition: { kind: 'is' }, entities: { attribute: { name: 'role', other: 2 } } };
		const made = putAt(rule, 'entities.attribute.name', undefined);
		assert.deepEqual(made, { ...rule, entities: { attribute: { other: 2 } } });
		assert.deepEqual(putAt(made, 'entities.attribute.other', undefined), { own: 1, condition: { kind: 'is' } });
		assert.deepEqual(Object.keys(putAt(rule, 'own', 3)), ['own', 'condition', 'entities']);
		assert.equal(rule.entities.attribute.name, 'role');
	});

	it('adds the presets of every dialect once, also where two dialects have one id', () => {
		let rules: Draft[] = [];
		for (const { name } of [...dialects, ...dialects]) rules = [...rules, ...missing(rules, name, offers)];
		assert.equal(rules.length, presets.length);
		assert.equal(alertRulesSchema.parse(rules).length, presets.length);
		const backwards: Draft[] = [];
		for (const { name } of [...dialects].reverse()) backwards.push(...missing(backwards, name, offers));
		assert.equal(alertRulesSchema.parse(backwards).length, presets.length);
		const changed = (rule: Draft) => ({
			...putAt(putAt(rule, 'entities.sources', ['tower']), 'condition.severity', 'info'),
			name: 'Mine',
			raiseFor: 1,
		});
		for (const { name } of dialects) {
			assert.deepEqual(missing(rules.map(changed), name, offers), [], name);
			assert.deepEqual(missing(missing([], name, offers).map(changed), name, offers), [], `${name} alone`);
		}
		const without = rules.filter(({ id }) => id !== 'agent-silent');
		assert.deepEqual(missing(without, 'autosdlc', offers), []);
		assert.deepEqual(
			missing(without, 'unraid', offers).map(({ id }) => id),
			['agent-silent'],
		);
	});

	it('knows durations in words', () => {
		for (const [text, ms] of [
			['30 s', 30_000],
			['30', 30_000],
			['0.1 s', 100],
			['5min', 300_000],
			['5 minutes', 300_000],
			['1 h 30 min', 5_400_000],
			['2 days', 172_800_000],
			['1,5 h', 5_400_000],
			['0', 0],
		] as const)
			assert.equal(durationOf(text), ms, text);
		for (const text of ['', 'soon', '5 parsecs', '-1 s', '1 h 30', '5 min,', '400 d'])
			assert.equal(durationOf(text), null, text);
		fc.assert(fc.property(fc.integer({ min: 0, max: 2_147_483_647 }), (ms) => durationOf(durationText(ms)) === ms));
	});

	it('tells what cannot work', () => {
		const rule = tidy({ ...newRule(new Set()), name: 'One', condition: { kind: 'is', states: ['on'] } });
		assert.equal(troubles([rule]), '');
		assert.equal(troubles(undefined), '');
		for (const [bad, why] of [
			[[rule, rule], 'ids'],
			[[{ ...rule, id: 'Not an id' }], 'id'],
			[[{ ...rule, name: '' }], 'name'],
			[[{ ...rule, condition: { kind: 'sideways' } }], 'kind'],
			[[{ ...rule, condition: { kind: 'is' } }], 'states'],
			[[{ ...rule, condition: { kind: 'above', levels: [{ severity: 'warning' }] } }], 'level'],
			[[{ ...rule, condition: { kind: 'above', levels: [] } }], 'levels'],
			[[{ ...rule, condition: { kind: 'above', levels: [{ value: 'x' }] } }], 'number'],
			[[{ ...rule, condition: { kind: 'above', levels: [{ entity: { subject: 'a' } }] } }], 'other entity'],
			[[{ ...rule, raiseFor: 'soon' }], 'time'],
			[[{ ...rule, entities: { attribute: { values: ['a'] } } }], 'attribute without a name'],
			[[{ ...rule, condition: { kind: 'outside', low: 5, high: 5 } }], 'order'],
			[[{ ...rule, condition: { kind: 'outside', low: 1, high: 5, hysteresis: 2 } }], 'wide'],
			['text', 'list'],
		] as const)
			assert.match(troubles(bad), /^rules/, why);
		assert.equal(
			troubles([{ ...rule, id: '<b>' }, { ...rule, raiseFor: '<b>' }, rule, rule]),
			'rules: 1 (id), 2 (raiseFor), 3 (id), 4 (id)',
		);
		const many = Array.from({ length: 200 }, (_, index) => ({ ...rule, id: `r${index}`, name: '' }));
		assert.equal(troubles(many), 'rules: 1 (name), 2 (name), 3 (name), 4 (name), 5 (name), …');
		assert.equal(troubles([...many, rule]), 'rules: > 200');
		assert.deepEqual([...twins([rule, { ...rule, id: 'b' }, rule])], [rule.id]);
		const wrong = { ...rule, raiseFor: 'soon', condition: { kind: 'above', levels: [{ value: 'x' }, {}] } };
		const found = problemsOf(wrong);
		assert.deepEqual(
			found.map(({ path, word }) => [path, word]),
			[
				['raiseFor', 'duration'],
				['condition.levels.0.value', 'number'],
				['condition.levels.1.value', 'level'],
			],
		);
		for (const { word } of found) assert.equal(typeof valueAt(texts, `problem.${word}`), 'string', word);
	});

	it('makes ids that are free', () => {
		assert.equal(freeId('Hard disk: 50 °C!', new Set()), 'hard-disk-50-c');
		assert.equal(freeId('Hot', new Set(['hot', 'hot-2'])), 'hot-3');
		assert.equal(freeId('…', new Set()), 'rule');
		fc.assert(fc.property(fc.string(), (name) => /^[a-z0-9][a-z0-9-]{0,63}$/.test(freeId(name, new Set()))));
	});
});
