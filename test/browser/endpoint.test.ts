import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { dialects } from '../../src/dialects';
import { Editor } from './support/editor';

const station = readFileSync(join(__dirname, '../fixtures/custom/weather-station.json'), 'utf8');
const air = { op: 'air', at: 1789374600000, body: { temp: 20.5, wind: { gust: 31 }, raining: false } };

describe('the form of an endpoint', function () {
	this.timeout(120_000);
	let editor: Editor;
	let page: Page;
	let folder: string;
	let connect: string;

	before(async function () {
		editor = await Editor.open(this);
		page = editor.page;
		folder = await mkdtemp(join(tmpdir(), 'agent-stream-form-'));
		connect = await editor.drop('agent-stream-connect', 150, 100);
		await editor.edit(connect);
		await editor.openConfig('endpoint', 'add');
	});
	after(async () => {
		await editor?.close();
		if (folder) await rm(folder, { recursive: true, force: true });
	});

	const input = (name: string) => `#node-config-input-${name}`;
	const definition = () => page.evaluate<string>('$("#node-config-input-definition").val()');
	const wrong = (name: string) =>
		page.locator(input(name)).evaluate((element) => {
			const { className } = element as unknown as { className: string };
			return className.includes('input-error');
		});

	it('offers every dialect, and shows what each of them has', async () => {
		for (const { name, title, defaultUrl, transport, restBase } of dialects) {
			await editor.tab('server');
			await page.selectOption(input('dialect'), { label: title });
			assert.equal(await page.inputValue(input('dialect')), name);
			assert.equal(await page.getAttribute(input('url'), 'placeholder'), defaultUrl);
			await editor.shot(`endpoint-${name}-server`);
			await editor.tab('stream');
			const visible = (field: string) => page.isVisible(input(field));
			assert.deepEqual(
				[await visible('namespace'), await visible('snapshot'), await visible('restBase')],
				[transport === 'socket.io', restBase(new URL(defaultUrl)) !== null, restBase(new URL(defaultUrl)) !== null],
				name,
			);
			const example = await page.textContent('#agent-stream-endpoint-subscription-example');
			assert.ok(example && !example.includes('agent-stream-endpoint'), name);
			await editor.shot(`endpoint-${name}-stream`);
			const tab = page.locator('.red-ui-tab:has(a[href="#agent-stream-endpoint-tab-definition"])');
			assert.equal(await tab.isVisible(), name === 'custom');
		}
	});

	it('takes no URL where the protocol is to be recognised, only a good one else', async () => {
		await editor.tab('server');
		await page.selectOption(input('dialect'), 'aios');
		await page.fill(input('url'), '');
		assert.equal(await wrong('url'), false);
		await page.selectOption(input('dialect'), 'auto');
		await page.waitForSelector(`${input('url')}.input-error`);
		await page.fill(input('url'), 'https://agents.local/ws');
		await page.locator(input('url')).blur();
		assert.equal(await wrong('url'), false);
	});

	it('asks where the token goes, and what it is called there', async () => {
		assert.equal(await page.isVisible(input('tokenName')), false);
		await page.selectOption(input('tokenIn'), 'header');
		assert.equal(await page.getAttribute(input('tokenName'), 'placeholder'), 'X-API-Key');
		await page.selectOption(input('tokenIn'), 'query');
		assert.equal(await page.isVisible(input('tokenName')), true);
		await page.selectOption(input('tokenIn'), '');
	});

	it('asks for a login bit by bit', async () => {
		await editor.tab('login');
		assert.equal(await page.isVisible(input('loginUser')), false);
		await page.fill(input('loginUrl'), 'https://agents.local/login');
		assert.equal(await page.isVisible(input('loginBody')), true);
		await editor.shot('endpoint-login');
		await page.selectOption(input('loginMethod'), 'GET');
		assert.equal(await page.isVisible(input('loginBody')), false);
		await page.selectOption(input('loginMethod'), 'POST');
		await page.fill(input('loginUser'), 'me');
		await page.fill(input('loginPassword'), 'secret-word');
		await page.fill(input('loginBody'), '{"user":"{user}","key":"secret-key"}');
	});

	it('says what a message becomes by the template, and what is wrong', async () => {
		await editor.tab('server');
		await page.selectOption(input('dialect'), 'custom');
		await editor.tab('definition');
		await page.click('#agent-stream-endpoint-definition-template');
		await page.click('#agent-stream-endpoint-definition-test');
		await page.waitForSelector('.agent-stream-trial-entities');
		const shown = (await page.textContent('#agent-stream-endpoint-trial')) ?? '';
		assert.match(shown, /status by name/);
		assert.match(shown, /Load12.34 %/);
		await page.locator('#agent-stream-endpoint-trial').scrollIntoViewIfNeeded();
		await editor.shot('endpoint-custom-trial');
		const evil = {
			type: 'status',
			data: { door: '<img src=x onerror=alert(1)>', '<script>': '<script>alert(1)</script>' },
		};
		await page.fill('#agent-stream-endpoint-frame', JSON.stringify(evil));
		await page.click('#agent-stream-endpoint-definition-test');
		await page.waitForFunction('/onerror/.test($("#agent-stream-endpoint-trial").text())');
		assert.equal(
			await page.locator('#agent-stream-endpoint-trial img, #agent-stream-endpoint-trial script').count(),
			0,
		);
		await editor.shot('endpoint-custom-unknown');
	});

	it('imports a definition from a file, and exports the same', async () => {
		const file = join(folder, 'station.json');
		await writeFile(file, station);
		const choose = async (path: string) => {
			const [chooser] = await Promise.all([
				page.waitForEvent('filechooser'),
				page.click('#agent-stream-endpoint-definition-import'),
			]);
			await chooser.setFiles(path);
		};
		await choose(file);
		// There is one already: it is not thrown away without a question.
		await page.waitForSelector('.red-ui-notification button.primary');
		await editor.shot('endpoint-custom-replace');
		await page.click('.red-ui-notification button.primary');
		await page.waitForFunction('/Weather station/.test($("#node-config-input-definition").val())');
		assert.deepEqual(JSON.parse(await definition()), JSON.parse(station));
		await page.fill('#agent-stream-endpoint-frame', JSON.stringify(air));
		await page.click('#agent-stream-endpoint-definition-test');
		await page.waitForFunction('/20.5 °C/.test($("#agent-stream-endpoint-trial").text())');
		await editor.shot('endpoint-custom-imported');
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.click('#agent-stream-endpoint-definition-export'),
		]);
		assert.equal(download.suggestedFilename(), 'definition.json');
		const saved = join(folder, 'saved.json');
		await download.saveAs(saved);
		assert.deepEqual(JSON.parse(await readFile(saved, 'utf8')), JSON.parse(station));
		await writeFile(file, '[1, 2]');
		await choose(file);
		await page.waitForFunction('/holds no definition/.test($(".red-ui-notification-error").text())');
		assert.deepEqual(JSON.parse(await definition()), JSON.parse(station));
	});

	it('keeps all of it, the secrets apart from the flow', async () => {
		await editor.tab('server');
		await page.fill(input('endpointId'), 'skyline');
		assert.equal(await page.getAttribute(input('url'), 'placeholder'), 'ws://localhost:9000/stream');
		await page.fill(input('url'), '');
		await editor.tab('stream');
		const subscription = page.locator('#agent-stream-endpoint-tab-stream .red-ui-typedInput-input-wrap input');
		await subscription.fill('{"topics": ["air"]');
		await subscription.blur();
		await page.waitForSelector('#agent-stream-endpoint-tab-stream .red-ui-typedInput-container.input-error');
		await subscription.fill('{"topics": ["air"]}');
		await subscription.blur();
		await editor.shot('endpoint-subscription');
		await editor.closeConfig();
		await editor.done();
		const id = await editor.property<string>(connect, 'endpoint');
		assert.equal(await editor.isValid(id), true);
		assert.deepEqual(JSON.parse(await editor.property(id, 'definition')), JSON.parse(station));
		assert.equal(await editor.property(id, 'subscription'), '{"topics": ["air"]}');
		const exported = await page.evaluate<string>(
			'JSON.stringify(RED.nodes.createExportableNodeSet(RED.nodes.filterNodes({}).concat(RED.nodes.node(RED.nodes.filterNodes({ type: "agent-stream-connect" })[0].endpoint))))',
		);
		assert.ok(exported.includes('https://agents.local/login'));
		assert.doesNotMatch(exported, /secret-/);
		await page.click('#red-ui-header-button-deploy');
		await page.waitForFunction(`!RED.nodes.dirty()`);
		const flows = JSON.stringify(await editor.red.get('flows'));
		assert.ok(flows.includes('skyline'));
		assert.doesNotMatch(flows, /secret-/);
		await page.reload();
		await page.waitForSelector(`[id="${connect}"] .red-ui-flow-node`);
		await editor.edit(connect);
		await editor.openConfig('endpoint', 'edit');
		assert.equal(await page.inputValue(input('dialect')), 'custom');
		assert.equal(await page.inputValue(input('loginBody')), '__PWRD__');
		await editor.tab('definition');
		await page.waitForFunction('/Weather.station/.test($("#agent-stream-endpoint-definition-editor").text())');
		await editor.closeConfig();
		await editor.done();
		assert.deepEqual(JSON.parse(await editor.property(id, 'definition')), JSON.parse(station));
	});

	it('had no error in its console', () => {
		assert.deepEqual(editor.complaints, []);
		assert.doesNotMatch(editor.red.log(), /secret-/);
	});
});
