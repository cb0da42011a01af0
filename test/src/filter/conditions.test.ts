import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compile } from '../../../src/filter/conditions';
import { type Condition, conditionSchema } from '../../../src/filter/settings';

const view = {
	payload: {
		cpu: 42.5,
		text: '42.5',
		name: 'plex',
		on: true,
		none: null,
		blank: '',
		list: [],
		object: {},
		tags: ['a', 7],
		disks: [{ t: 34 }, { t: 51 }],
	},
};
const holds = (path: string, operator: string, value?: unknown): boolean =>
	compile(conditionSchema.parse(value === undefined ? { path, operator } : { path, operator, value }))(view);

describe('conditions', () => {
	const table: [path: string, operator: string, value: unknown, expected: boolean][] = [
		['payload.cpu', 'eq', 42.5, true],
		['payload.cpu', 'eq', '42.5', true],
		['payload.text', 'eq', 42.5, true],
		['payload.name', 'eq', 'Plex', false],
		['payload.on', 'eq', true, true],
		['payload.on', 'eq', 1, false],
		['payload.none', 'eq', null, true],
		['payload.blank', 'eq', 0, false],
		['payload.missing', 'eq', null, false],
		['payload.cpu', 'ne', 42.5, false],
		['payload.missing', 'ne', 1, true],
		['payload.cpu', 'gt', 42.5, false],
		['payload.cpu', 'gte', 42.5, true],
		['payload.text', 'lt', 43, true],
		['payload.cpu', 'lte', 42, false],
		['payload.none', 'lt', 100, false],
		['payload.blank', 'lt', 100, false],
		['payload.missing', 'lt', 100, false],
		['payload.on', 'gt', 0, false],
		['payload.disks[*].t', 'gt', 50, true],
		['payload.disks[0].t', 'gt', 50, false],
		['payload.name', 'contains', 'le', true],
		['payload.tags', 'contains', '7', true],
		['payload.tags', 'contains', 'b', false],
		['payload.cpu', 'contains', '4', false],
		['payload.name', 'matches', 'pl*', true],
		['payload.name', 'matches', 'pl', false],
		['payload.cpu', 'matches', '42*', true],
		['payload.none', 'matches', '*', false],
		['payload.name', 'in', ['sonarr', 'plex'], true],
		['payload.name', 'in', [], false],
		['payload.none', 'exists', undefined, true],
		['payload.missing', 'exists', undefined, false],
		['payload.none', 'empty', undefined, true],
		['payload.blank', 'empty', undefined, true],
		['payload.list', 'empty', undefined, true],
		['payload.object', 'empty', undefined, true],
		['payload.missing', 'empty', undefined, true],
		['payload.cpu', 'empty', undefined, false],
		['payload.on', 'empty', undefined, false],
	];
	for (const [path, operator, value, expected] of table) {
		const words = [path, operator, JSON.stringify(value) ?? ''].join(' ');
		it(`${words} ${expected ? 'holds' : 'does not hold'}`, () => assert.equal(holds(path, operator, value), expected));
	}

	it('refuses an operator without the value it needs, and a field that is no path', () => {
		for (const wrong of [
			{ path: 'payload', operator: 'gt', value: 'warm' },
			{ path: 'payload', operator: 'gt' },
			{ path: 'payload', operator: 'like', value: 'x' },
			{ path: 'payload..x', operator: 'exists' },
			{ path: 'payload', operator: 'exists', value: 1 },
		]) {
			assert.equal(conditionSchema.safeParse(wrong).success, false, JSON.stringify(wrong));
		}
	});

	it('never throws, whatever arrives; lt and gte exclude each other', () => {
		fc.assert(
			fc.property(fc.anything(), fc.double({ noNaN: true }), (payload, value) => {
				const operators: Condition['operator'][] = ['eq', 'ne', 'contains', 'lt', 'gte'];
				const [eq, ne, , lt, gte] = operators.map((operator) =>
					compile({ path: 'payload', operator, value } as Condition)({ payload }),
				);
				assert.notEqual(eq, ne);
				assert.ok(!(lt && gte));
				compile({ path: 'payload', operator: 'empty' })({ payload });
			}),
		);
	});
});
