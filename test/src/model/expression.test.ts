import assert from 'node:assert/strict';
import { compileExpression } from '../../../src/model/expression';
import { limits } from '../../../src/model/limits';

const value = (text: string, data: unknown = {}) => compileExpression(text).evaluate(data);
/** A value without the marks that JSONata leaves on lists. */
const plain = async (text: string, data: unknown = {}) =>
	JSON.parse(JSON.stringify(await value(text, data))) as unknown;

describe('expressions', () => {
	it('give their value, with inputs', async () => {
		assert.equal(await value('a.b + 1', { a: { b: 2 } }), 3);
		assert.equal(await value('missing'), undefined);
		assert.equal(await compileExpression('a * $factor').evaluate({ a: 2 }, { factor: 4 }), 8);
	});

	it('can be read at once where they are plain paths', () => {
		assert.equal(compileExpression('a.b').plain?.({ a: { b: 2 } }), 2);
		assert.equal(compileExpression('a.b + 1').plain, null);
	});

	it('say why they cannot be read, or failed', async () => {
		assert.throws(() => compileExpression('(('), /The expression "\(\(" cannot be read: /);
		assert.throws(() => compileExpression('((', 'open.send[0]'), /open\.send\[0\] cannot be read: /);
		await assert.rejects(value('$number("x")'), { code: 'CONFIG_INVALID', detail: 'D3030' });
		await assert.rejects(value('$error("why")'), /why/);
	});

	it('search with regular expressions as ever', async () => {
		assert.deepEqual(await plain('$match("a1b22", /[0-9]+/).match'), ['1', '22']);
		assert.equal(await value('$replace("a-b-c", /-(.)/, "$1")'), 'abc');
		assert.deepEqual(await plain('$split("a, b;c", /[,;] */)'), ['a', 'b', 'c']);
		assert.equal(await value('$contains("Abc", /^a/i)'), true);
	});

	it('pad and tell apart as ever', async () => {
		assert.equal(await value('$pad("x", 3)'), 'x  ');
		assert.equal(await value('$pad("x", -4, "#+")'), '#+#x');
		assert.equal(await value('$pad(missing, 3)'), undefined);
		assert.deepEqual(await plain('$distinct([1, 1, "1", {"a": 1}, {"a": 1}])'), [1, '1', { a: 1 }]);
		assert.equal(await value('$distinct(5)'), 5);
	});

	for (const text of [
		'($f := function($n) { $f($n + 1) }; $f(0))',
		'($f := function() { $f() + 1 }; $f())',
		'$match(text, /^(a+)+$/)',
		'$pad("x", 400000000)',
		'$count([1..3000].([1..3000]))',
		'$reduce([1..100000], function($a, $b) { $append($a, $a) }, [1])',
	]) {
		it(`are stopped where they would cost too much: ${text}`, async () => {
			const start = performance.now();
			await assert.rejects(value(text, { text: `${'a'.repeat(60)}b` }), { code: 'CONFIG_INVALID' });
			assert.ok(performance.now() - start < 3 * limits.expressionTime);
		});
	}

	it('are not tried again when they took too long a few times in a row', async () => {
		const expression = compileExpression('go ? ($f := function() { $f() + 1 }; $f()) : 1');
		assert.equal(await expression.evaluate({ go: false }), 1);
		for (let n = 0; n < limits.expressionStops - 1; n += 1)
			await assert.rejects(expression.evaluate({ go: true }), /failed/);
		assert.equal(await expression.evaluate({ go: false }), 1);
		for (let n = 0; n < limits.expressionStops; n += 1)
			await assert.rejects(expression.evaluate({ go: true }), /failed/);
		await assert.rejects(expression.evaluate({ go: false }), /not tried again/);
	});
});
