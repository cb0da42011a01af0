import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package's version, from its package.json: one folder up in the sources, two in the build. */
export function version(): string {
	for (let folder = dirname(__dirname); ; folder = dirname(folder)) {
		try {
			const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
			return String(version);
		} catch (thrown) {
			if (dirname(folder) === folder) throw thrown;
		}
	}
}
