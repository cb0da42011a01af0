import { existsSync } from 'node:fs';
import type { Context } from 'mocha';

/**
 * For tests that need a program that a machine may lack (mosquitto, Chromium). Where it is missing the test is pending,
 * or fails when `REQUIRE_ALL=1` is set, as in CI.
 * @param paths where the program may be
 * @returns the first path that exists
 */
export function requireProgram(test: Context, name: string, paths: readonly string[]): string {
	const found = paths.find((path) => existsSync(path));
	if (found !== undefined) return found;
	if (process.env.REQUIRE_ALL === '1') throw new Error(`${name} is missing: looked for ${paths.join(', ')}`);
	return test.skip();
}
