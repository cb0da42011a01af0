import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { dialects } from '../../src/dialects';
import { type AlertRule, alertRulesSchema } from '../../src/model/alert';
import { Editor } from './support/editor';

type Rule = Record<string, unknown> & { readonly id: string };

const watched = dialects.filter(({ alerts }) => alerts !== undefined);
const presets = watched.flatMap(({ alerts = [] }) => alerts);

/** Rules that are in order, with what is easily lost: defaults that are spelled out, words with commas, blanks, the empty word. */
const awkward: readonly Rule[] = [
	{
		id: 'level',
		name: 'Level',
		condition: { kind: 'above', levels: [{ value: 5 }, { severity: 'critical', value: 9 }] },
	},
	{
		id: 'words',
		name: ' Words ',
		enabled: true,
		entities: { sources: [], keys: ['a, b', '!"x"'] },
		condition: { kind: 'is_not', states: ['', ' on ', 'a,b', 'two\nlines'], unknown: [] },
		raiseFor: 0,
		clearFor: 0,
		text: 'first\n\nlast\n',
		clearText: ' ',
	},
	{ id: 'odd', name: 'Odd', condition: { kind: 'rate', perMinute: 0.1, window: 1_234_567 }, coolDown: 1 },
	{
		id: 'flag',
		name: 'Flag',
		entities: {},
		condition: { kind: 'jsonata', expression: '\nstate = null ', unavailable: false },
	},
	{ id: 'moment', name: 'Moment', condition: { kind: 'changes_from', states: ['on'], unknown: ['other'] } },
];

describe('rules that are opened in the form and not changed', function () {
	this.timeout(120_000);
	let editor: Editor;
	let page: Page;
	let folder: string;

	before(async function () {
		editor = await Editor.open(this);
		page = editor.page;
		page.setDefaultTimeout(10_000);
		folder = await mkdtemp(join(tmpdir(), 'agent-stream-rules-'));
		const fields = { name: '', store: '', graceSeconds: '', ceilingPerHour: '', outputs: 2 };
		const node = { type: 'agent-stream-alert', z: 'tab', ...fields, wires: [[], []], x: 200 };
		await editor.red.deploy([
			{ id: 'tab', type: 'tab', label: 'alerts' },
			{ ...node, id: 'alert', rules: [], y: 100 },
			{ ...node, id: 'awkward', rules: awkward, y: 200 },
		]);
		await page.reload();
		await page.waitForSelector('[id="awkward"] .red-ui-flow-node');
	});
	after(async () => {
		await editor?.close();
		if (folder) await rm(folder, { recursive: true, force: true });
	});

	const exported = async (): Promise<Rule[]> => {
		const [download] = await Promise.all([page.waitForEvent('download'), page.click('#agent-stream-alert-export')]);
		const file = join(folder, 'rules.json');
		await download.saveAs(file);
		return JSON.parse(await readFile(file, 'utf8')) as Rule[];
	};
	const openAll = async (count: number) => {
		await page.evaluate('$("#node-input-rules-list .agent-stream-alert-head").trigger("click")');
		await page.waitForFunction(`$("#node-input-rules-list [data-field='id']:visible").length === ${count}`);
	};
	const saved = async (id: string) => JSON.parse(JSON.stringify(await editor.property<Rule[]>(id, 'rules'))) as Rule[];
	/** Without the dialect's name in front of an id that another has. */
	const plain = (rule: AlertRule) => {
		const isPreset = presets.some(({ id }) => id === rule.id);
		const names = watched.map(({ name }) => name).join('|');
		return isPreset ? rule : { ...rule, id: rule.id.replace(new RegExp(`^(${names})-`), '') };
	};

	it('are the presets of every protocol, each once however often they are added', async () => {
		await editor.edit('alert');
		for (const { name } of [...watched, ...watched]) {
			await page.selectOption('#agent-stream-alert-dialect', name);
			await page.click('#agent-stream-alert-presets');
		}
		const before = await exported();
		assert.deepEqual(alertRulesSchema.parse(before).map(plain), presets);
		await openAll(presets.length);
		await editor.shot('alert-all-open');
		assert.deepEqual(await exported(), before);
		await editor.done();
		assert.deepEqual(await saved('alert'), before);
		assert.equal(await editor.isValid('alert'), true);
	});

	it('are rules that other hands wrote', async () => {
		alertRulesSchema.parse(awkward);
		await editor.edit('awkward');
		await openAll(awkward.length);
		assert.deepEqual(await exported(), awkward);
		await editor.done();
		assert.deepEqual(await saved('awkward'), awkward);
		assert.equal(await editor.property('awkward', 'changed'), false);
	});

	it('come back from a file as they are', async () => {
		const file = join(folder, 'import.json');
		await writeFile(file, JSON.stringify(awkward));
		await editor.edit('alert');
		const before = await exported();
		const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.click('#agent-stream-alert-import')]);
		await chooser.setFiles(file);
		await page.waitForFunction('/5 rules added/.test($(".red-ui-notification-success").text())');
		assert.deepEqual(await exported(), [...before, ...awkward]);
		await page.click('#node-dialog-cancel');
	});

	it('leave no error in the console', () => {
		assert.deepEqual(editor.complaints, []);
	});
});
