import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { WebSocket } from 'ws';
import { liveFrames } from '../nodes/support/fixtures';
import { type Broker, startAedes } from '../support/broker';
import { ScriptedServer } from '../support/scripted-server';
import { Editor } from './support/editor';

describe('the editor', function () {
	this.timeout(120_000);
	let editor: Editor;
	let agent: ScriptedServer;
	let broker: Broker;
	let page: Page;

	before(async function () {
		editor = await Editor.open(this);
		[agent, broker] = await Promise.all([ScriptedServer.listen(), startAedes()]);
		agent.on('client', (socket: WebSocket) => {
			for (const frame of liveFrames) socket.send(frame);
		});
		page = editor.page;
	});
	after(async () => {
		await editor?.close();
		await broker?.stop();
		await agent?.close();
	});

	it('lists the nodes in a category of their own', async () => {
		const title = page.locator('#red-ui-palette-header-agent_stream');
		assert.equal((await title.textContent())?.trim(), 'agent stream');
		const labels = await page.locator('#red-ui-palette-container-agent_stream .red-ui-palette-label').allInnerTexts();
		const shown = labels.map((label) => label.trim());
		for (const label of ['connect', 'entity mapper', 'filter', 'identify', 'mqtt bridge'])
			assert.ok(shown.includes(label), label);
	});

	it('configures every node, deploys, and sees values arrive', async () => {
		const connect = await editor.drop('agent-stream-connect', 150, 100);
		const identify = await editor.drop('agent-stream-identify', 360, 100);
		const filter = await editor.drop('agent-stream-filter', 560, 100);
		const entity = await editor.drop('agent-stream-entity', 150, 220);
		const mqtt = await editor.drop('agent-stream-mqtt', 400, 220);
		assert.equal(await editor.isValid(connect), false);

		await editor.edit(connect);
		await page.fill('#node-input-name', 'Tower');
		await editor.openConfig('endpoint', 'add');
		await page.fill('#node-config-input-endpointId', 'tower');
		await page.fill('#node-config-input-url', `ws://${agent.host}/`);
		await page.fill('#node-config-input-token', 'secret-token');
		await page.selectOption('#node-config-input-dialect', 'unraid');
		await editor.tab('stream');
		await page.uncheck('#node-config-input-snapshot');
		await editor.tab('connection');
		await editor.addRow('#node-config-input-headers-list', { name: 'X-One', value: 'secret-one' });
		await editor.addRow('#node-config-input-headers-list', { name: 'X-Two', value: 'secret-two' });
		await editor.closeConfig();
		await page.fill('#node-input-types', 'ups_status_update, disk_l');
		await page.press('#node-input-types', 'i');
		await page.waitForSelector('.red-ui-autoComplete-container');
		await editor.shot('connect');
		await page.press('#node-input-types', 'Enter');
		assert.equal(await page.inputValue('#node-input-types'), 'ups_status_update, disk_list_update');
		await page.fill('#node-input-types', '');
		await editor.done();

		await editor.edit(identify);
		await page.fill('#node-input-source', 'tower');
		await page.selectOption('#node-input-dialect', 'unraid');
		await editor.shot('identify');
		await editor.done();

		await editor.edit(filter);
		await page.fill('#node-input-types', 'ups_*');
		const about = { dimension: 'severity' };
		await editor.addRow('#node-input-about-list', { patterns: 'warning, !crit*' }, about);
		const condition = { path: 'event.data.battery_charge_percent', value: '0' };
		await editor.addRow('#node-input-conditions-list', condition, { operator: 'gte' });
		await page.check('#node-input-onlyChanged');
		await page.check('#node-input-day-mon');
		await editor.shot('filter');
		await page.uncheck('#node-input-day-mon');
		await editor.done();
		assert.deepEqual(await editor.property(filter, 'about'), [{ dimension: 'severity', patterns: 'warning, !crit*' }]);
		// What UPS events tell has no severity: with the choice nothing would pass.
		await editor.edit(filter);
		await page.locator('.form-row:has(#node-input-about-list) .red-ui-editableList-item-remove').click();
		await page.waitForFunction('$("#node-input-about-list").editableList("length") === 0');
		await editor.done();

		await editor.edit(entity);
		await editor.addRow('#node-input-rows-list', {
			event: 'ups_status_update',
			subject: 'mine',
			row: 'double',
			name: 'Double',
			value: 'battery_charge_percent * 2',
			unit: '%',
		});
		await editor.shot('entity');
		await editor.done();

		await editor.edit(mqtt);
		await editor.openConfig('broker', 'add');
		await page.fill('#node-config-input-url', broker.url);
		await editor.shot('broker');
		await editor.closeConfig();
		await page.check('#node-input-emitCommands');
		await editor.shot('mqtt');
		await editor.done();

		const debug = await editor.drop('debug', 620, 160);
		await editor.wire(connect, 0, identify);
		await editor.wire(connect, 0, entity);
		await editor.wire(identify, 0, filter);
		await editor.wire(filter, 0, debug);
		await editor.wire(entity, 0, mqtt);
		for (const id of [connect, identify, filter, entity, mqtt]) assert.equal(await editor.isValid(id), true);

		await page.evaluate('RED.view.redraw(true); RED.sidebar.show("debug")');
		await page.click('#red-ui-header-button-deploy');
		await page.waitForSelector('.red-ui-debug-msg');
		await page.waitForFunction(
			`/[1-9]\\d* entities/.test(document.getElementById(${JSON.stringify(mqtt)}).textContent)`,
		);
		await page.waitForFunction(
			`/connected \\d\\d:\\d\\d/.test(document.getElementById(${JSON.stringify(connect)}).textContent)`,
		);
		assert.match((await page.locator('.red-ui-debug-msg').first().textContent()) ?? '', /tower\/ups_status_update/);
		await editor.shot('deployed');
		assert.deepEqual(
			{ authorization: agent.upgrades.at(-1)?.headers.authorization, two: agent.upgrades.at(-1)?.headers['x-two'] },
			{ authorization: 'Bearer secret-token', two: 'secret-two' },
		);
	});

	it('keeps what was entered, and secrets out of the browser', async () => {
		const id = await page.evaluate<string>('RED.nodes.filterNodes({ type: "agent-stream-filter" })[0].id');
		await page.reload();
		await page.waitForFunction(`window.RED?.nodes?.node(${JSON.stringify(id)})`);
		await page.waitForSelector(`[id="${id}"] .red-ui-flow-node`);
		const before = await editor.property<object[]>(id, 'conditions');
		await editor.edit(id);
		await editor.done();
		assert.deepEqual(await editor.property(id, 'conditions'), before);
		assert.deepEqual(before, [{ path: 'event.data.battery_charge_percent', operator: 'gte', value: '0' }]);
		const connect = await page.evaluate<string>('RED.nodes.filterNodes({ type: "agent-stream-connect" })[0].id');
		await editor.edit(connect);
		await editor.openConfig('endpoint', 'edit');
		const values = await page
			.locator('input[type="password"]')
			.evaluateAll((inputs) => inputs.map((input) => (input as unknown as { value: string }).value));
		assert.ok(values.length >= 6);
		assert.doesNotMatch(values.join(), /secret/);
		assert.equal(await page.inputValue('#node-config-input-header2'), '__PWRD__');
		// One header goes, the other stays: its value is not lost.
		await editor.tab('connection');
		const list = page.locator('.form-row:has(#node-config-input-headers-list)');
		await list.locator('.red-ui-editableList-item-remove').first().click();
		await page.waitForFunction('$("#node-config-input-headers-list").editableList("length") === 1');
		await editor.closeConfig();
		await editor.done();
		const before2 = agent.upgrades.length;
		await page.click('#red-ui-header-button-deploy');
		while (agent.upgrades.length === before2) await new Promise((next) => agent.once('upgrade', next));
		const { authorization, 'x-one': one, 'x-two': two } = agent.upgrades.at(-1)?.headers ?? {};
		assert.deepEqual(
			{ authorization, one, two },
			{ authorization: 'Bearer secret-token', one: undefined, two: 'secret-two' },
		);
	});

	it('offers the commands of the protocol, with their parameters and warnings', async () => {
		const id = await editor.drop('agent-stream-command', 400, 340);
		await editor.edit(id);
		const group = (label: string) =>
			page.waitForSelector(`#node-input-command optgroup[label="${label}"]`, { state: 'attached' });
		// Without an endpoint, those of every protocol.
		await group('Agents API (Socket.IO): rooms');
		await page.selectOption('#node-input-endpoint', { label: 'tower' });
		await group('container');
		assert.equal(await page.locator('#node-input-command optgroup[label*="rooms"]').count(), 0);
		await page.selectOption('#node-input-command', 'array_stop');
		assert.equal(await page.isVisible('.agent-stream-command-harm'), true);
		await page.selectOption('#node-input-command', 'container_stop');
		assert.equal(await page.isVisible('.agent-stream-command-harm'), false);
		assert.match((await page.textContent('.agent-stream-command-takes')) ?? '', /container: text/);
		await editor.shot('command');
		await editor.done();
		assert.equal(await editor.property(id, 'command'), 'container_stop');
		await editor.edit(id);
		await page.waitForSelector('.agent-stream-command-takes li');
		assert.equal(await page.inputValue('#node-input-command'), 'container_stop');
		await editor.done();
	});

	it('suggests subjects of the protocols that there are', async () => {
		const id = await page.evaluate<string>('RED.nodes.filterNodes({ type: "agent-stream-entity" })[0].id');
		await editor.edit(id);
		await page.waitForSelector('#node-input-dialect option[value="aios"]', { state: 'attached' });
		await page.fill('#node-input-subjects', '!cont');
		await page.press('#node-input-subjects', 'a');
		await page.waitForSelector('.red-ui-autoComplete-container li:has-text("container")');
		await editor.shot('subjects');
		await page.press('#node-input-subjects', 'Enter');
		assert.equal(await page.inputValue('#node-input-subjects'), '!container');
		await editor.done();
	});

	it('shows help for every node', async () => {
		for (const name of ['connect', 'identify', 'filter', 'entity', 'alert', 'mqtt', 'command', 'endpoint', 'broker']) {
			const help = await page.evaluate<string>(`RED.nodes.getNodeHelp("agent-stream-${name}")`);
			assert.match(help, /<h3>Details<\/h3>/);
		}
	});

	it('had no error in its console', () => {
		assert.deepEqual(editor.complaints, []);
	});
});
