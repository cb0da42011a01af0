import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bench } from './harness';

const minute = 60_000;

describe('an expression', () => {
	it('gives true, false, a severity or nothing', async () => {
		const expression = 'state > 90 ? "critical" : state > 80 ? true : state < 0 ? null : false';
		const b = bench({ condition: { kind: 'jsonata', expression } });
		for (const state of [10, 85, 95, -1, 10]) await b.state(state);
		assert.deepEqual(b.said(), ['raised warning', 'changed critical', 'cleared critical']);
	});

	it('knows the state before, and the whole entity', async () => {
		const b = bench({
			condition: { kind: 'jsonata', expression: '$previous - state > 5 and attributes.kind = "x"' },
		});
		for (const state of [50, 46, 40, 39]) await b.state(state, { attributes: { kind: 'x' } });
		assert.deepEqual(b.said(), ['raised warning', 'cleared warning']);
	});

	it('says nothing while the entity is unavailable, unless the rule wants it to', async () => {
		for (const unavailable of [false, true]) {
			const expression = 'availability.present and state <= 90 ? false : true';
			const b = bench({ condition: { kind: 'jsonata', expression, unavailable }, raiseFor: minute });
			await b.state(95);
			b.pass(1_000);
			await b.reach({ present: false });
			b.pass(60 * minute);
			assert.deepEqual(b.said(), unavailable ? ['raised warning'] : []);
		}
	});

	it('of the document does not fail at first', async () => {
		const errors: string[] = [];
		const report = ({ message }: { message: string }) => errors.push(message);
		const page = readFileSync('docs/alerts.md', 'utf8');
		const expression = /`(state = null [^`]*\$previous[^`]*)`/.exec(page)?.[1] ?? '';
		const b = bench({ condition: { kind: 'jsonata', expression } }, { report });
		for (const state of [null, 50, null, 50, 40, null, 95]) await b.state(state);
		assert.deepEqual(errors, []);
		assert.deepEqual(b.said(), ['raised warning', 'changed critical']);
	});

	it('that fails is reported once and judges nothing', async () => {
		const errors: string[] = [];
		const report = ({ code }: { code: string }) => errors.push(code);
		const b = bench({ condition: { kind: 'jsonata', expression: 'state.x + "a" * 2' } }, { report });
		for (const state of [1, 2, 3]) await b.state(state);
		assert.deepEqual(b.said(), []);
		assert.deepEqual(errors, ['CONFIG_INVALID']);
	});

	it('that cannot be read is refused', () => {
		assert.throws(() => bench({ condition: { kind: 'jsonata', expression: '((' } }), /CONFIG_INVALID|cannot be read/);
	});
});
