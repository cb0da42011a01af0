import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** `npm run bench`: runs every file in `bench/`, each in a process of its own, one after the other. */
const folder = join(__dirname, '..', 'bench');
for (const file of readdirSync(folder).sort()) {
	if (!file.endsWith('.ts')) continue;
	const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(folder, file)], { stdio: 'inherit' });
	if (status !== 0) process.exitCode = 1;
}
