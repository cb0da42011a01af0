import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { WebSocket } from 'ws';
import { dialectNamed } from '../../src/dialects';
import { alertRulesSchema } from '../../src/model/alert';
import { liveFrames } from '../nodes/support/fixtures';
import { makeEntity } from '../support/entities';
import { ScriptedServer } from '../support/scripted-server';
import { Editor } from './support/editor';

const presets = dialectNamed('unraid').alerts ?? [];
const hostile = '<img src=x onerror="window.hacked = true">';
const at = { z: 'tab', x: 200, y: 100 };

function flow(url: string): object[] {
	const evil = makeEntity({ subject: 'disk', key: 'evil', row: 'temperature', name: hostile, state: 5 });
	return [
		{ id: 'tab', type: 'tab', label: 'alerts' },
		{
			id: 'end',
			type: 'agent-stream-endpoint',
			endpointId: 'tower',
			url,
			dialect: 'unraid',
			headers: [],
			snapshot: false,
		},
		{ id: 'con', type: 'agent-stream-connect', endpoint: 'end', types: '', wires: [['map'], []], ...at },
		{ id: 'map', type: 'agent-stream-entity', source: 'local', dialect: 'auto', wires: [['alert']], ...at, y: 160 },
		{
			id: 'evil',
			type: 'inject',
			props: [{ p: 'entity', v: JSON.stringify(evil), vt: 'json' }],
			wires: [['alert']],
			...at,
			y: 220,
		},
		{
			id: 'alert',
			type: 'agent-stream-alert',
			rules: [],
			graceSeconds: '0',
			outputs: 2,
			wires: [['out'], []],
			...at,
			x: 450,
		},
		{
			id: 'out',
			type: 'debug',
			active: true,
			complete: 'payload',
			targetType: 'msg',
			tosidebar: true,
			wires: [],
			...at,
			x: 700,
		},
	];
}

describe('the form of the alert node', function () {
	this.timeout(120_000);
	let editor: Editor;
	let agent: ScriptedServer;
	let page: Page;
	let folder: string;

	before(async function () {
		editor = await Editor.open(this);
		page = editor.page;
		page.setDefaultTimeout(10_000);
		[agent, folder] = await Promise.all([ScriptedServer.listen(), mkdtemp(join(tmpdir(), 'agent-stream-rules-'))]);
		agent.on('client', (socket: WebSocket) => {
			for (const frame of liveFrames) socket.send(frame);
		});
		await editor.red.deploy(flow(`ws://${agent.host}/`));
		await editor.red.inject('evil');
		await page.reload();
		await page.waitForSelector('[id="alert"] .red-ui-flow-node');
	});
	after(async () => {
		await editor?.close();
		await agent?.close();
		if (folder) await rm(folder, { recursive: true, force: true });
	});

	const row = (text: string) => page.locator('#node-input-rules-list > li', { hasText: text }).first();
	const field = (text: string, path: string) => row(text).locator(`[data-field="${path}"]`);
	const badge = (text: string) => row(text).locator('.agent-stream-alert-badge');
	const badgeSays = async (text: string, pattern: RegExp) => {
		const place = badge(text);
		for (;;) {
			const now = (await place.textContent()) ?? '';
			if (pattern.test(now)) return now;
			await page.waitForTimeout(100);
		}
	};
	const saved = async () => await editor.property<{ id: string }[]>('alert', 'rules');

	it('adds the rules of a protocol by one click, each with the entities that it matches', async () => {
		await editor.edit('alert');
		await page.selectOption('#agent-stream-alert-dialect', 'unraid');
		await page.click('#agent-stream-alert-presets');
		await page.waitForFunction(`$("#node-input-rules-list").editableList("length") === ${presets.length}`);
		assert.match(await badgeSays('CPU temperature', /·/), /^1 · not deployed$/);
		assert.match((await page.textContent('#agent-stream-alert-known')) ?? '', /^\d+ entities are known/);
		await editor.shot('alert-presets');
		await page.click('#agent-stream-alert-presets');
		assert.equal(await page.evaluate('$("#node-input-rules-list").editableList("length")'), presets.length);
	});

	it('shows a rule with all of its fields, and which entities it watches', async () => {
		await row('Hard disk temperature').locator('.agent-stream-alert-head').click();
		assert.equal(await field('Hard disk temperature', 'entities.attribute.values').inputValue(), 'hdd');
		assert.equal(await field('Hard disk temperature', 'value').nth(1).inputValue(), '55');
		assert.equal(await field('Hard disk temperature', 'attribute.name').nth(1).inputValue(), 'critical_celsius');
		assert.equal(await field('Hard disk temperature', 'hysteresis').inputValue(), '2');
		await row('Hard disk temperature').locator('.agent-stream-alert-live summary').click();
		await row('Hard disk temperature').locator('.agent-stream-alert-entities div').first().waitFor();
		await editor.shot('alert-rule');
		await row('Hard disk temperature').locator('.agent-stream-alert-head').click();
	});

	it('takes rules of each kind, and refuses what cannot be', async () => {
		await page.locator('.form-row:has(#node-input-rules-list) .red-ui-editableList-addButton').click();
		const last = page.locator('#node-input-rules-list > li').last();
		const own = (path: string) => last.locator(`[data-field="${path}"]`);
		await own('name').fill(`Busy ${hostile}`);
		assert.match(await own('id').inputValue(), /^busy-img-src-x-onerror-/);
		await own('id').fill('busy');
		await own('entities.subjects').fill('server');
		await own('entities.rows').fill('cpu_usage');
		await own('raiseFor').fill('soon');
		await page.waitForFunction(`/not in order/.test($("#node-input-rules-list li").last().text())`);
		const said = own('raiseFor').locator('xpath=following-sibling::div');
		assert.match((await said.textContent()) ?? '', /^Write a time as 90 s, 5 min or 1 h 30 min/);
		assert.equal(await own('raiseFor').getAttribute('aria-describedby'), await said.getAttribute('id'));
		const problems = last.locator('.agent-stream-alert-problems');
		assert.match((await problems.textContent()) ?? '', /Raise after: Write.*Level: A level is/s);
		await editor.shot('alert-invalid');
		await own('id').fill('fan-stopped');
		const twins = '$("#node-input-rules-list").text().match(/ID: Another rule has this ID/g)?.length === 2';
		await page.waitForFunction(twins);
		await own('id').fill('busy');
		await own('raiseFor').fill('0.1 s');
		await own('value').fill('0.001');
		await own('repeatEvery').fill('1 h 30 min');
		await own('text').fill('{name}: ');
		await last.locator('.agent-stream-alert-placeholders button', { hasText: '{value}' }).click();
		assert.equal(await own('text').inputValue(), '{name}: {value}');
		await page.waitForFunction(`/1 · not deployed/.test($("#node-input-rules-list li").last().text())`);
		for (const kind of await own('condition.kind')
			.locator('option')
			.evaluateAll((options) => options.map((one) => (one as unknown as { value: string }).value))) {
			await own('condition.kind').selectOption(kind);
		}
		await own('condition.kind').selectOption('above');
		await own('value').fill('0.001');
		await last.locator('button', { hasText: 'level' }).click();
		await own('value').nth(1).fill('1000');
		await last.locator('button', { hasText: 'another entity' }).first().click();
		await editor.shot('alert-new-rule');
		await editor.done();
		const rules = await saved();
		assert.equal(rules.length, presets.length + 1);
		assert.deepEqual(alertRulesSchema.parse(rules.slice(0, -1)), presets);
		assert.deepEqual(rules.at(-1), {
			id: 'busy',
			name: `Busy ${hostile}`,
			entities: { subjects: ['server'], rows: ['cpu_usage'] },
			condition: {
				kind: 'above',
				levels: [
					{ severity: 'warning', value: 0.001 },
					{ severity: 'critical', value: 1000 },
				],
			},
			raiseFor: 100,
			repeatEvery: 5_400_000,
			text: '{name}: {value}',
		});
		assert.equal(await editor.isValid('alert'), true);
	});

	it('shows the state of deployed rules, with everything escaped', async () => {
		await page.click('#red-ui-header-button-deploy');
		// Not every field of the other nodes is set.
		await page.click('.red-ui-notification button.primary');
		await page.waitForFunction('!RED.nodes.dirty()');
		await page.reload();
		await page.waitForSelector('[id="alert"] .red-ui-flow-node');
		await editor.red.inject('evil');
		await editor.edit('alert');
		const list = page.locator('#node-input-rules-list > li');
		await list.last().scrollIntoViewIfNeeded();
		await page.waitForFunction(`/raised/.test($("#node-input-rules-list li").last().text())`);
		await list.last().locator('.agent-stream-alert-head').click();
		await row('Disk vanished').locator('.agent-stream-alert-head').click();
		await page.waitForFunction(`/1 · raised \\(warning\\)/.test($("#node-input-rules-list li").last().text())`);
		await editor.shot('alert-live');
		await page.locator('#agent-stream-alert-known').scrollIntoViewIfNeeded();
		await editor.shot('alert-options');
		assert.equal(await page.evaluate('window.hacked === undefined'), true);
		await row('Fan stopped').locator('[data-field="enabled"]').uncheck();
		await badgeSays('Fan stopped', /off/);
	});

	it('exports rules as the command line takes them, and imports them', async () => {
		const [download] = await Promise.all([page.waitForEvent('download'), page.click('#agent-stream-alert-export')]);
		assert.equal(download.suggestedFilename(), 'alert-rules.json');
		const file = join(folder, 'rules.json');
		await download.saveAs(file);
		const rules = JSON.parse(await readFile(file, 'utf8')) as { id: string; enabled?: boolean; name: string }[];
		assert.equal(alertRulesSchema.parse(rules).length, presets.length + 1);
		assert.equal(rules.find(({ id }) => id === 'fan-stopped')?.enabled, false);
		const choose = async (content: string) => {
			await writeFile(file, content);
			const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('#agent-stream-alert-import')]);
			await chooser.setFiles(file);
		};
		await choose('{"not": "a list"}');
		await page.waitForFunction('/holds no list of alert rules/.test($(".red-ui-notification-error").text())');
		await choose(JSON.stringify([{ id: 'one', name: hostile, condition: { kind: 'sideways' } }]));
		await page.waitForFunction(
			'/Nothing was imported. Rule 1: condition/.test($(".red-ui-notification-error").text())',
		);
		const mine = { id: 'mine', name: 'Mine', condition: { kind: 'vanished' } };
		await choose(JSON.stringify([{ ...rules[1], name: 'Renamed' }, mine]));
		await page.waitForFunction('/1 rules added; 1 replaced/.test($(".red-ui-notification-success").text())');
		await editor.shot('alert-imported');
		await editor.done();
		const now = await saved();
		assert.deepEqual([now.length, now[1]?.id, now.at(-1)?.id], [presets.length + 2, rules[1]?.id, 'mine']);
	});

	it('offers a third output and the stores that survive', async () => {
		await editor.edit('alert');
		await page.check('#agent-stream-alert-entities');
		const stores = await page.locator('#node-input-store option').allInnerTexts();
		assert.deepEqual(stores, ["a file in Node-RED's user directory", 'context store default']);
		await page.selectOption('#node-input-store', 'default');
		await editor.done();
		assert.equal(await editor.property('alert', 'outputs'), 3);
		assert.equal(await editor.property('alert', 'store'), 'default');
		await editor.shot('alert-outputs');
		assert.match(await page.evaluate<string>('RED.nodes.getNodeHelp("agent-stream-alert")'), /<h3>Details<\/h3>/);
	});

	it('had no error in its console', () => {
		assert.equal(agent.upgrades.length > 0, true);
		assert.deepEqual(editor.complaints, []);
	});
});
