import type { DataOf } from '../schemas';

/** Tests by what became of them; null = not known. */
export interface TestCounts {
	readonly total: number | null;
	readonly passing: number | null;
	readonly failing: number | null;
	readonly skipped: number | null;
}

/** Shares of the code that tests run through, 0 to 100 %; null = not known. */
export interface Coverage {
	readonly lines: number | null;
	readonly branches: number | null;
	readonly functions: number | null;
}

/** Nothing is known of tests. */
export const noTests: TestCounts = { total: null, passing: null, failing: null, skipped: null };
/** Nothing is known of coverage. */
export const noCoverage: Coverage = { lines: null, branches: null, functions: null };

/**
 * The counts of one run of tests; null where there are none. A total that is left out is their sum. The document's example counts what is
 * `passing` and `failing`, its prose says "pass/fail counts": `passed` and `failed` are the same.
 */
export function testCountsOf(given: DataOf['test_result']['testResults']): TestCounts | null {
	const { total = null, skipped = null } = given ?? {};
	const passing = given?.passing ?? given?.passed ?? null;
	const failing = given?.failing ?? given?.failed ?? null;
	if (total === null && passing === null && failing === null) return null;
	const sum = passing === null || failing === null ? null : passing + failing + (skipped ?? 0);
	return { total: total ?? sum, passing, failing, skipped };
}

/** The shares of a message; null where there are none. */
export function coverageOf(given: DataOf['coverage_update']['coverage']): Coverage | null {
	const { lines = null, branches = null, functions = null } = given ?? {};
	return lines === null && branches === null && functions === null ? null : { lines, branches, functions };
}
