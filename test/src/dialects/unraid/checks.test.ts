import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { generateChecks } from '../../../../scripts/generate-checks';
import { checks } from '../../../../src/dialects/unraid/checks.generated';
import { schemas } from '../../../../src/dialects/unraid/schemas';
import { createValidator, type Schemas } from '../../../../src/dialects/validate';
import { limits } from '../../../../src/model/limits';
import { framesOf } from '../../../support/unraid-recordings';

const table: Schemas = schemas;
const frames = [
	...framesOf('encoded-typical.jsonl'),
	...framesOf('generation-1.1.0-typical.jsonl'),
	...framesOf('live-60s.jsonl').slice(0, 60),
];

/** Explains with zod alone. */
const withZod = createValidator(() => schemas);
/** As the dialect does it. */
const withChecks = createValidator(() => schemas, checks);

type Fields = Record<string, unknown>;

/** Every object and list inside a value, itself included. */
function containers(value: unknown): (Fields | unknown[])[] {
	if (typeof value !== 'object' || value === null) return [];
	return [value as Fields, ...Object.values(value).flatMap(containers)];
}

const oddValues: unknown[] = [
	null,
	0,
	-1,
	-2,
	1,
	0.5,
	100,
	100.5,
	-273,
	-274,
	255,
	1e-7,
	1e21,
	2 ** 53,
	2 ** 53 - 1,
	2 ** 64,
	-(2 ** 53),
	1e308,
	Number.POSITIVE_INFINITY,
	'',
	'0',
	'OL CHRG',
	'OL  CHRG',
	'NEW',
	'running',
	'🦭',
	'2025-10-02T14:02:59.85+10:00',
	'0001-01-01T00:00:00Z',
	'2025-02-30T00:00:00Z',
	true,
	false,
	[],
	{},
	[null],
	[{}],
	[''],
	{ a: 1 },
	{ a: { a: null } },
];

/** One change of a frame: where (counted over all containers and their keys), what kind, and with what. */
const change = fc.record({
	container: fc.nat(400),
	key: fc.nat(60),
	kind: fc.constantFrom('drop', 'rename', 'replace', 'add', 'nudge', 'poison'),
	value: fc.constantFrom(...oddValues),
	name: fc.constantFrom('newer', 'odd name', 'toString', 'name', 'state', 'timestamp'),
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function mutate(data: unknown, { container, key, kind, name, ...change }: Change): void {
	const value: unknown = structuredClone(change.value);
	const all = containers(data);
	const target = all[container % all.length] as Fields;
	const keys = Object.keys(target);
	const at = keys[key % keys.length];
	if (kind === 'poison') {
		Object.defineProperty(target, '__proto__', { value, enumerable: true, configurable: true, writable: true });
	} else if (kind === 'add' && !Array.isArray(target)) {
		target[name] = value;
	} else if (at !== undefined) {
		const old = target[at];
		if (kind === 'replace' || kind === 'add') target[at] = value;
		if (kind === 'nudge' && typeof old === 'number') target[at] = old * 1.5 - 1;
		if (kind === 'nudge' && typeof old === 'string') target[at] = `${old}x`;
		if ((kind === 'drop' || kind === 'rename') && !Array.isArray(target)) delete target[at];
		if (kind === 'rename' && !Array.isArray(target)) target[name] = old;
	}
}

const mutated = fc
	.record({ frame: fc.nat(frames.length - 1), changes: fc.array(change, { minLength: 0, maxLength: 3 }) })
	.map(({ frame, changes }) => {
		const { type, data } = frames[frame] ?? { type: 'unknown', data: null };
		const copy = structuredClone(data);
		if (copy !== null) for (const one of changes) mutate(copy, one);
		return { type, data: copy };
	});

describe('the generated checks', () => {
	it('are up to date', () => {
		const file = path.join(__dirname, '../../../../src/dialects/unraid/checks.generated.ts');
		assert.equal(readFileSync(file, 'utf8'), generateChecks(schemas), 'run npm run generate');
	});

	it('are there for every type, and load no zod', () => {
		assert.deepEqual(Object.keys(checks), Object.keys(schemas));
		assert.doesNotMatch(generateChecks(schemas), /import.*zod/);
	});

	it('agree with zod on recorded frames with something changed', () => {
		let fine = 0;
		fc.assert(
			fc.property(mutated, ({ type, data }) => {
				const explained = withZod(type, data, new Set());
				const passes = checks[type]?.(data, new Set()) === true;
				assert.equal(passes, explained.issues.length === 0 && explained.data === data);
				const zodSays = table[type]?.safeParse(data).success;
				if (passes) assert.equal(zodSays, true);
				if (zodSays === false && !(data === null && explained.data !== null))
					assert.notEqual(explained.issues.length, 0);
				if (passes) fine += 1;
			}),
			{ numRuns: 3000 },
		);
		assert.ok(fine > 100 && fine < 2900, `${fine}`);
	});

	it('agree with zod when some things were reported before, and let what was reported pass', () => {
		fc.assert(
			fc.property(mutated, mutated, (first, second) => {
				const seen = new Set<string>();
				const other = new Set<string>();
				for (const { type, data } of [first, second, first, second]) {
					assert.deepEqual(withChecks(type, data, seen), withZod(type, data, other));
				}
				assert.deepEqual(seen, other);
				for (const { type, data } of [first, second]) {
					const again = withZod(type, data, seen);
					assert.equal(checks[type]?.(data, seen), again.issues.length === 0 && again.data === data);
				}
			}),
			{ numRuns: 1000 },
		);
	});

	it('find nothing wrong with what validation left over', () => {
		fc.assert(
			fc.property(mutated, ({ type, data }) => {
				const seen = new Set<string>();
				const first = withChecks(type, data, seen);
				fc.pre(!first.rejected);
				const before = JSON.stringify(first.data);
				const second = withChecks(type, first.data, seen);
				assert.deepEqual(
					second.issues.filter((issue) => issue.severity === 'error'),
					[],
				);
				assert.equal(JSON.stringify(second.data), before);
			}),
			{ numRuns: 1000 },
		);
	});

	it('never throw, whatever arrives under whatever name', () => {
		const anything = fc.oneof(fc.jsonValue(), fc.object({ withBigInt: true, withNullPrototype: true }), fc.anything());
		fc.assert(
			fc.property(fc.constantFrom(...Object.keys(schemas), 'unknown', '__proto__'), anything, (type, data) => {
				const { issues, rejected } = withChecks(type, data, new Set());
				for (const issue of issues) assert.ok(issue.message.length > 10);
				if (rejected) assert.ok(issues.some((issue) => issue.severity === 'error'));
			}),
			{ numRuns: 2000 },
		);
	});

	it('agree with zod at the limit of nesting and at the limits of numbers', () => {
		let inner: unknown = {};
		let fine = 0;
		for (let levels = 1; levels < limits.depth + 5; levels += 1) {
			const data = { event: 'agent_step', timestamp: '2025-01-01T00:00:00Z', data: inner };
			const passes = checks.agent_stream?.(data, new Set()) === true;
			assert.equal(passes, withZod('agent_stream', data, new Set()).issues.length === 0, `${levels}`);
			if (passes) fine += 1;
			inner = { inner };
		}
		assert.equal(fine, limits.depth - 1);
		for (const value of [
			0,
			-1,
			1,
			2 ** 53 - 1,
			2 ** 53,
			2 ** 64,
			Number.MAX_VALUE,
			Number.POSITIVE_INFINITY,
			Number.NaN,
		]) {
			const data = { active: true, timestamp: '2025-01-01T00:00:00Z', last_run_bytes_moved: value };
			const passes = withZod('mover_update', data, new Set()).issues.every((issue) => issue.code === 'missing');
			const seen = new Set<string>();
			for (const issue of withZod('mover_update', {}, seen).issues) assert.equal(issue.code, 'missing');
			assert.equal(checks.mover_update?.(data, seen), passes, `${value}`);
		}
	});

	it('stay quick where a newer agent sends more than is known', () => {
		const seen = new Set<string>();
		const disks = frames.find(({ type }) => type === 'disk_list_update')?.data;
		assert.ok(Array.isArray(disks));
		const data = disks.map((disk: object) => ({ ...disk, newer: { a: [1] } }));
		assert.equal(checks.disk_list_update?.(data, seen), false);
		assert.equal(withChecks('disk_list_update', data, seen).issues.length, 1);
		assert.equal(checks.disk_list_update?.(data, seen), true);
	});

	it('are refused for schemas that they could not follow', () => {
		assert.throws(() => generateChecks({ a: z.object({ b: z.number().int() }) }), TypeError);
		assert.throws(() => generateChecks({ a: z.object({ b: z.number().gt(5) }) }), TypeError);
		assert.throws(() => generateChecks({ a: z.string() }), TypeError);
	});
});
