import assert from 'node:assert/strict';
import fc from 'fast-check';
import { custom, define } from '../../../../src/dialects/custom';
import { type Definition, parseDefinition } from '../../../../src/dialects/custom/definition';
import { EventReader } from '../../../../src/dialects/reader';
import { AgentStreamError } from '../../../../src/model/errors';
import { limits } from '../../../../src/model/limits';
import { FakeClock } from '../../../support/fake-clock';

const least = { version: 1, title: 'Mine' };

/** Why a definition is refused. */
function refusal(given: unknown): string {
	try {
		define(given);
	} catch (thrown) {
		assert.ok(thrown instanceof AgentStreamError, String(thrown));
		assert.equal(thrown.code, 'CONFIG_INVALID');
		return thrown.message;
	}
	return assert.fail(`was taken: ${JSON.stringify(given).slice(0, 200)}`);
}

const name = fc.constantFrom('a', 'b', 'data', 'x-1', 'temp', 'list');
const path = fc.oneof(
	fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('.')),
	fc.constantFrom('list[0].a', 'list[*].temp', '["x.y"]', 'a.*'),
);
const scalar = fc.oneof(fc.string({ maxLength: 10 }), fc.integer(), fc.boolean(), fc.constant(null));
const types = ['reading', 'status', 'ping', 'hello'];
const type = fc.constantFrom(...types);
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
/** Without what is undefined, as JSON has it. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
/** JSON without the keys that are refused, which fast-check likes to make. */
const json = (maxDepth: number) =>
	fc.jsonValue({ maxDepth }).filter((value) => !/__proto__|constructor|prototype/.test(JSON.stringify(value)));
const message = fc.oneof(
	fc.constantFrom('token', '{"hello": types}', '"text"', 'nothing.here'),
	fc.dictionary(name, json(3), { maxKeys: 3 }),
	fc.array(json(2), { minLength: 1, maxLength: 3 }),
);
const rule = fc.oneof(
	fc.record({
		type,
		all: fc.array(path, { minLength: 1, maxLength: 3 }),
		any: maybe(fc.array(path, { minLength: 1, maxLength: 3 })),
	}),
	fc.record({
		type,
		name: fc.string({ minLength: 1, maxLength: 10 }),
		shape: maybe(fc.constantFrom('list', 'object')),
	}),
	fc.record({
		type,
		values: fc.dictionary(path, fc.oneof(scalar, fc.array(scalar, { minLength: 1, maxLength: 3 })), {
			minKeys: 1,
			maxKeys: 2,
		}),
	}),
);
const row = fc.record({
	event: type,
	subject: fc.constantFrom('station', 'room'),
	row: fc.constantFrom('temp', 'state'),
	name: fc.constantFrom('Temperature', '{label}'),
	value: fc.constantFrom('temp', 'a.b[0]', '$sum(list.temp)', '$round(temp, 1)'),
	platform: maybe(fc.constantFrom('sensor', 'binary_sensor')),
	unit: maybe(fc.constantFrom('°C', ' ', '')),
	precision: maybe(fc.nat(10)),
});
/** Definitions that can be used. */
const definition = fc
	.record({
		version: fc.constant(1),
		title: fc.string({ minLength: 1, maxLength: 80 }),
		transport: maybe(fc.constantFrom('websocket', 'socket.io')),
		tokenIn: maybe(fc.constantFrom('bearer', 'query', 'header', 'cookie', 'message')),
		envelope: maybe(
			fc.record({
				type: maybe(path),
				time: maybe(path),
				data: maybe(path),
				items: maybe(path),
				replayed: maybe(fc.record({ path, equals: maybe(scalar) })),
			}),
		),
		names: maybe(fc.constantFrom('listed', 'any', 'none')),
		types: fc.constant(types.map((one) => ({ name: one, interval: one === 'reading' ? 5 : null }))),
		rules: maybe(fc.array(rule, { maxLength: 5 })),
		open: maybe(
			fc.record({
				send: maybe(fc.array(message, { maxLength: 3 })),
				ready: maybe(
					fc.oneof(fc.constant('open'), fc.record({ type, within: maybe(fc.integer({ min: 1, max: 600 })) })),
				),
				refused: maybe(type),
			}),
		),
		keepAlive: maybe(
			fc.record({
				send: message,
				every: fc.integer({ min: 1, max: 3600 }),
				within: maybe(fc.integer({ min: 1, max: 600 })),
			}),
		),
		replies: maybe(fc.array(fc.record({ type, send: message }), { maxLength: 2 })),
		subscribe: maybe(message),
		rows: maybe(fc.uniqueArray(row, { maxLength: 2, selector: (one) => one.subject })),
		device: maybe(fc.record({ name: maybe(fc.constant('Station')), model: maybe(fc.constant('X')) })),
		dimensions: maybe(fc.constant({ severity: ['level', 'data.level'] })),
	})
	.map(plain);

describe('the definition of a custom dialect', () => {
	it('needs no more than version and title', () => {
		const dialect = define(least);
		assert.deepEqual([dialect.name, dialect.title, dialect.transport], ['custom', 'Mine', 'websocket']);
		assert.deepEqual(dialect.types, {});
	});

	it('comes back from JSON as it went in, and means the same then', () => {
		fc.assert(
			fc.property(definition, fc.jsonValue(), (given, frame) => {
				const first = parseDefinition(given);
				const again = parseDefinition(JSON.stringify(first, null, 2));
				assert.deepEqual(plain(again), plain(first));
				const read = (from: Definition) =>
					new EventReader({ source: 's', dialect: define(from), clock: new FakeClock() }).read(JSON.stringify(frame));
				assert.deepEqual(read(again), read(first));
			}),
			{ numRuns: 300 },
		);
	});

	it('reads any frame to at least one event, and never throws', () => {
		const words = fc.oneof(name, fc.constantFrom(...types, '__proto__', 'constructor', 'toString', 'unknown'));
		const { tree } = fc.letrec((tie) => ({
			tree: fc.oneof(
				{ maxDepth: 5 },
				scalar,
				fc.constantFrom(...types, '2026-09-14T08:30:00Z'),
				fc.array(tie('tree'), { maxLength: 3 }),
				fc.array(fc.tuple(words, tie('tree')), { maxLength: 4 }).map((entries) => {
					const text = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
					return JSON.parse(`{${text.join(',')}}`) as unknown;
				}),
			),
		}));
		fc.assert(
			fc.property(
				definition,
				fc.array(
					fc.oneof(
						tree.map((value) => JSON.stringify(value)),
						fc.string(),
					),
					{ minLength: 1, maxLength: 3 },
				),
				(given, frames) => {
					const dialect = define(given);
					const reader = new EventReader({ source: 's', dialect, clock: new FakeClock() });
					for (const frame of frames) assert.ok(reader.read(frame).length > 0);
					assert.ok(['certain', 'likely', 'none'].includes(dialect.evidence(frames)));
				},
			),
			{ numRuns: 500 },
		);
	});

	it('says where it is wrong, and what to do', () => {
		const cases: readonly (readonly [given: unknown, says: RegExp])[] = [
			['{"version": 1,', /no JSON/],
			[null, /the whole/],
			[[], /the whole/],
			[{ title: 'x' }, /version/],
			[{ ...least, version: 2 }, /version/],
			[{ ...least, titel: 'x' }, /titel/],
			[{ ...least, url: 'javascript:alert(1)' }, /url: is no URL that starts with ws/],
			[{ ...least, envelope: { type: 'a..b' } }, /envelope\.type: is no path; write names joined by dots/],
			[{ ...least, rules: [{ type: 'x' }] }, /rules\[0\]: has no condition; give name, all/],
			[
				{
					...least,
					rules: [
						{ type: 'x', all: ['a'] },
						{ type: 'y', all: 'a' },
					],
				},
				/rules\[1\]\.all/,
			],
			[{ ...least, rules: [{ type: 'x', values: { 'a[': 1 } }] }, /rules\[0\]\.values/],
			[{ ...least, types: [{ name: 'a b' }] }, /types\[0\]\.name: is no type name/],
			[{ ...least, types: [{ name: 'unknown' }] }, /types\[0\]\.name: is no type name/],
			[
				{ ...least, open: { ready: { type: 'welcome' } } },
				/open\.ready\.type: no event is ever called "welcome"; add it to types/,
			],
			[{ ...least, replies: [{ type: 'ping', send: {} }] }, /replies\[0\]\.type: no event/],
			[{ ...least, open: { send: ['(('] } }, /The expression open\.send\[0\] cannot be read/],
			[{ ...least, open: { send: [1] } }, /open\.send\[0\]: is no message: an object or list is sent as it is/],
			[{ ...least, keepAlive: { send: {}, every: 0 } }, /keepAlive\.every/],
			[
				{ ...least, keepAlive: { send: {}, every: 5, answer: 'pong' } },
				/keepAlive: has an answer but not within which time/,
			],
			[
				{ ...least, rows: [{ event: 'x', subject: 's', row: 'r', name: 'N', value: 'v' }] },
				/rows\[0\]\.event: no event/,
			],
			[
				{ ...least, rows: [{ event: 'unknown', subject: 's', row: 'r', name: 'N', value: '((' }] },
				/expression "\(\(" cannot be read/,
			],
			[
				{ ...least, rows: [{ event: 'unknown', subject: 's', row: 'r', name: 'N', value: 'v', units: 'C' }] },
				/rows\[0\].*units/,
			],
			[{ ...least, dimensions: { severity: ['a..b'] } }, /dimensions\.severity\[0\]/],
			[{ ...least, dimensions: { mood: ['a'] } }, /dimensions/],
		];
		for (const [given, says] of cases) assert.match(refusal(given), says, JSON.stringify(given));
	});

	it('refuses what could do harm', () => {
		const nested = (depth: number) => {
			let value: unknown = {};
			for (let n = 0; n < depth; n += 1) value = { a: value };
			return value;
		};
		assert.match(refusal({ ...least, open: { send: [nested(limits.definitionDepth)] } }), /nested deeper than/);
		assert.match(refusal(`${'['.repeat(100_000)}`), /no JSON|nested/);
		assert.match(refusal({ ...least, open: { send: [nested(20_000)] } }), /nested deeper than/);
		for (const key of ['__proto__', 'constructor', 'prototype']) {
			assert.match(refusal(`{"version":1,"title":"x","open":{"send":[{"${key}":{"polluted":true}}]}}`), /leave it out/);
			assert.match(refusal({ ...least, types: [{ name: key }] }), /types\[0\]\.name/);
		}
		assert.match(refusal(`{"version":1,"title":"${'x'.repeat(limits.definitionSize)}"}`), /larger than/);
		assert.match(refusal({ ...least, open: { send: [{ a: 'x'.repeat(limits.definitionSize) }] } }), /larger than/);
		assert.match(
			refusal({ ...least, rules: Array(limits.definitionRules + 1).fill({ type: 'x', all: ['a'] }) }),
			/rules/,
		);
		assert.match(refusal({ ...least, envelope: { type: 'a.'.repeat(200) } }), /envelope\.type/);
		const loop: { self?: unknown } = {};
		loop.self = loop;
		assert.match(refusal({ ...least, open: { send: [loop] } }), /nested deeper than/);
		assert.ok(refusal({ ...least, rules: Array(200).fill({ type: 'x', all: 'y'.repeat(1_000) }) }).length < 2_000);
	});

	it('is never told by itself, and knows nothing before it is described', () => {
		assert.equal(custom.evidence({ type: 'x', data: {} }), 'none');
		const [event] = new EventReader({ source: 's', dialect: custom, clock: new FakeClock() }).read('{"a":1}');
		assert.equal(event?.type, 'unknown');
	});
});
