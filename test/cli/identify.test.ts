import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cli, fixture } from './harness';

interface Printed {
	n: number;
	dialect: string | null;
	type: string;
	by: string | null;
	time: string | null;
	valid: boolean;
	issues: { path: string; code: string; severity: string; message: string }[];
}

async function identified(stdin: string, ...argv: string[]): Promise<Printed[]> {
	const run = await cli(['identify', ...argv], { stdin });
	assert.equal(run.exit, 0);
	assert.equal(run.stderr, '');
	return run.lines as Printed[];
}

const system =
	'{"event":"system_update","timestamp":"2026-09-14T10:30:00Z","data":{"hostname":"T","cpu_usage_percent":1}}';

describe('agent-stream identify', () => {
	for (const [name, truth] of [
		['encoded-typical.jsonl', 'topic'],
		['generation-1.1.0-typical.jsonl', 'expect'],
	] as const) {
		it(`names every frame of ${name}`, async () => {
			const text = readFileSync(fixture(name), 'utf8');
			const expected = text
				.trimEnd()
				.split('\n')
				.map((line) => JSON.parse(line)[truth]);
			const run = await cli(['identify', fixture(name)]);
			const printed = run.lines as Printed[];
			assert.deepEqual(
				printed.map(({ n, type }) => [n, type]),
				expected.map((type, at) => [at + 1, type]),
			);
			assert.deepEqual(
				printed.filter((event) => !event.valid),
				[],
			);
			assert.deepEqual(await identified(text, '-'), printed, 'standard input gives the same');
			assert.deepEqual(await identified(text, '--dialect', 'unraid'), printed, 'so does the dialect by name');
		});
	}

	it('finds all of live-60s and scenario-a valid', async () => {
		for (const [name, frames] of [
			['live-60s.jsonl', 211],
			['scenario-a.jsonl', 571],
		] as const) {
			const printed = (await cli(['identify', fixture(name)])).lines as Printed[];
			assert.equal(printed.length, frames);
			assert.ok(printed.every((event) => event.valid && event.dialect === 'unraid' && event.time !== null));
		}
	});

	it('prints the documented fields in the documented order', async () => {
		const run = await cli(['identify', '-'], { stdin: `\n${system}\n` });
		const time = '"time":"2026-09-14T10:30:00Z"';
		assert.match(
			run.stdout,
			new RegExp(
				`^{"n":2,"dialect":"unraid","type":"system_update","by":"name",${time},"valid":(true|false),"issues":\\[.*\\]}\n$`,
			),
		);
	});

	it('reports what is wrong, and reads on to the end', async () => {
		const deep = `{"event":"x","data":${'['.repeat(3_000)}${']'.repeat(3_000)}}`;
		const inputs: [line: string, type: string, valid: boolean][] = [
			['{"event":"system_update","data":{', 'invalid', false],
			['5', 'invalid', false],
			['"text"', 'invalid', false],
			['null', 'invalid', false],
			['NaN', 'invalid', false],
			['{"t":1,"raw":""}', 'invalid', false],
			[`"${'x'.repeat(2_000_000)}"`, 'invalid', false],
			[
				JSON.stringify({ t: 1, raw: JSON.stringify({ event: 'update', data: 'y'.repeat(2_000_000) }) }),
				'invalid',
				false,
			],
			['x'.repeat(17_000_000), 'invalid', false],
			['{"a":1}', 'unknown', true],
			['{"__proto__":{"event":"system_update"},"data":{"__proto__":[]}}', 'unknown', true],
			['{"event":"update","data":null}', 'unknown', true],
			['{"event":"update","data":{"💾":"🦊"}}', 'unknown', true],
			['[]', 'empty_list', true],
			[deep, 'unknown', false],
		];
		const lines = [system, ...inputs.map(([line]) => line), system];
		const printed = await identified(lines.join('\r\n'), '--dialect', 'unraid');
		assert.deepEqual(
			printed.slice(1, -1).map(({ n, type, valid }) => [n, type, valid]),
			inputs.map(([, type, valid], at) => [at + 2, type, valid]),
		);
		assert.deepEqual({ ...printed.at(-1), n: 1 }, { ...printed[0], issues: printed.at(-1)?.issues });
		for (const { valid, issues } of printed.slice(1, 10)) assert.ok(!valid && issues[0]?.severity === 'error');
	}).timeout(60_000);

	it('drops a bad field and says where, or rejects the event in strict mode', async () => {
		const line = system.replace(
			'"cpu_usage_percent":1',
			'"cpu_usage_percent":"hot","fans":[{"name":"a","rpm":"fast"}]',
		);
		const [event] = await identified(line);
		assert.equal(event?.valid, false);
		assert.deepEqual(
			event?.issues.filter(({ severity }) => severity === 'error').map(({ path }) => path),
			['cpu_usage_percent', 'fans[0].rpm'],
		);
		const [strict] = await identified(line, '--strict');
		assert.equal(strict?.valid, false);
	});

	it('lists at most 100 issues of an event, then counts', async () => {
		const disks = Array.from({ length: 300 }, (_, at) => ({ id: `d${at}`, name: 5, device: 'sda', mount_point: '/' }));
		const [event] = await identified(JSON.stringify({ event: 'disk_list_update', data: disks }));
		assert.equal(event?.issues.length, 101);
		assert.match(event?.issues.at(-1)?.message ?? '', /\d/);
	});

	it('tells each line of frames that waited for the dialect, and of a dialect never told', async () => {
		const bare = '{"hostname":"T","cpu_usage_percent":1}';
		const waited = await identified(`{"a":1}\n\n${system}\n${system}`);
		assert.deepEqual(
			waited.map(({ n, type }) => `${n} ${type}`),
			['1 unknown', '3 system_update', '4 system_update'],
		);
		const never = await identified('{"a":1}\n[2]\n');
		assert.deepEqual(
			never.map(({ n, dialect, type }) => [n, dialect, type]),
			[
				[1, null, 'unknown'],
				[2, null, 'unknown'],
			],
		);
		assert.equal((await identified(`${bare}\n`, '--dialect', 'unraid'))[0]?.by, 'structure');
		assert.deepEqual(await identified(''), []);
	});
});
