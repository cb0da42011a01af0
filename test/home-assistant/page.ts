import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparison, keyOf, type Shown } from './compare';

const page = join(__dirname, '../../docs/unraid.md');

/** What Home Assistant showed of one recording. */
export interface Result {
	/** Its part of the page, as the markers name it. */
	readonly recording: string;
	readonly version: string;
	readonly reference: readonly Shown[];
	readonly ours: readonly Shown[];
	readonly comparison: Comparison;
}

/** Writes the parity table of one recording into `docs/unraid.md`, between its markers. */
export function writeParityTable(result: Result): void {
	writePart(`parity ${result.recording}`, 'npm run test:ha', parityTable(result));
}

/** Writes one part of `docs/unraid.md`, between its markers. @throws Error where the page lacks them */
export function writePart(what: string, madeBy: string, made: string): void {
	const text = readFileSync(page, 'utf8');
	const begin = `<!-- ${what}: made by ${madeBy} -->`;
	const end = `<!-- /${what} -->`;
	const from = text.indexOf(begin);
	const to = text.indexOf(end);
	if (from < 0 || to < from) throw new Error(`The page lacks the lines ${begin} and ${end}.`);
	const changed = `${text.slice(0, from)}${begin}\n${made}\n${text.slice(to)}`;
	if (changed !== text) writeFileSync(page, changed);
}

function parityTable({ version, reference, ours, comparison }: Result): string {
	const different = new Set(comparison.differences.map(({ platform, name }) => keyOf(platform, name)));
	const missing = new Set(
		comparison.differences
			.filter(({ field }) => field === 'missing')
			.map(({ platform, name }) => keyOf(platform, name)),
	);
	const known = new Set(reference.map(({ domain, original_name: name }) => keyOf(domain, name)));
	const domains = [...new Set([...reference, ...ours].map(({ domain }) => domain))].sort();
	const rows = domains.map((domain) => {
		const keys = reference.filter((each) => each.domain === domain).map((each) => keyOf(domain, each.original_name));
		const mine = new Set(
			ours.filter((each) => each.domain === domain).map((each) => keyOf(domain, each.original_name)),
		);
		const count = (is: (key: string) => boolean) => keys.filter(is).length;
		return [
			keys.length,
			count((key) => !missing.has(key)),
			count((key) => !different.has(key)),
			count((key) => different.has(key)),
			[...mine].filter((key) => !known.has(key)).length,
		] as const;
	});
	const total = rows.reduce<number[]>((sums, row) => row.map((value, index) => value + (sums[index] ?? 0)), []);
	const against = comparison.differences.filter(({ reason }) => reason === null).length;
	return [
		`Home Assistant ${version}: ${against} differences without a reason.`,
		'',
		'| platform | integration | here too | equal | different, with a reason | only here |',
		'| --- | --- | --- | --- | --- | --- |',
		...domains.map((domain, index) => `| ${domain} | ${rows[index]?.join(' | ')} |`),
		`| **all** | ${total.join(' | ')} |`,
	].join('\n');
}
