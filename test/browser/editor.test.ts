import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { WebSocket } from 'ws';
import { liveFrames } from '../nodes/support/fixtures';
import { type Broker, startAedes } from '../support/broker';
import { type NodeRed, startNodeRed } from '../support/node-red';
import { requireProgram } from '../support/require';
import { ScriptedServer } from '../support/scripted-server';

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const screenshots = join(__dirname, '../../.cache/screenshots');
const switches =
	'--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

describe('the editor', function () {
	this.timeout(120_000);
	let red: NodeRed;
	let agent: ScriptedServer;
	let broker: Broker;
	let context: BrowserContext;
	let profile: string;
	let page: Page;
	const complaints: string[] = [];

	before(async function () {
		const executablePath = requireProgram(this, 'Chromium', browsers);
		const { chromium } = await import('playwright-core');
		profile = await mkdtemp(join(tmpdir(), 'agent-stream-chromium-'));
		await mkdir(screenshots, { recursive: true });
		[red, agent, broker, context] = await Promise.all([
			startNodeRed(),
			ScriptedServer.listen(),
			startAedes(),
			chromium.launchPersistentContext(profile, {
				executablePath,
				args: switches.split(' '),
				viewport: { width: 1400, height: 1000 },
			}),
		]);
		agent.on('client', (socket: WebSocket) => {
			for (const frame of liveFrames) socket.send(frame);
		});
		page = await context.newPage();
		page.on('pageerror', (error) => complaints.push(error.message));
		page.on('console', (line) => line.type() === 'error' && complaints.push(`${line.text()} ${line.location().url}`));
		await page.goto(red.url);
		await page.waitForSelector('.red-ui-palette-node[data-palette-type="agent-stream-connect"]', { state: 'attached' });
	});
	after(async () => {
		await context?.close();
		await red?.stop();
		await broker?.stop();
		await agent?.close();
		if (profile) await rm(profile, { recursive: true, force: true });
	});

	const shot = (name: string) => page.screenshot({ path: join(screenshots, `${name}.png`) });

	/** Drags a node from the palette to the workspace; returns its id. */
	async function drop(type: string, x: number, y: number): Promise<string> {
		const item = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
		await item.scrollIntoViewIfNeeded();
		const from = await item.boundingBox();
		const chart = await page.locator('#red-ui-workspace-chart').boundingBox();
		assert.ok(from && chart);
		const before = await ids();
		await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
		await page.mouse.down();
		await page.mouse.move(chart.x + x - 40, chart.y + y, { steps: 5 });
		await page.mouse.move(chart.x + x, chart.y + y, { steps: 5 });
		await page.mouse.up();
		const after = await ids();
		const id = after.find((one) => !before.includes(one));
		assert.ok(id, `${type} was dropped`);
		return id;
	}

	const ids = () =>
		page.evaluate<string[]>('(() => { const all = []; RED.nodes.eachNode((n) => all.push(n.id)); return all; })()');

	async function edit(id: string): Promise<void> {
		await page.locator(`[id="${id}"] .red-ui-flow-node`).dblclick();
		await page.waitForSelector('#node-dialog-ok');
		await settled();
	}

	/** The edit dialog slides in. */
	const settled = () =>
		page.waitForFunction('!document.querySelector(".red-ui-tray")?.getAnimations?.().length && !$(":animated").length');

	async function done(): Promise<void> {
		await page.click('#node-dialog-ok');
		await page.waitForSelector('#node-dialog-ok', { state: 'detached' });
	}

	/** Makes a config node out of the edit dialog. */
	async function addConfig(
		property: string,
		name: string,
		fields: Readonly<Record<string, string>>,
		more?: () => Promise<void>,
	) {
		await page.click(`#node-input-btn-${property}-add`);
		await page.waitForSelector('#node-config-dialog-ok');
		await settled();
		for (const [field, value] of Object.entries(fields)) await page.fill(`#node-config-input-${field}`, value);
		await more?.();
		await shot(name);
		await page.click('#node-config-dialog-ok');
		await page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
		await settled();
	}

	const isValid = (id: string) => page.evaluate<boolean>(`RED.nodes.node(${JSON.stringify(id)}).valid`);
	const property = <T>(id: string, name: string) => page.evaluate<T>(`RED.nodes.node(${JSON.stringify(id)}).${name}`);
	const wire = (from: string, port: number, to: string) =>
		page.evaluate(
			`RED.nodes.addLink({ source: RED.nodes.node(${JSON.stringify(from)}), sourcePort: ${port}, target: RED.nodes.node(${JSON.stringify(to)}) })`,
		);

	it('lists the nodes in a category of their own', async () => {
		const title = page.locator('#red-ui-palette-header-agent_stream');
		assert.equal((await title.textContent())?.trim(), 'agent stream');
		const labels = await page.locator('#red-ui-palette-container-agent_stream .red-ui-palette-label').allInnerTexts();
		const shown = labels.map((label) => label.trim());
		for (const label of ['connect', 'entity mapper', 'filter', 'identify', 'mqtt bridge'])
			assert.ok(shown.includes(label), label);
	});

	it('configures every node, deploys, and sees values arrive', async () => {
		const connect = await drop('agent-stream-connect', 150, 100);
		const identify = await drop('agent-stream-identify', 360, 100);
		const filter = await drop('agent-stream-filter', 560, 100);
		const entity = await drop('agent-stream-entity', 150, 220);
		const mqtt = await drop('agent-stream-mqtt', 400, 220);
		assert.equal(await isValid(connect), false);

		await edit(connect);
		await page.fill('#node-input-name', 'Tower');
		await addConfig(
			'endpoint',
			'endpoint',
			{ endpointId: 'tower', url: `ws://${agent.host}/`, token: 'secret-token' },
			async () => {
				await page.selectOption('#node-config-input-dialect', 'unraid');
				await page.uncheck('#node-config-input-snapshot');
				const list = page.locator('.form-row:has(#node-config-input-headers-list)');
				for (const [name, value] of [
					['X-One', 'secret-one'],
					['X-Two', 'secret-two'],
				] as const) {
					await list.locator('.red-ui-editableList-addButton').click();
					await list.locator('[data-column="name"]').last().fill(name);
					await list.locator('[data-column="value"]').last().fill(value);
				}
			},
		);
		await shot('connect');
		await done();

		await edit(identify);
		await page.fill('#node-input-source', 'tower');
		await page.selectOption('#node-input-dialect', 'unraid');
		await shot('identify');
		await done();

		await edit(filter);
		await page.fill('#node-input-types', 'ups_*');
		const conditions = page.locator('.form-row:has(#node-input-conditions-list)');
		await conditions.locator('.red-ui-editableList-addButton').click();
		await conditions.locator('[data-column="path"]').fill('event.data.battery_charge_percent');
		await conditions.locator('[data-column="operator"]').selectOption('gte');
		await conditions.locator('[data-column="value"]').fill('0');
		await page.check('#node-input-onlyChanged');
		await page.check('#node-input-day-mon');
		await shot('filter');
		await page.uncheck('#node-input-day-mon');
		await done();

		await edit(entity);
		const rows = page.locator('.form-row:has(#node-input-rows-list)');
		await rows.locator('.red-ui-editableList-addButton').click();
		const row = {
			event: 'ups_status_update',
			subject: 'mine',
			row: 'double',
			name: 'Double',
			value: 'battery_charge_percent * 2',
			unit: '%',
		};
		for (const [column, value] of Object.entries(row)) await rows.locator(`[data-column="${column}"]`).fill(value);
		await shot('entity');
		await done();

		await edit(mqtt);
		await addConfig('broker', 'broker', { url: broker.url });
		await page.check('#node-input-emitCommands');
		await shot('mqtt');
		await done();

		const debug = await drop('debug', 620, 160);
		await wire(connect, 0, identify);
		await wire(connect, 0, entity);
		await wire(identify, 0, filter);
		await wire(filter, 0, debug);
		await wire(entity, 0, mqtt);
		for (const id of [connect, identify, filter, entity, mqtt]) assert.equal(await isValid(id), true);

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
		await shot('deployed');
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
		const before = await property<object[]>(id, 'conditions');
		await edit(id);
		await done();
		assert.deepEqual(await property(id, 'conditions'), before);
		assert.deepEqual(before, [{ path: 'event.data.battery_charge_percent', operator: 'gte', value: '0' }]);
		const connect = await page.evaluate<string>('RED.nodes.filterNodes({ type: "agent-stream-connect" })[0].id');
		await edit(connect);
		await page.click('#node-input-btn-endpoint-edit');
		await page.waitForSelector('#node-config-dialog-ok');
		await settled();
		const values = await page
			.locator('input[type="password"]')
			.evaluateAll((inputs) => inputs.map((input) => (input as unknown as { value: string }).value));
		assert.ok(values.length >= 4);
		assert.doesNotMatch(values.join(), /secret/);
		assert.equal(await page.inputValue('#node-config-input-header2'), '__PWRD__');
		// One header goes, the other stays: its value is not lost.
		const list = page.locator('.form-row:has(#node-config-input-headers-list)');
		await list.locator('.red-ui-editableList-item-remove').first().click();
		await page.waitForFunction('$("#node-config-input-headers-list").editableList("length") === 1');
		await page.click('#node-config-dialog-ok');
		await page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
		await settled();
		await done();
		const before2 = agent.upgrades.length;
		await page.click('#red-ui-header-button-deploy');
		while (agent.upgrades.length === before2) await new Promise((next) => agent.once('upgrade', next));
		const { authorization, 'x-one': one, 'x-two': two } = agent.upgrades.at(-1)?.headers ?? {};
		assert.deepEqual(
			{ authorization, one, two },
			{ authorization: 'Bearer secret-token', one: undefined, two: 'secret-two' },
		);
	});

	it('shows help for every node', async () => {
		for (const name of ['connect', 'identify', 'filter', 'entity', 'mqtt', 'endpoint', 'broker']) {
			const help = await page.evaluate<string>(`RED.nodes.getNodeHelp("agent-stream-${name}")`);
			assert.match(help, /<h3>Details<\/h3>/);
		}
	});

	it('had no error in its console', () => {
		assert.deepEqual(complaints, []);
	});
});
