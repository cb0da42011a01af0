import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialects } from '../../src/dialects';

const nodes = join(__dirname, '../../nodes');
const read = (...path: string[]) => readFileSync(join(nodes, ...path), 'utf8');
const names = readdirSync(nodes)
	.filter((file) => file.endsWith('.html'))
	.map((file) => file.slice(0, -5));
const languages = readdirSync(join(nodes, 'locales'));

/** What a html registers: its script is run with a `RED` that only listens. */
interface Definition {
	category: string;
	icon?: string;
	defaults: Record<string, { value: unknown; type?: string; validate?: (value: unknown) => boolean }>;
	credentials?: Record<string, { type: string }>;
	inputs?: number;
	outputs?: number;
	oneditsave?: unknown;
}

function definition(name: string): { type: string; definition: Definition } {
	const script = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(read(`${name}.html`))?.[1] ?? '';
	const registered: { type: string; definition: Definition }[] = [];
	const RED = {
		nodes: { registerType: (type: string, made: Definition) => registered.push({ type, definition: made }) },
		validators: { regex: (pattern: RegExp) => (value: unknown) => pattern.test(String(value)) },
	};
	new Function('RED', script)(RED);
	assert.equal(registered.length, 1, `${name}.html registers one type`);
	return registered[0] as { type: string; definition: Definition };
}

/** Keys of a catalogue, as paths. */
function keys(catalogue: object, prefix = ''): string[] {
	return Object.entries(catalogue).flatMap(([key, value]) =>
		typeof value === 'string' ? [`${prefix}${key}`] : keys(value as object, `${prefix}${key}.`),
	);
}

const catalogue = (language: string, name: string) =>
	keys(JSON.parse(read('locales', language, `${name}.json`)) as object);

/** The fields of the zod schema named `settings` in a node's source. */
function runtimeFields(name: string): string[] {
	const body = /const settings = z\.object\(\{([\s\S]*?)\}\);/.exec(read(`${name}.ts`))?.[1] ?? '';
	return [...body.matchAll(/^\t(\w+):/gm)].map((match) => match[1] ?? '').sort();
}

describe('editor files', () => {
	it('are there for every node', () => {
		assert.deepEqual(names.sort(), [
			'alert',
			'broker',
			'command',
			'connect',
			'endpoint',
			'entity',
			'filter',
			'identify',
			'mqtt',
		]);
	});

	for (const name of names) {
		describe(name, () => {
			const html = read(`${name}.html`);
			const type = `agent-stream-${name}`;
			const { definition: made, type: registered } = definition(name);
			const isConfig = made.category === 'config';

			it('registers the type that the runtime registers, literally', () => {
				assert.equal(registered, type);
				assert.ok(html.includes(`RED.nodes.registerType('${type}'`));
				assert.ok(read(`${name}.ts`).includes(`defineNode(RED, '${type}'`));
				assert.ok(html.includes(`data-template-name="${type}"`));
			});

			it('has the fields that the runtime reads', () => {
				const fields = Object.keys(made.defaults).filter((field) => field !== 'name');
				assert.deepEqual(fields.sort(), runtimeFields(name));
			});

			it('declares the credentials that the runtime declares', () => {
				const source = read(`${name}.ts`);
				assert.equal(made.credentials !== undefined, source.includes('credentials: {'));
				for (const [field, { type: kind }] of Object.entries(made.credentials ?? {})) {
					const secret = !/user/i.test(field);
					assert.equal(kind, secret ? 'password' : 'text');
					assert.ok(!(field in made.defaults), `${field} must not be saved in the flow`);
				}
			});

			it('has a form field for everything that is saved', () => {
				const prefix = isConfig ? 'node-config-input' : 'node-input';
				const inForm = new Set([...html.matchAll(/id="node-(?:config-)?input-([\w-]+)"/g)].map((match) => match[1]));
				for (const field of Object.keys(made.defaults)) {
					// A list's element must not have the field's own id: the editor would read its empty value over the list.
					const isList = Array.isArray(made.defaults[field]?.value);
					assert.equal(inForm.has(field), !isList, `${prefix}-${field}`);
					assert.ok(!isList || inForm.has(`${field}-list`) || field === 'windowDays', `${prefix}-${field}-list`);
				}
				for (const id of html.matchAll(/<label for="([^"]+)"/g)) assert.ok(html.includes(`id="${id[1]}"`), id[1]);
			});

			it('uses no name that the editor needs for itself', () => {
				const taken = ['id', 'type', 'wires', 'users', 'valid', 'changed', 'dirty', 'selected', 'moved', 'z', 'x', 'y'];
				const reserved = Object.keys(made.defaults).filter((field) => taken.includes(field) || field.length < 2);
				assert.deepEqual(reserved, []);
			});

			it('has an icon of its own', () => {
				if (isConfig) return;
				const icon = join(nodes, '../icons', made.icon ?? '');
				assert.ok(existsSync(icon) && made.icon?.startsWith('agent-stream-'));
				assert.match(readFileSync(icon, 'utf8'), /width="40" height="60"/);
			});

			for (const language of languages) {
				it(`has every text in ${language}`, () => {
					const known = new Set(catalogue(language, name));
					const script = read(`${name}.ts`);
					const used = [...html.matchAll(/data-i18n="(?:\[[\w-]+\])?([\w.-]+)"/g)].map((match) => match[1] ?? '');
					const told = [...(html + script).matchAll(/_\('([\w.-]+)'/g)].map((match) => match[1] ?? '');
					const shown = [...script.matchAll(/'(agent-stream-[a-z]+\.[\w.-]+)'/g)].map((match) => match[1] ?? '');
					for (const key of [...used, ...told, ...shown]) assert.ok(known.has(key), key);
					for (let output = 0; output < (made.outputs ?? 0); output += 1)
						assert.ok(known.has(`${type}.output.${output}`));
					assert.ok(isConfig || known.has('palette.label.agent_stream'));
					assert.deepEqual([...known].sort(), catalogue('en-US', name).sort());
				});

				it(`has its help in ${language}`, () => {
					const help = read('locales', language, `${name}.html`);
					assert.ok(help.includes(`data-help-name="${type}"`));
					assert.match(help, /<script[^>]*>\s*<p>/, 'begins with a paragraph: the tooltip');
					for (const section of isConfig ? ['Properties', 'Details'] : ['Inputs', 'Outputs', 'Details']) {
						assert.ok(help.includes(`<h3>${section}</h3>`), section);
					}
				});
			}
		});
	}

	it('show a subscription for every dialect that it takes', () => {
		const { 'agent-stream-endpoint': texts } = JSON.parse(read('locales', 'en-US', 'endpoint.json')) as {
			'agent-stream-endpoint': { subscription: Record<string, string> };
		};
		for (const { name, subscription } of dialects.filter((dialect) => dialect.name !== 'custom')) {
			const example = /Example: ([[{].*[\]}])/.exec(texts.subscription[name] ?? '')?.[1] ?? '';
			const { success } = subscription.safeParse(JSON.parse(example));
			assert.ok(success, `${name}: ${example}`);
		}
	});

	it('have a word for every error', () => {
		const codes = [...readFileSync(join(nodes, '../src/model/errors.ts'), 'utf8').matchAll(/\| '([A-Z_]+)'/g)];
		const known = new Set(catalogue('en-US', 'endpoint'));
		assert.ok(codes.length > 20);
		for (const [, code] of codes) assert.ok(known.has(`errors.${code}`), code);
	});

	it('know every field that the examples set', () => {
		const folder = join(nodes, '../examples');
		const own = ['id', 'type', 'z', 'g', 'x', 'y', 'wires', 'd', 'info', 'l'];
		for (const file of readdirSync(folder)) {
			const flow = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { type: string }[];
			for (const node of flow.filter(({ type }) => type.startsWith('agent-stream-'))) {
				const { definition: made } = definition(node.type.replace('agent-stream-', ''));
				const unknown = Object.keys(node).filter((field) => !own.includes(field) && !(field in made.defaults));
				assert.deepEqual(unknown, [], `${file}: ${node.type}`);
			}
		}
	});
});
