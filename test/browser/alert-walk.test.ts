import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { Editor } from './support/editor';

type Rule = Record<string, unknown> & { readonly id: string; readonly condition: unknown };

describe('the form of the alert node, used by a person', function () {
	this.timeout(120_000);
	let editor: Editor;
	let page: Page;
	let folder: string;

	before(async function () {
		editor = await Editor.open(this);
		page = editor.page;
		page.setDefaultTimeout(10_000);
		folder = await mkdtemp(join(tmpdir(), 'agent-stream-rules-'));
		await editor.red.deploy([
			{ id: 'tab', type: 'tab', label: 'alerts' },
			{ id: 'alert', type: 'agent-stream-alert', z: 'tab', rules: [], outputs: 2, wires: [[], []], x: 200, y: 100 },
		]);
		await page.reload();
		await page.waitForSelector('[id="alert"] .red-ui-flow-node');
	});
	after(async () => {
		await editor?.close();
		if (folder) await rm(folder, { recursive: true, force: true });
	});

	const rows = () => page.locator('#node-input-rules-list > li');
	const row = (text: string) => rows().filter({ hasText: text }).first();
	const field = (place: Locator, path: string) => place.locator(`[data-field="${path}"]`);
	const saved = async (id: string) => (await editor.property<Rule[]>('alert', 'rules')).find((rule) => rule.id === id);
	const head = (text: string) => row(text).locator('.agent-stream-alert-head');

	it('shows the words in which nothing is known, to be changed and removed', async () => {
		await editor.edit('alert');
		await page.selectOption('#agent-stream-alert-dialect', 'unraid');
		await page.click('#agent-stream-alert-presets');
		await head('UPS on battery').click();
		const unknown = field(row('UPS on battery'), 'unknown');
		assert.equal(await unknown.inputValue(), 'comm_lost, unknown, off, testing');
		await unknown.fill('comm_lost, "a, b"');
		await editor.shot('alert-unknown');
		await head('UPS battery low').click();
		await field(row('UPS battery low'), 'unknown').fill('');
		await editor.done();
		const states = ['on_battery', 'low_battery'];
		const unknowns = ['comm_lost', 'a, b'];
		const condition = { kind: 'is', severity: 'warning', states, unknown: unknowns };
		assert.deepEqual((await saved('ups-on-battery'))?.condition, condition);
		const low = { kind: 'is', severity: 'critical', states: ['low_battery'] };
		assert.deepEqual((await saved('ups-low-battery'))?.condition, low);
	});

	it('keeps what was typed when another kind is chosen and that one again', async () => {
		await editor.edit('alert');
		await head('UPS on battery').click();
		const rule = row('UPS on battery');
		const kind = field(rule, 'condition.kind');
		await kind.selectOption('changes_to');
		assert.equal(await field(rule, 'states').inputValue(), 'on_battery, low_battery');
		await field(rule, 'severity').selectOption('critical');
		await kind.selectOption('jsonata');
		await field(rule, 'expression').fill('state = "on_battery"');
		assert.equal(await field(rule, 'unavailable').inputValue(), 'false');
		await field(rule, 'unavailable').selectOption('true');
		await editor.shot('alert-jsonata');
		await kind.selectOption('is');
		assert.equal(await field(rule, 'unknown').inputValue(), 'comm_lost, "a, b"');
		await kind.selectOption('jsonata');
		await editor.done();
		const expression = 'state = "on_battery"';
		const condition = { kind: 'jsonata', severity: 'critical', expression, unavailable: true };
		assert.deepEqual((await saved('ups-on-battery'))?.condition, condition);
		await editor.edit('alert');
		await head('UPS on battery').click();
		await field(row('UPS on battery'), 'unavailable').selectOption('false');
		await editor.done();
		const { unavailable: _gone, ...rest } = condition;
		assert.deepEqual((await saved('ups-on-battery'))?.condition, rest);
	});

	it('names everything, and works by keyboard', async () => {
		await editor.edit('alert');
		await page.focus('#agent-stream-alert-export');
		// The first rule: its tick, then its line.
		await page.keyboard.press('Tab');
		await page.keyboard.press('Space');
		await page.keyboard.press('Tab');
		await page.keyboard.press('Enter');
		const first = rows().first();
		await field(first, 'name').waitFor();
		assert.equal(await first.locator('[aria-expanded="true"]').count(), 1);
		assert.equal(await field(first, 'enabled').isChecked(), false);
		await head('CPU temperature').click();
		await row('CPU temperature').locator('button', { hasText: 'level' }).first().focus();
		await page.keyboard.press('Enter');
		await page.keyboard.type('70');
		assert.equal(await field(row('CPU temperature'), 'value').nth(2).inputValue(), '70');
		assert.equal(await field(row('CPU temperature'), 'severity').nth(2).inputValue(), 'info');
		const nameless = await page.evaluate<string[]>(`
			$('.agent-stream-form').find('input, select, textarea, button, a').filter(':visible').toArray()
				.filter((one) => !one.labels?.length && !one.getAttribute('aria-label') && !one.title && !one.textContent.trim())
				.map((one) => one.outerHTML)`);
		assert.deepEqual(nameless, []);
		const ids = await page.evaluate<string[]>(`$('.agent-stream-form [id]').toArray().map(({ id }) => id)`);
		assert.equal(new Set(ids).size, ids.length);
		await first.locator('.agent-stream-alert-text').focus();
		await page.keyboard.press('Space');
		assert.equal(await field(first, 'name').isVisible(), false);
		await page.click('#node-dialog-cancel');
	});

	it('holds 200 rules, and says where there is no room for more', async () => {
		const rule = (index: number) => ({ id: `rule-${index}`, name: `Rule ${index}`, condition: { kind: 'vanished' } });
		const file = join(folder, 'rules.json');
		const choose = async (rules: readonly object[]) => {
			await writeFile(file, JSON.stringify(rules));
			const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('#agent-stream-alert-import')]);
			await chooser.setFiles(file);
		};
		const told = (text: string) => page.locator('.red-ui-notification', { hasText: text }).waitFor();
		await editor.edit('alert');
		await choose(Array.from({ length: 201 }, (_, index) => rule(index)));
		await told('The file holds more than 200 rules');
		await choose([rule(1), rule(2), rule(1)]);
		await told('Two rules have the ID rule-1');
		await choose(Array.from({ length: 199 - (await rows().count()) }, (_, index) => rule(index)));
		await page.waitForFunction('$("#node-input-rules-list").editableList("length") === 199');
		await choose([{ ...rule(0), name: 'Renamed' }, rule(500), rule(501)]);
		await told('There was no room for 1 more');
		assert.equal(await rows().count(), 200);
		assert.equal(await row('Renamed').count(), 1);
		const add = page.locator('.form-row:has(#node-input-rules-list) .red-ui-editableList-addButton');
		assert.equal(await add.isDisabled(), true);
		await page.evaluate('$("#node-input-rules-list .agent-stream-alert-head").trigger("click")');
		await field(rows().last(), 'name').fill('The last');
		await page.waitForFunction(`/\\d+ · not deployed/.test($("#node-input-rules-list li").last().text())`);
		await editor.shot('alert-200');
		await editor.done();
		assert.equal((await editor.property<Rule[]>('alert', 'rules')).length, 200);
		assert.equal((await saved('rule-500'))?.name, 'The last');
		assert.equal(await editor.isValid('alert'), true);
	});

	it('shows what this version does not know, and keeps it', async () => {
		const odd = { id: 'odd', name: 'Odd', extra: 1, condition: { kind: 'sideways', up: true } };
		const level = {
			id: 'level',
			name: 'Level',
			condition: { kind: 'above', levels: [{ value: 1, severity: 'awful' }] },
		};
		await page.evaluate(`RED.nodes.node('alert').rules = ${JSON.stringify([odd, odd, level])}`);
		await editor.edit('alert');
		assert.equal(await rows().count(), 3);
		await page.evaluate('$("#node-input-rules-list .agent-stream-alert-head").trigger("click")');
		assert.match((await row('Odd').textContent()) ?? '', /This version does not know such a condition/);
		assert.equal(await field(rows().nth(2), 'severity').inputValue(), 'awful');
		await row('Odd').locator('.agent-stream-alert-invalid').waitFor();
		await editor.shot('alert-odd');
		await editor.done();
		assert.deepEqual(await editor.property('alert', 'rules'), [odd, odd, level]);
		assert.equal(await editor.isValid('alert'), false);
		const why = ['rules: 1 (condition.kind), 2 (condition.kind), 3 (condition.levels.0.severity)'];
		assert.deepEqual(await editor.property('alert', 'validationErrors'), why);
	});

	it('says what only the runtime can tell at the field that it is about', async () => {
		const rule = { id: 'one', name: 'One', condition: { kind: 'is', states: ['on'] } };
		await page.evaluate(`RED.nodes.node('alert').rules = ${JSON.stringify([rule, { ...rule, id: 'two', extra: 1 }])}`);
		await editor.edit('alert');
		await rows().nth(0).locator('.agent-stream-alert-head').click();
		await rows().nth(1).locator('.agent-stream-alert-head').click();
		await field(rows().nth(0), 'states').fill(`on, ${'x'.repeat(300)}`);
		const said = field(rows().nth(0), 'states').locator('xpath=following-sibling::div').filter({ hasText: '255' });
		await said.waitFor();
		await rows().nth(0).getByText('States: Too big').waitFor();
		await field(rows().nth(0), 'states').fill('on, off');
		await said.waitFor({ state: 'detached' });
		await rows().nth(1).getByText('Unrecognized key: "extra"').waitFor();
		await page.click('#node-dialog-cancel');
	});

	it('forgets a rule that was removed at once, and uses the room that a large window has', async () => {
		await page.setViewportSize({ width: 1400, height: 1500 });
		const rule = (id: string) => ({ id, name: id, condition: { kind: 'vanished' } });
		await page.evaluate(`RED.nodes.node('alert').rules = ${JSON.stringify([rule('one'), rule('two')])}`);
		await editor.edit('alert');
		const height = await page.locator('.red-ui-editableList-container:has(#node-input-rules-list)').boundingBox();
		assert.ok(height && height.height > 700 && height.height < 1_000, `${height?.height} px`);
		assert.equal(await page.locator('#agent-stream-alert-entities').isVisible(), true);
		await head('two').click();
		await field(row('two'), 'clearText').fill('fine');
		await editor.shot('alert-large');
		await row('one').getByRole('button', { name: 'Remove: one' }).click();
		await editor.done();
		const left = await editor.property<Rule[]>('alert', 'rules');
		assert.deepEqual(left, [{ ...rule('two'), clearText: 'fine' }]);
	});

	it('leaves no error in the console', () => {
		assert.deepEqual(editor.complaints, []);
	});
});
