import assert from 'node:assert/strict';
import { z } from 'zod';
import type { Check } from '../../../src/dialects/checks-support';
import { createValidator } from '../../../src/dialects/validate';
import { limits } from '../../../src/model/limits';
import { isTimestamp } from '../../../src/model/time';

const item = z.object({
	name: z.string(),
	level: z.number().min(0).max(100).nullable().optional(),
	size: z.number().multipleOf(1).min(0).optional(),
	mode: z.enum(['on', 'off']).optional(),
	at: z.string().refine(isTimestamp).meta({ timestamp: true }).optional(),
	tags: z.array(z.string()).nullable().optional(),
	limits: z.record(z.string(), z.object({ max: z.number() })).optional(),
	extra: z.unknown().optional(),
});
const schemas = { thing: item, things: z.array(item), nothing: z.array(z.never()) };
const validate = createValidator(() => schemas);

const codes = (type: string, data: unknown, seen = new Set<string>()) =>
	validate(type, data, seen).issues.map(({ severity, code, path }) => `${severity} ${code} ${path}`);

/** An object with `levels` levels of nesting, the outermost one included. */
function nested(levels: number): unknown {
	let value: unknown = {};
	for (let i = 1; i < levels; i += 1) value = { a: value };
	return value;
}

describe('createValidator', () => {
	it('passes fine data on as the same object', () => {
		const data = {
			name: 'a',
			level: null,
			size: 1e21 / 1e21,
			mode: 'on',
			at: '2025-01-01T00:00:00Z',
			tags: null,
			extra: [{}],
		};
		const result = validate('thing', data, new Set());
		assert.equal(result.data, data);
		assert.deepEqual(result, { data, rejected: false, issues: [] });
	});

	it('drops a wrong field, says where it was, and leaves the data that came in alone', () => {
		const data = [
			{ name: 'a', level: 'warm' },
			{ name: 'b', level: -1, tags: ['x', 5] },
		];
		const before = structuredClone(data);
		const result = validate('things', data, new Set());
		assert.deepEqual(result.data, [{ name: 'a' }, { name: 'b', tags: ['x'] }]);
		assert.deepEqual(data, before);
		assert.deepEqual(result.issues, [
			{
				path: '[0].level',
				code: 'type',
				severity: 'error',
				message: 'Expected a number from 0 up to 100 or null, got "warm".',
			},
			{
				path: '[1].level',
				code: 'range',
				severity: 'error',
				message: 'Expected a number from 0 up to 100 or null, got -1.',
			},
			{ path: '[1].tags[1]', code: 'type', severity: 'error', message: 'Expected text, got 5.' },
		]);
	});

	const wrong: readonly (readonly [field: string, value: unknown, code: string])[] = [
		['level', 101, 'range'],
		['level', JSON.parse('1e400'), 'not_finite'],
		['level', Number.NaN, 'not_finite'],
		['level', true, 'type'],
		['level', [], 'type'],
		['level', {}, 'type'],
		['size', 1.5, 'type'],
		['size', -1, 'range'],
		['size', null, 'type'],
		['mode', 1, 'type'],
		['mode', null, 'type'],
		['at', 'yesterday', 'timestamp'],
		['at', '2025-02-30T00:00:00Z', 'timestamp'],
		['at', 1_700_000_000, 'type'],
		['tags', {}, 'type'],
		['tags', 'a,b', 'type'],
		['limits', [], 'type'],
		['limits', null, 'type'],
		['name', 5, 'type'],
	];
	for (const [field, value, code] of wrong) {
		it(`reports ${field}: ${typeof value === 'object' ? JSON.stringify(value) : value} as ${code}`, () => {
			const result = validate('thing', { name: 'a', [field]: value }, new Set());
			assert.deepEqual(
				result.issues.map((issue) => [issue.path, issue.code, issue.severity]),
				[[field, code, 'error']],
			);
			assert.deepEqual(result.data, field === 'name' ? {} : { name: 'a' });
			assert.equal(result.rejected, false);
		});
	}

	it('rejects data of the wrong overall shape', () => {
		for (const [type, data] of [
			['thing', []],
			['thing', null],
			['thing', 5],
			['things', {}],
			['things', 'x'],
		] as const) {
			const result = validate(type, data, new Set());
			assert.equal(result.rejected, true);
			assert.deepEqual(
				result.issues.map((issue) => issue.code),
				['shape'],
			);
			assert.deepEqual(result.data, data);
		}
		assert.equal(validate('things', nested(limits.depth + 1), new Set()).data, null);
	});

	it('takes null for an empty list', () => {
		assert.deepEqual(validate('things', null, new Set()), { data: [], rejected: false, issues: [] });
		assert.deepEqual(validate('nothing', null, new Set()).data, []);
	});

	it('drops list items that are no objects, and keeps the index of the others in paths', () => {
		const result = validate('things', [null, 5, [], { name: 'a', size: -1 }], new Set());
		assert.deepEqual(result.data, [{ name: 'a' }]);
		assert.deepEqual(
			result.issues.map((issue) => issue.path),
			['[0]', '[1]', '[2]', '[3].size'],
		);
		assert.deepEqual(codes('nothing', [1]), ['error type [0]']);
	});

	it('reports each unknown field, new word and missing field once for all items and events, and an inexact integer every time', () => {
		const seen = new Set<string>();
		const data = [
			{ mode: 'standby', size: 2 ** 53, later: 1 },
			{ mode: 'standby', size: 2 ** 64, later: 1 },
			{ mode: 'asleep', size: 1e21, 'odd name': 1 },
		];
		const result = validate('things', data, seen);
		assert.equal(result.data, data);
		assert.deepEqual(
			result.issues.map(({ severity, code, path }) => `${severity} ${code} ${path}`),
			[
				'notice unknown_word [0].mode',
				'notice unsafe_integer [0].size',
				'notice unknown_field [0].later',
				'notice missing [0].name',
				'notice unsafe_integer [1].size',
				'notice unknown_word [2].mode',
				'notice unsafe_integer [2].size',
				'notice unknown_field [2]["odd name"]',
			],
		);
		assert.deepEqual(
			codes('things', data, seen),
			[0, 1, 2].map((index) => `notice unsafe_integer [${index}].size`),
		);
		assert.deepEqual(codes('thing', { name: 'a', later: 1 }, seen), ['notice unknown_field later']);
	});

	it('leaves out keys that do harm, wherever they are', () => {
		const text =
			'{"name":"a","__proto__":{"x":1},"constructor":1,"limits":{"prototype":{"max":1},"b":{"max":2}},"extra":[{"__proto__":1}],"more":{"in":{"__proto__":1,"y":2}}}';
		const result = validate('thing', JSON.parse(text), new Set());
		assert.equal(
			JSON.stringify(result.data),
			'{"name":"a","limits":{"b":{"max":2}},"extra":[{}],"more":{"in":{"y":2}}}',
		);
		assert.deepEqual(
			result.issues.map(({ severity, code, path }) => `${severity} ${code} ${path}`),
			[
				'notice unsafe_key __proto__',
				'notice unsafe_key constructor',
				'notice unsafe_key limits.prototype',
				'notice unsafe_key extra[0].__proto__',
				'notice unsafe_key more.in.__proto__',
				'notice unknown_field more',
			],
		);
		assert.equal(({} as { x?: number }).x, undefined);
	});

	it('drops what is nested too deeply, at any depth, without recursing into it', () => {
		assert.deepEqual(codes('thing', { name: 'a', more: nested(limits.depth - 1) }), ['notice unknown_field more']);
		assert.deepEqual(codes('thing', { name: 'a', more: nested(limits.depth) }), ['error too_deep more']);
		assert.deepEqual(codes('thing', { name: 'a', extra: nested(limits.depth) }), ['error too_deep extra']);
		const abyss = `{"name":"a","more":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
		const result = validate('thing', JSON.parse(abyss), new Set());
		assert.deepEqual(result.data, { name: 'a' });
		assert.deepEqual(codes('things', [JSON.parse(abyss)]), ['error too_deep [0].more']);
	});

	it('ends with an object that holds itself many times over', () => {
		const knot: Record<string, unknown> = {};
		knot.a = knot;
		knot.b = knot;
		assert.deepEqual(codes('thing', { name: 'a', more: knot }), ['error too_deep more']);
	});

	it('passes data of a type without schema on, unless it could do harm', () => {
		const data = { a: [1, { b: 2 }] };
		assert.equal(validate('unknown', data, new Set()).data, data);
		assert.deepEqual(validate('constructor', data, new Set()), { data, rejected: false, issues: [] });
		const stripped = validate('unknown', JSON.parse('{"a":[{"__proto__":1,"b":2}]}'), new Set());
		assert.equal(JSON.stringify(stripped.data), '{"a":[{"b":2}]}');
		const deep = validate('unknown', nested(limits.depth + 1), new Set());
		assert.deepEqual([deep.data, deep.rejected, deep.issues.map((issue) => issue.code)], [null, true, ['too_deep']]);
	});

	it('lists a limited number of issues and counts the rest', () => {
		const result = validate('things', Array(100_000).fill({ name: 1 }), new Set());
		assert.equal(result.issues.length, limits.issuesPerEvent + 1);
		const last = {
			path: '',
			code: 'more',
			severity: 'error',
			message: 'There were 99900 more issues with this event.',
		};
		assert.deepEqual(result.issues.at(-1), last);
		const unknown = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`f${i}`, i]));
		const seen = new Set<string>();
		assert.equal(validate('thing', { name: 'a', ...unknown }, seen).issues.at(-1)?.severity, 'notice');
		assert.equal(validate('thing', { name: 'a', ...unknown }, seen).issues.length, 50);
	});

	it('remembers a limited number of notices, says when it is full, and goes quiet', () => {
		const seen = new Set<string>();
		const all: string[] = [];
		for (let i = 0; i < limits.noticesRemembered + 50; i += 1) {
			const { issues } = validate('thing', { name: 'a', [`${i}${'x'.repeat(5_000)}`]: '🦭'.repeat(5_000) }, seen);
			for (const issue of issues) {
				all.push(issue.code);
				assert.ok(issue.path.length < 60 && issue.message.length < 200, issue.message);
			}
		}
		assert.equal(seen.size, limits.noticesRemembered);
		assert.equal(all.length, limits.noticesRemembered + 1);
		assert.equal(all.at(-1), 'notices_full');
		assert.ok([...seen].every((key) => key.length < 120));
		assert.deepEqual(codes('thing', { name: 5 }, seen), ['error type name']);
	});

	it('asks for the schemas only when a check found something', () => {
		let loaded = 0;
		const fine: Check = (data) => data === 'fine';
		const lazy = createValidator(
			() => {
				loaded += 1;
				return schemas;
			},
			{ thing: fine },
		);
		assert.deepEqual(lazy('thing', 'fine', new Set()), { data: 'fine', rejected: false, issues: [] });
		assert.equal(loaded, 0);
		assert.equal(lazy('thing', 'wrong', new Set()).rejected, true);
		lazy('thing', 'wrong', new Set());
		assert.equal(loaded, 1);
	});

	it('refuses a schema of which no check can be made', () => {
		const odd = createValidator(() => ({
			a: z.object({ b: z.union([z.string(), z.number()]) }),
			c: z.object({ d: z.email() }),
		}));
		assert.throws(() => odd('a', {}, new Set()), TypeError);
		assert.throws(() => odd('c', {}, new Set()), TypeError);
	});
});
