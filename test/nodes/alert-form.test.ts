import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { durationOf, durationText } from '../../nodes/editor/alert-durations';
import * as fields from '../../nodes/editor/alert-fields';
import {
	fieldText,
	fieldValue,
	freeId,
	missing,
	newRule,
	putAt,
	rulesFit,
	tidy,
	valueAt,
} from '../../nodes/editor/alert-rule';
import { dialects } from '../../src/dialects';
import { alertRulesSchema } from '../../src/model/alert';

const texts = (
	JSON.parse(readFileSync(join(__dirname, '../../nodes/locales/en-US/alert.json'), 'utf8')) as Record<string, unknown>
)['agent-stream-alert'];
const { entityFields, valueFields, kindFields, levelFields, otherFields, timeFields, textFields } = fields;
const all = [
	...entityFields,
	...valueFields,
	...Object.values(kindFields).flat(),
	...levelFields,
	...otherFields,
	...timeFields,
	...textFields,
];
const presets = dialects.flatMap(({ alerts = [] }) => alerts);

describe('the form of an alert rule', () => {
	it('has a text for each field, hint, choice and kind', () => {
		const keys = all.flatMap(({ path, label = `field.${path}`, hint, choices = [] }) => [
			label,
			...(hint ? [`hint.${hint}`] : []),
			...choices.map((choice) => `choice.${path}.${choice}`),
		]);
		const kinds = fields.kinds.flatMap((kind) => [`kind.${kind}`, `about.${kind}`]);
		for (const key of [...keys, ...kinds]) assert.equal(typeof valueAt(texts, key), 'string', key);
	});

	it('shows every preset and reads it back as it was', () => {
		assert.ok(presets.length > 20);
		for (const preset of presets) {
			const read: Record<string, unknown> = {};
			const shown = [...entityFields, ...valueFields, ...timeFields, ...textFields];
			for (const field of shown) {
				const value = fieldValue(field, fieldText(field, valueAt(preset, field.path)));
				if (value !== undefined) putAt(read, field.path, value);
			}
			const { id, name, enabled, condition } = preset;
			assert.deepEqual(alertRulesSchema.parse([tidy({ id, name, enabled, condition, ...read })]), [preset]);
		}
		for (const { alerts = [] } of dialects) assert.equal(rulesFit(alerts.map((preset) => tidy(preset))), true);
	});

	it('adds the presets of every dialect once, also where two dialects have one id', () => {
		let rules: ReturnType<typeof missing> = [];
		for (const { name, alerts = [] } of [...dialects, ...dialects]) rules = [...rules, ...missing(rules, alerts, name)];
		assert.equal(rules.length, presets.length);
		assert.equal(alertRulesSchema.parse(rules).length, presets.length);
		const changed = rules.map((rule) => ({ ...rule, name: 'Mine' }));
		assert.deepEqual(missing(changed, dialects[0]?.alerts ?? [], dialects[0]?.name ?? ''), []);
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
		assert.equal(rulesFit([rule]), true);
		assert.equal(rulesFit(undefined), true);
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
			['text', 'list'],
		] as const)
			assert.equal(rulesFit(bad), false, why);
	});

	it('makes ids that are free', () => {
		assert.equal(freeId('Hard disk: 50 °C!', new Set()), 'hard-disk-50-c');
		assert.equal(freeId('Hot', new Set(['hot', 'hot-2'])), 'hot-3');
		assert.equal(freeId('…', new Set()), 'rule');
		fc.assert(fc.property(fc.string(), (name) => /^[a-z0-9][a-z0-9-]{0,63}$/.test(freeId(name, new Set()))));
	});
});
