import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'mocha';
import type { BrowserContext, Page } from 'playwright-core';
import { type NodeRed, startNodeRed } from '../../support/node-red';
import { requireProgram } from '../../support/require';

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const screenshots = join(__dirname, '../../../.cache/screenshots');
const switches =
	'--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/**
 * Thrown by Node-RED's code editor (Monaco) where its own check of a text ends after the form was closed, on a busy machine: nothing
 * of ours is in it, and nothing can be done about it.
 */
const lateValidation = 'Model is disposed!';

/** A Node-RED of its own with its editor open in Chromium. */
export class Editor {
	/** Errors of the page. */
	readonly complaints: string[] = [];

	private constructor(
		readonly red: NodeRed,
		readonly page: Page,
		private readonly context: BrowserContext,
		private readonly profile: string,
	) {
		page.on('pageerror', ({ message }) => {
			if (!message.startsWith(lateValidation)) this.complaints.push(message);
		});
		page.on('console', (line) => {
			if (line.type() === 'error') this.complaints.push(`${line.text()} ${line.location().url}`);
		});
	}

	/** @param test the hook that opens it: its tests are pending where there is no Chromium */
	static async open(test: Context): Promise<Editor> {
		const executablePath = requireProgram(test, 'Chromium', browsers);
		const { chromium } = await import('playwright-core');
		const profile = await mkdtemp(join(tmpdir(), 'agent-stream-chromium-'));
		await mkdir(screenshots, { recursive: true });
		const viewport = { width: 1400, height: 1000 };
		const args = switches.split(' ');
		const [red, context] = await Promise.all([
			startNodeRed(),
			chromium.launchPersistentContext(profile, { executablePath, args, viewport }),
		]);
		const editor = new Editor(red, await context.newPage(), context, profile);
		await editor.page.goto(red.url);
		const node = '.red-ui-palette-node[data-palette-type="agent-stream-connect"]';
		await editor.page.waitForSelector(node, { state: 'attached' });
		return editor;
	}

	async close(): Promise<void> {
		await this.context.close();
		await this.red.stop();
		await rm(this.profile, { recursive: true, force: true });
	}

	/** A picture for people, in `.cache/screenshots`. */
	async shot(name: string): Promise<void> {
		await this.page.screenshot({ path: join(screenshots, `${name}.png`) });
	}

	/** Drags a node from the palette to the workspace; returns its id. */
	async drop(type: string, x: number, y: number): Promise<string> {
		const { page } = this;
		const item = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
		const chart = await page.locator('#red-ui-workspace-chart').boundingBox();
		assert.ok(chart);
		const before = await this.ids();
		// The palette slides: hovering waits until the item stands still.
		await item.hover();
		await page.mouse.down();
		await page.mouse.move(chart.x + x - 40, chart.y + y, { steps: 5 });
		await page.mouse.move(chart.x + x, chart.y + y, { steps: 5 });
		await page.mouse.up();
		const id = (await this.ids()).find((one) => !before.includes(one));
		assert.ok(id, `${type} was dropped`);
		return id;
	}

	/** Opens the form of a node. */
	async edit(id: string): Promise<void> {
		await this.page.locator(`[id="${id}"] .red-ui-flow-node`).dblclick();
		await this.page.waitForSelector('#node-dialog-ok');
		await this.settled();
	}

	/** Forms slide in and out. */
	async settled(): Promise<void> {
		await this.page.waitForFunction(
			'!document.querySelector(".red-ui-tray")?.getAnimations?.().length && !$(":animated").length',
		);
	}

	/** Closes the form of a node. */
	async done(): Promise<void> {
		await this.page.click('#node-dialog-ok');
		await this.page.waitForSelector('#node-dialog-ok', { state: 'detached' });
	}

	/** Opens the form of a config node from that of a node: a new one, or the chosen one. */
	async openConfig(property: string, which: 'add' | 'edit'): Promise<void> {
		await this.page.click(`#node-input-btn-${property}-${which}`);
		await this.page.waitForSelector('#node-config-dialog-ok');
		await this.settled();
	}

	/** Closes the form of a config node. */
	async closeConfig(): Promise<void> {
		await this.page.click('#node-config-dialog-ok');
		await this.page.waitForSelector('#node-config-dialog-ok', { state: 'detached' });
		await this.settled();
	}

	/** Shows a tab of the endpoint's form. */
	async tab(name: string): Promise<void> {
		// Two clicks within 0.4 s are a double click to Node-RED, on whichever tabs.
		while (!(await this.page.isVisible(`#agent-stream-endpoint-tab-${name}`))) {
			await this.page.click(`.red-ui-tab a[href="#agent-stream-endpoint-tab-${name}"]`);
		}
	}

	/** Adds a row to a list of the form and fills in its columns. */
	async addRow(list: string, fields: Readonly<Record<string, string>>, chosen: Readonly<Record<string, string>> = {}) {
		const rows = this.page.locator(`.form-row:has(${list})`);
		await rows.locator('.red-ui-editableList-addButton').click();
		for (const [column, value] of Object.entries(chosen)) {
			await rows.locator(`[data-column="${column}"]`).last().selectOption(value);
		}
		for (const [column, value] of Object.entries(fields)) {
			await rows.locator(`[data-column="${column}"]`).last().fill(value);
		}
	}

	async isValid(id: string): Promise<boolean> {
		return await this.property(id, 'valid');
	}

	async property<T>(id: string, name: string): Promise<T> {
		return await this.page.evaluate<T>(`RED.nodes.node(${JSON.stringify(id)}).${name}`);
	}

	async wire(from: string, port: number, to: string): Promise<void> {
		await this.page.evaluate(
			`RED.nodes.addLink({ source: RED.nodes.node(${JSON.stringify(from)}), sourcePort: ${port}, target: RED.nodes.node(${JSON.stringify(to)}) })`,
		);
	}

	private async ids(): Promise<string[]> {
		return await this.page.evaluate<string[]>(
			'(() => { const all = []; RED.nodes.eachNode((n) => all.push(n.id)); return all; })()',
		);
	}
}
