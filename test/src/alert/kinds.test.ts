import assert from 'node:assert/strict';
import { kinds } from '../../../src/alert/kinds';
import { alertRuleSchema, conditionSchema } from '../../../src/model/alert';

describe('kinds of conditions', () => {
	it('has a row for each shape of the schema, and no other', () => {
		const shapes = conditionSchema.options.map(({ shape }) => shape.kind.value).sort();
		assert.deepEqual(Object.keys(kinds).sort(), shapes);
	});

	it('one that is momentary says how often it was since the first time, and not that there was none since then', () => {
		for (const { momentary, cleared } of Object.values(kinds)) {
			if (momentary) assert.match(cleared, /: (nothing more, )?\{count\} in all since \{since\}, the last /);
		}
	});

	it('a rule that cannot mean anything is refused, with the place', () => {
		const wrong: readonly (readonly [condition: unknown, path: string])[] = [
			[{ kind: 'above', levels: [] }, 'condition.levels'],
			[{ kind: 'above', levels: [{ severity: 'warning' }] }, 'condition.levels.0'],
			[{ kind: 'outside', low: 5, high: 5 }, 'condition.high'],
			[{ kind: 'outside', low: 1, high: 5, hysteresis: 2 }, 'condition.hysteresis'],
			[{ kind: 'is', states: [] }, 'condition.states'],
			[{ kind: 'rate', perMinute: 0 }, 'condition.perMinute'],
			[{ kind: 'happening' }, 'condition.kind'],
		];
		for (const [condition, path] of wrong) {
			const read = alertRuleSchema.safeParse({ id: 'r', name: 'Rule', condition });
			assert.equal(read.error?.issues[0]?.path.join('.'), path);
		}
	});
});
