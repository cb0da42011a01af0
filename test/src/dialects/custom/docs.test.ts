import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { define } from '../../../../src/dialects/custom';
import { definitionSchema } from '../../../../src/dialects/custom/definition';
import { customRowSchema } from '../../../../src/model/custom-row';
import { limits } from '../../../../src/model/limits';

const read = (path: string) => readFileSync(join(__dirname, '../../../..', path), 'utf8');
const page = read('docs/custom.md');
const station: unknown = JSON.parse(read('test/fixtures/custom/weather-station.json'));

describe('docs/custom.md', () => {
	it('shows the definition that is tested, and so does the example flow', () => {
		const [, shown = ''] = /<!-- definition -->\n```json\n([\s\S]*?)\n```/.exec(page) ?? [];
		assert.deepEqual(JSON.parse(shown), station);
		const flow = JSON.parse(read('examples/custom.json')) as {
			readonly definition?: string;
			readonly dialect?: string;
		}[];
		const endpoint = flow.find(({ dialect }) => dialect === 'custom');
		assert.deepEqual(JSON.parse(endpoint?.definition ?? ''), station);
		assert.equal(define(station).title, 'Weather station');
	});

	it('has every option', () => {
		const { envelope, open, ...rest } = definitionSchema.shape;
		const options = [
			...Object.keys(rest),
			...Object.keys(envelope.unwrap().shape).map((name) => `envelope.${name}`),
			...Object.keys(open.unwrap().shape).map((name) => `open.${name}`),
		];
		for (const option of options)
			assert.match(page, new RegExp(`^\\| \`${option.replace('.', '\\.')}\` \\|`, 'm'), option);
		for (const field of Object.keys(customRowSchema.shape)) assert.ok(page.includes(`\`${field}\``), field);
	});

	it('has the limits as they are', () => {
		const { definitionSize, definitionDepth, definitionRules, definitionRows, definitionMessages, definitionItems } =
			limits;
		const { itemsPerSubject, expressionLength, expressionStack, expressionSequence, rowsWaiting } = limits;
		const numbers = [
			definitionSize,
			definitionDepth,
			definitionRules,
			definitionRows,
			definitionMessages,
			definitionItems,
		];
		for (const number of [
			...numbers,
			itemsPerSubject,
			expressionLength,
			expressionStack,
			expressionSequence,
			rowsWaiting,
		]) {
			assert.ok(page.slice(page.indexOf('## Limits')).includes(number.toLocaleString('en-US')), String(number));
		}
	});
});
