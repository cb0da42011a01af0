import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What `dist/` is made from. */
const sources = ['src', 'cli', 'nodes', 'icons', 'scripts', 'package.json', 'tsconfig.json'];

/** Builds the package where `dist/` is missing or older than its sources. @throws Error where the build fails */
export function buildIfNeeded(root: string): void {
	const built = join(root, 'dist/nodes/connect.js');
	// Generated files are written by the build itself, and so are never newer for a reason of their own.
	const newest = Math.max(...sources.map((path) => newestChange(join(root, path))));
	if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
	console.log('Building the package …');
	const tsx = join(createRequire(__filename).resolve('tsx/package.json'), '../dist/cli.mjs');
	execFileSync(process.execPath, [tsx, join(root, 'scripts/build.ts')], { cwd: root, stdio: 'inherit' });
}

function newestChange(path: string): number {
	if (!existsSync(path) || path.endsWith('.generated.ts')) return 0;
	const { mtimeMs } = statSync(path);
	if (!statSync(path).isDirectory()) return mtimeMs;
	return Math.max(0, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}
