import assert from 'node:assert/strict';
import { define } from '../../../../src/dialects/custom';
import { EventReader } from '../../../../src/dialects/reader';
import type { StreamEvent } from '../../../../src/model/event';
import { limits } from '../../../../src/model/limits';
import { FakeClock } from '../../../support/fake-clock';

function read(definition: object, frame: unknown): StreamEvent[] {
	const dialect = define({ version: 1, title: 'Mine', ...definition });
	return new EventReader({ source: 's', dialect, clock: new FakeClock() }).read(JSON.stringify(frame));
}
const told = (definition: object, frame: unknown) => read(definition, frame).map(({ type, by }) => [type, by]);

describe('custom: envelope', () => {
	const envelope = { type: 'kind', time: 'meta.at', data: 'body', replayed: { path: 'meta.old' } };
	const types = [{ name: 'reading' }, { name: 'status' }];

	it('finds type, time, data and what is history', () => {
		const [event] = read(
			{ envelope, types },
			{ kind: 'reading', meta: { at: 1_789_374_600, old: true }, body: { t: 1 } },
		);
		assert.deepEqual(
			[event?.type, event?.by, event?.time, event?.replayed, event?.data, event?.valid],
			['reading', 'name', '2026-09-14T08:30:00.000Z', true, { t: 1 }, true],
		);
	});

	it('takes the whole for data where there is none, and the time of receipt', () => {
		const frame = { kind: 'reading', t: 1 };
		const [event] = read({ envelope, types }, frame);
		assert.deepEqual([event?.data, event?.time, event?.replayed, event?.valid], [frame, null, false, true]);
	});

	it('tells history by any value', () => {
		const replayed = (equals: unknown, value: unknown) =>
			read({ envelope: { replayed: { path: 'phase', equals } } }, { phase: value })[0]?.replayed;
		assert.equal(replayed('backfill', 'backfill'), true);
		assert.equal(replayed('backfill', 'live'), false);
		assert.equal(replayed(null, null), true);
		assert.equal(replayed(null, undefined), false);
	});

	it('takes the items of a list apart; what an item lacks is looked up in the frame', () => {
		const definition = { envelope: { items: 'batch', type: 'kind', time: 'at' }, types };
		const events = read(definition, {
			at: '2026-09-14T08:30:00Z',
			kind: 'reading',
			batch: [{ t: 1 }, { t: 2, kind: 'status', at: '2026-09-14T08:31:00Z' }],
		});
		assert.deepEqual(
			events.map(({ type, time, data }) => [type, time, data]),
			[
				['reading', '2026-09-14T08:30:00Z', { t: 1 }],
				['status', '2026-09-14T08:31:00Z', { t: 2, kind: 'status', at: '2026-09-14T08:31:00Z' }],
			],
		);
		assert.deepEqual(told(definition, { kind: 'status' }), [['status', 'name']]);
		assert.deepEqual(
			read(definition, { kind: 'reading', batch: [] }).map(({ type, data }) => [type, data]),
			[['reading', []]],
		);
		assert.deepEqual(told(definition, { batch: [] }), [['empty_list', 'structure']]);
	});

	it('takes no more items of one frame than are good for anybody, and says so', () => {
		const events = read(
			{ envelope: { items: 'list' } },
			{ list: Array.from({ length: limits.definitionItems + 5 }, () => ({})) },
		);
		assert.equal(events.length, limits.definitionItems);
		assert.deepEqual(
			[events[0]?.valid, events[0]?.issues[0]?.code, events[1]?.issues.some(({ code }) => code === 'too_many')],
			[false, 'too_many', false],
		);
	});

	it('reads what Socket.IO brings: a list of name and data', () => {
		const definition = { transport: 'socket.io', envelope: { type: '[0]', data: '[1]' }, types };
		assert.deepEqual(
			read(definition, ['reading', { t: 1 }]).map(({ type, data }) => [type, data]),
			[['reading', { t: 1 }]],
		);
	});

	it('tells what an event is about', () => {
		const definition = {
			envelope: { type: 'kind' },
			types,
			dimensions: { severity: ['level', 'info.level'], agent: ['who'] },
		};
		assert.deepEqual(read(definition, { kind: 'status', info: { level: 3 } })[0]?.about, { severity: '3' });
	});

	it('leaves keys that do harm out, and refuses what is too deep', () => {
		const dialect = define({ version: 1, title: 'Mine', envelope: { type: 'kind' }, types });
		const reader = new EventReader({ source: 's', dialect, clock: new FakeClock() });
		const [unsafe] = reader.read('{"kind":"reading","__proto__":{"x":1},"t":1}');
		assert.deepEqual(unsafe?.data, { kind: 'reading', t: 1 });
		const [deep] = reader.read(`{"kind":"reading","t":${'['.repeat(100)}${']'.repeat(100)}}`);
		assert.equal(deep?.rejected === true || deep?.valid === false, true);
	});
});

describe('custom: identification', () => {
	const rules = [
		{ type: 'both', all: ['a', 'b.c'] },
		{ type: 'either', any: ['x', 'y'] },
		{ type: 'valued', values: { 'state.code': [1, 'one', null], on: true } },
		{ type: 'listed', shape: 'list', all: ['id'] },
		{ type: 'object', shape: 'object', all: ['id'] },
		{ type: 'renamed', name: 'old_name' },
		{ type: 'named', name: 'word', all: ['z'] },
	];

	it('takes the first rule of which every condition holds', () => {
		const cases: readonly (readonly [frame: unknown, type: string, by: string])[] = [
			[{ a: null, b: { c: 0 }, x: 1 }, 'both', 'structure'],
			[{ a: 1, b: 1 }, 'unknown', 'structure'],
			[{ y: 1 }, 'either', 'structure'],
			[{ state: { code: 'one' }, on: true }, 'valued', 'structure'],
			[{ state: { code: null }, on: true }, 'valued', 'structure'],
			[{ state: {}, on: true }, 'unknown', 'structure'],
			[{ state: { code: 1 }, on: 1 }, 'unknown', 'structure'],
			[[{ id: 1 }, { a: 1, b: { c: 1 } }], 'listed', 'structure'],
			[{ id: 1 }, 'object', 'structure'],
			[[], 'empty_list', 'structure'],
			[{ name: 'old_name' }, 'renamed', 'name'],
			[{ name: 'word', z: 1 }, 'named', 'structure'],
			[{ name: 'word' }, 'unknown', 'structure'],
			[{ toString: 1 }, 'unknown', 'structure'],
		];
		for (const [frame, type, by] of cases) {
			assert.deepEqual(told({ envelope: { type: 'name' }, rules }, frame), [[type, by]], JSON.stringify(frame));
		}
	});

	it('takes an empty list for what a rule by shape alone says', () => {
		assert.deepEqual(told({ rules: [{ type: 'items', shape: 'list' }] }, []), [['items', 'structure']]);
	});

	it("takes the envelope's word where it is listed, any, or not at all", () => {
		const type = (names: string, word: string) =>
			told(
				{ envelope: { type: 'name' }, names, types: [{ name: 'known' }], rules: [{ type: 'ruled', all: ['a'] }] },
				{ name: word, a: 1 },
			)[0]?.[0];
		assert.deepEqual(
			['known', 'other'].map((word) => type('listed', word)),
			['known', 'ruled'],
		);
		assert.deepEqual(
			['known', 'other'].map((word) => type('any', word)),
			['known', 'other'],
		);
		assert.deepEqual(
			['known', 'other'].map((word) => type('none', word)),
			['ruled', 'ruled'],
		);
		for (const word of ['unknown', '__proto__', 'a b', 'x'.repeat(500), ''])
			assert.equal(type('any', word), 'ruled', word);
	});

	it('takes no more different words for types than anybody can count', () => {
		const dialect = define({ version: 1, title: 'M', names: 'any', types: [{ name: 'known' }] });
		const type = (name: string) => dialect.identify({ name, time: null, data: {}, replayed: false, issues: [] }).type;
		const told = Array.from({ length: 10_000 }, (_, n) => type(`word${n}`));
		assert.equal(new Set(told).size, limits.typesCounted + 1);
		assert.deepEqual([type('word1'), type('word9999'), type('known')], ['word1', 'unknown', 'known']);
	});

	it('says which word nobody knows', () => {
		const [event] = read({ envelope: { type: 'name' } }, { name: 'surprise' });
		assert.deepEqual([event?.type, event?.by, event?.issues[0]?.code], ['unknown', 'name', 'unknown_name']);
	});

	it('is evidence by name before structure', () => {
		const dialect = define({ version: 1, title: 'M', envelope: { type: 'name' }, types: [{ name: 'known' }], rules });
		assert.deepEqual(
			[{ name: 'known' }, { y: 1 }, { q: 1 }, []].map((frame) => dialect.evidence(frame)),
			['certain', 'likely', 'none', 'none'],
		);
	});

	it('knows of types what the definition says, and the rest by itself', () => {
		const { types } = define({
			version: 1,
			title: 'M',
			types: [{ name: 'known', title: 'Known', interval: 5 }],
			rules,
		});
		assert.deepEqual(types.known, { title: 'Known', interval: 5, list: false });
		assert.deepEqual(types.listed, { title: 'listed', interval: null, list: true });
		assert.equal(Object.keys(types).length, 8);
	});
});
