/**
 * Builds the package into `dist/`: generated validators, JavaScript, and what Node-RED's editor loads beside it (html, help,
 * catalogues, icons). Any error ends it with status 1. Run by `npm run build`.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(__dirname, '..');
const dist = join(root, 'dist');
/** Where it is built: what there was stays until all of it is done. */
const fresh = join(root, '.cache/dist');
const require = createRequire(__filename);

/** Where a html file wants its editor code: `<!-- editor: filter -->` becomes the bundle of `nodes/editor/filter.ts`. */
const marker = /<!-- editor: ([a-z]+) -->/g;

/** Runs a command of the project; its output is shown, its failure is ours. */
function run(script: string, ...args: string[]): void {
	execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
}

/** The path of a package's command line script. */
function bin(name: string, script: string): string {
	return join(require.resolve(`${name}/package.json`), '..', script);
}

/** One editor file and what it imports, as a script that defines `agentStream_<name>`. */
async function bundle(name: string): Promise<string> {
	const result = await build({
		entryPoints: [join(root, 'nodes/editor', `${name}.ts`)],
		bundle: true,
		write: false,
		format: 'iife',
		globalName: `agentStream_${name}`,
		target: 'es2020',
		charset: 'utf8',
		logLevel: 'warning',
	});
	const [file] = result.outputFiles;
	if (!file) throw new Error(`esbuild made nothing of ${name}`);
	return `<script type="text/javascript">\n${file.text}</script>`;
}

/** A node's html with its editor code inlined. */
async function html(path: string): Promise<string> {
	const text = readFileSync(path, 'utf8');
	const bundles = new Map<string, string>();
	for (const [, name = ''] of text.matchAll(marker)) bundles.set(name, await bundle(name));
	return text.replace(marker, (_mark, name: string) => bundles.get(name) ?? '');
}

async function main(): Promise<void> {
	rmSync(fresh, { recursive: true, force: true });
	run(bin('tsx', 'dist/cli.mjs'), 'scripts/generate-checks.ts');
	const tsc = bin('typescript', 'bin/tsc');
	run(tsc, '-p', 'tsconfig.editor.json');
	run(tsc, '-p', 'tsconfig.json', '--outDir', fresh);
	const target = join(fresh, 'nodes');
	mkdirSync(target, { recursive: true });
	for (const file of readdirSync(join(root, 'nodes')).filter((name) => name.endsWith('.html'))) {
		if (!existsSync(join(target, file.replace(/html$/, 'js')))) throw new Error(`nodes/${file} has no node beside it`);
		writeFileSync(join(target, file), await html(join(root, 'nodes', file)));
	}
	cpSync(join(root, 'nodes/locales'), join(target, 'locales'), { recursive: true });
	cpSync(join(root, 'icons'), join(target, 'icons'), { recursive: true });
	rmSync(dist, { recursive: true, force: true });
	renameSync(fresh, dist);
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
