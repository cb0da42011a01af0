import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { template, templateMessage } from '../../nodes/editor/definition-template';
import { described, spokenBy } from '../../nodes/editor/dialects';
import { completions } from '../../nodes/editor/suggest';
import type { DialectInfo } from '../../nodes/glue/editor-answers';
import { Trials } from '../../nodes/glue/trial';
import { dialects } from '../../src/dialects';
import type { AgentStreamError } from '../../src/model/errors';
import { FakeClock } from '../support/fake-clock';
import { type NodeRed, startNodeRed } from '../support/node-red';

const station = readFileSync(join(__dirname, '../fixtures/custom/weather-station.json'), 'utf8');
const air = JSON.stringify({ op: 'air', body: { temp: 20.5, wind: { gust: 31 }, raining: false } });

describe('the live test of a definition', () => {
	it('tells events, entities and remarks, and leaves no timer', async () => {
		const clock = new FakeClock();
		const { events, entities, error, warnings, cut } = await new Trials(clock).answer({
			definition: station,
			frame: air,
		});
		assert.deepEqual(
			[events.map(({ type, by }) => `${type} ${by}`), error, warnings, cut],
			[['air name'], null, [], false],
		);
		const [first] = entities;
		assert.deepEqual([first?.path, first?.state, first?.unit], ['test/air/temperature', '20.5', '°C']);
		assert.equal(clock.timers, 0);
	});

	it('says what is wrong with the definition', async () => {
		const trials = new Trials(new FakeClock());
		const { error, events } = await trials.answer({ definition: '{"version": 2}', frame: air });
		assert.match(error ?? '', /cannot be used: version/);
		assert.deepEqual(events, []);
	});

	it('shows no more than a form can, and refuses more than it takes', async () => {
		const trials = new Trials(new FakeClock());
		const many = { version: 1, title: 'x', envelope: { items: 'all' } };
		const frame = JSON.stringify({ all: Array.from({ length: 150 }, () => ({ text: 'x'.repeat(5_000) })) });
		const { events, cut } = await trials.answer({ definition: JSON.stringify(many), frame });
		assert.deepEqual([events.length, cut], [50, true]);
		assert.ok(events.every(({ data }) => data.length < 3_000));
		for (const wrong of [
			{},
			null,
			{ definition: 1, frame: '' },
			{ definition: station, frame: 'x'.repeat(1_000_001) },
		]) {
			await assert.rejects(trials.answer(wrong), (thrown) => (thrown as AgentStreamError).code === 'INPUT_INVALID');
		}
	});

	it('runs no more than two at a time', async () => {
		const trials = new Trials(new FakeClock());
		const request = { definition: station, frame: air };
		const results = await Promise.allSettled([1, 2, 3].map(() => trials.answer(request)));
		assert.deepEqual(
			results.map(({ status }) => status),
			['fulfilled', 'fulfilled', 'rejected'],
		);
		assert.deepEqual((await trials.answer(request)).error, null);
	});

	it('understands the template that the form offers', async () => {
		const request = { definition: JSON.stringify(template), frame: JSON.stringify(templateMessage) };
		const { entities, error, warnings } = await new Trials(new FakeClock()).answer(request);
		assert.deepEqual([error, warnings], [null, []]);
		assert.deepEqual(
			entities.map(({ name, state }) => [name, state]),
			[
				['Load', '12.34'],
				['Door', 'on'],
			],
		);
	});
});

describe('what the editor is told', function () {
	this.timeout(60_000);
	let red: NodeRed;
	const post = (body: string) =>
		fetch(`${red.url}agent-stream/try`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });

	before(async () => {
		red = await startNodeRed();
	});
	after(() => red.stop());

	it('is every dialect with its commands and subjects', async () => {
		const infos = (await red.get('agent-stream/dialects')) as DialectInfo[];
		assert.deepEqual(
			infos.map(({ name, title, url }) => ({ name, title, url })),
			dialects.map(({ name, title, defaultUrl }) => ({ name, title, url: defaultUrl })),
		);
		for (const dialect of dialects) {
			const info = infos.find(({ name }) => name === dialect.name);
			assert.equal(info?.commands.length, dialect.commands.length);
			assert.equal(info?.subjects.length, new Set(dialect.subjects.map(({ subject }) => subject)).size);
		}
	});

	it('is what became of a frame, or why not', async () => {
		const good = await post(JSON.stringify({ definition: station, frame: air }));
		assert.equal(good.status, 200);
		assert.match(await good.text(), /test\/air\/temperature/);
		const bad = await post('{"definition": 1}');
		assert.equal(bad.status, 400);
		assert.equal(((await bad.json()) as { code: string }).code, 'INPUT_INVALID');
	});
});

describe('what forms suggest', () => {
	const info = (name: string, more: Partial<DialectInfo> = {}): DialectInfo => ({
		name,
		title: name,
		transport: 'websocket',
		url: `ws://${name}/`,
		tokenIn: 'bearer',
		rest: false,
		types: [`${name}-type`],
		subjects: [`${name}-subject`],
		commands: [],
		...more,
	});
	const infos = [info('unraid'), info('aios'), info('custom', { types: [] })];
	const names = (found: readonly DialectInfo[]) => found.map(({ name }) => name);

	it('completes the last word of a list', () => {
		const words = ['disk_list', 'disk_new', 'ups'];
		const values = (text: string) => completions(text, words).map(({ value }) => value);
		assert.deepEqual(values('dis'), ['disk_list', 'disk_new']);
		assert.deepEqual(values('ups, !d'), ['ups, !disk_list', 'ups, !disk_new']);
		assert.deepEqual(values('disk_list, '), ['disk_list, disk_new', 'disk_list, ups']);
		assert.deepEqual(values('nothing'), []);
	});

	it('knows what endpoints speak, also those that describe it', () => {
		assert.deepEqual(names(spokenBy([{ dialect: 'aios' }], infos)), ['aios']);
		assert.deepEqual(names(spokenBy([], infos)), ['unraid', 'aios']);
		const [custom] = spokenBy([{ dialect: 'custom', definition: station }], infos);
		assert.deepEqual([custom?.url, custom?.tokenIn], ['ws://localhost:9000/stream', 'message']);
		assert.ok(custom?.types.includes('air') && custom.subjects.includes('room'));
		const mixed = spokenBy([{ dialect: 'auto' }, { dialect: 'custom', definition: station }], infos);
		assert.deepEqual(names(mixed), ['unraid', 'aios', 'custom']);
	});

	it('says nothing of a definition that cannot be read', () => {
		for (const wrong of [undefined, '', '[', '[]', '{"rows": 1, "types": [null], "url": 1, "tokenIn": "x"}']) {
			assert.deepEqual(described(info('custom'), wrong), {
				...info('custom'),
				...(wrong?.startsWith('{') && { types: [], subjects: [] }),
			});
		}
	});
});
