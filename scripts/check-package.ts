/**
 * Checks what would be published: contents, node files, type names, examples, dependencies. Needs a build.
 * Lists every fault and ends with status 1. Run by `npm run package-check`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const faults: string[] = [];
const expect = (isRight: boolean, fault: string): void => {
	if (!isRight) faults.push(fault);
};

interface Manifest {
	readonly name: string;
	readonly license?: string;
	readonly repository?: unknown;
	readonly engines?: { readonly node?: string };
	readonly bin?: Readonly<Record<string, string>>;
	readonly dependencies?: Readonly<Record<string, string>>;
	readonly 'node-red'?: { readonly version?: string; readonly nodes?: Readonly<Record<string, string>> };
}

/** Types of the package begin with this: types are global and permanent. */
const prefix = 'agent-stream-';
const mostDependencies = 6;

const manifest = JSON.parse(read('package.json')) as Manifest;
const nodes = manifest['node-red']?.nodes ?? {};

function checkManifest(): void {
	const { name, license, repository, engines, dependencies = {} } = manifest;
	expect(name.startsWith('@'), 'the package has no scope');
	expect(license === 'MIT' && existsSync(join(root, 'LICENSE')), 'the licence is missing');
	expect(repository !== undefined, 'package.json names no repository');
	expect(
		engines?.node !== undefined && manifest['node-red']?.version !== undefined,
		'engines or node-red.version is missing',
	);
	const count = Object.keys(dependencies).length;
	expect(count <= mostDependencies, `${count} dependencies are more than ${mostDependencies}`);
}

function checkContents(): void {
	const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
		cwd: root,
		encoding: 'utf8',
	});
	const [packed] = Object.values(JSON.parse(output) as Record<string, { files: { path: string }[] }>);
	const paths = packed?.files.map(({ path }) => path) ?? [];
	const allowed = /^(dist|examples|docs)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/;
	for (const path of paths) {
		expect(allowed.test(path), `${path} does not belong into the package`);
		expect(!/\.(test|spec)\.|\/(test|fixtures)\//.test(path), `${path} is a test`);
		expect(!path.endsWith('.ts') || path.endsWith('.d.ts'), `${path} is a source file`);
	}
	const needed = [
		'README.md',
		'LICENSE',
		'package.json',
		...Object.values(nodes),
		...Object.values(manifest.bin ?? {}),
	];
	for (const path of needed) expect(paths.includes(path), `${path} is missing from the package`);
}

/** @returns the type, unless it is a config node's */
function checkNode(name: string, file: string): string | null {
	const type = `${prefix}${name}`;
	const folder = dirname(file);
	const html = file.replace(/js$/, 'html');
	for (const path of [file, html, `${folder}/locales/en-US/${name}.json`, `${folder}/locales/en-US/${name}.html`]) {
		expect(existsSync(join(root, path)), `${path} is missing`);
	}
	if (!existsSync(join(root, html))) return null;
	const text = read(html);
	const types = [...text.matchAll(/registerType\('([^']+)'/g)].map((match) => match[1]);
	expect(types.length === 1 && types[0] === type, `${html} must register ${type} and nothing else`);
	expect(!text.includes('<!-- editor:'), `${html} lacks its editor code`);
	const icon = /icon: '([^']+)'/.exec(text)?.[1];
	const isConfig = text.includes("category: 'config'");
	expect(isConfig || (icon !== undefined && existsSync(join(root, folder, 'icons', icon))), `${html} has no icon`);
	return isConfig ? null : type;
}

function checkExamples(types: readonly string[]): void {
	const files = readdirSync(join(root, 'examples'));
	const used = new Set<string>();
	for (const file of files) {
		expect(file.endsWith('.json'), `examples/${file} is no flow`);
		const flow: unknown = JSON.parse(read(`examples/${file}`));
		if (!Array.isArray(flow)) faults.push(`examples/${file} is no list of nodes`);
		else for (const { type } of flow as { type: string }[]) used.add(type);
	}
	for (const type of types) expect(used.has(type), `no example shows ${type}`);
}

checkManifest();
checkContents();
checkExamples(Object.entries(nodes).flatMap(([name, file]) => checkNode(name, file) ?? []));
for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'The package is in order.' : `${faults.length} faults.`);
process.exitCode = faults.length === 0 ? 0 : 1;
