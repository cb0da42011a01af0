import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, fixture, temporaryFolder } from './harness';

interface Line {
	readonly at: number;
	readonly state: string;
	readonly rule: string;
	readonly severity: string;
	readonly entity: string;
	readonly value: unknown;
	readonly threshold: number | null;
	readonly threshold_source: string | null;
	readonly text: string;
}

/** One entry of the table that was written beforehand. */
type Expected = Partial<Omit<Line, 'at'>> & { readonly at: readonly [earliest: number, latest: number] };

interface Table {
	readonly alerts: readonly Expected[];
	readonly corrections: readonly {
		readonly rule?: string;
		readonly set?: Partial<Expected>;
		readonly add?: Expected;
	}[];
}

const table: Table = JSON.parse(readFileSync(join(__dirname, '../fixtures/alerts/scenario-a.expected.json'), 'utf8'));

async function alerts(argv: readonly string[], stdin?: string): Promise<readonly Line[]> {
	const run = await cli(['alerts', ...argv], stdin === undefined ? {} : { stdin });
	assert.equal(run.stderr, '');
	assert.equal(run.exit, 0);
	return run.lines as Line[];
}

const frame = (event: string, data: unknown) => JSON.stringify({ event, timestamp: '2026-09-14T08:30:00Z', data });
const line = (t: number, event: string, data: unknown) => JSON.stringify({ t, raw: frame(event, data) });
const upsAt = (t: number, status: string) =>
	line(t, 'ups_status_update', {
		connected: true,
		status,
		load_percent: 20,
		battery_charge_percent: 80,
		runtime_left_seconds: 1800,
		power_watts: 100,
		nominal_power_watts: 500,
		model: 'Back-UPS',
		timestamp: '2026-09-14T08:30:00Z',
	});

describe('agent-stream alerts', () => {
	const file = temporaryFolder();

	it('gives for a server on a bad day just the alerts of the table that was written beforehand', async () => {
		const entities = await cli(['entities', fixture('scenario-a.jsonl')]);
		const names = new Map<string, string>();
		for (const { unique_id, name } of JSON.parse(entities.stdout)) names.set(unique_id, name);
		const found = (await alerts([fixture('scenario-a.jsonl')])).map((line) => ({
			...line,
			entity: names.get(line.entity) ?? line.entity,
		}));
		const wanted = [
			...table.alerts.map((entry) => ({
				...entry,
				...table.corrections.find(({ rule, set }) => set && rule === entry.rule)?.set,
			})),
			...table.corrections.flatMap(({ add }) => add ?? []),
		];
		const fits = (line: Line, { at: [earliest, latest], ...fields }: Expected) =>
			line.at >= earliest &&
			line.at <= latest &&
			(['state', 'rule', 'severity', 'entity', 'value', 'threshold', 'threshold_source'] as const).every(
				(name) => fields[name] === undefined || fields[name] === line[name],
			);
		const unexpected = found.filter((line) => !wanted.some((entry) => fits(line, entry)));
		const missing = wanted.filter((entry) => !found.some((line) => fits(line, entry)));
		assert.deepEqual({ unexpected, missing }, { unexpected: [], missing: [] });
		assert.equal(found.length, wanted.length);
		assert.deepEqual(
			found.map(({ at }) => at),
			found.map(({ at }) => at).sort((a, b) => a - b),
		);
	});

	it('prints the documented fields', async () => {
		const [first] = await alerts([fixture('scenario-a.jsonl'), '--id', 'tower', '--dialect', 'unraid']);
		assert.deepEqual(Object.keys(first ?? {}), [
			'at',
			'state',
			'rule',
			'severity',
			'entity',
			'value',
			'threshold',
			'threshold_source',
			'text',
		]);
		assert.match(first?.entity ?? '', /^tower_disk_/);
	});

	it('takes rules of a file instead', async () => {
		const rules = [
			{
				id: 'paused',
				name: 'VM paused',
				entities: { subjects: ['vm'], rows: ['state'] },
				condition: { kind: 'is', states: ['paused'] },
			},
		];
		const found = await alerts([fixture('scenario-a.jsonl'), '--rules', file('rules.json', JSON.stringify(rules))]);
		assert.deepEqual(
			found.map(({ state, rule, value, at }) => [state, rule, value, Math.round(at / 10) * 10]),
			[
				['raised', 'paused', 'paused', 240],
				['cleared', 'paused', 'running', 330],
			],
		);
	});

	for (const [vocabulary, online, onBattery, low] of [
		['words of apcupsd', 'ONLINE', 'ONBATT', 'ONBATT LOWBATT'],
		['flags of NUT', 'OL CHRG', 'OB DISCHRG', 'OB DISCHRG LB'],
	] as const) {
		it(`knows a UPS on battery by the ${vocabulary}`, async () => {
			const states = [online, online, online, onBattery, onBattery, onBattery, low, low, online, online, online];
			const lines = states.map((status, index) => upsAt(index * 20_000, status));
			const found = await alerts(['-'], lines.join('\n'));
			assert.deepEqual(
				found.map(({ state, rule, at }) => [at, state, rule]),
				[
					[90, 'raised', 'ups-on-battery'],
					[120, 'raised', 'ups-low-battery'],
					[160, 'cleared', 'ups-low-battery'],
					[190, 'cleared', 'ups-on-battery'],
				],
			);
		});
	}

	it('lets silence within the recording raise at the time at which it was too long', async () => {
		const lines = [upsAt(0, 'ONLINE'), upsAt(60_000, 'ONLINE'), upsAt(900_000, 'ONLINE')];
		const found = await alerts([], lines.join('\n'));
		// 180 s is three times the interval at which the agent sends it by default, and 30 s are waited for.
		assert.deepEqual(
			found.map(({ state, rule, at }) => [Math.round(at), state, rule]),
			[
				[270, 'raised', 'ups-silent'],
				[900, 'cleared', 'ups-silent'],
			],
		);
	});

	for (const [dialect, name, wanted] of [
		[
			'claude-code',
			'document-examples.jsonl',
			['session-failed', 'protocol-error', 'protocol-error-critical', 'resource-alert'],
		],
		['autosdlc', 'messages.jsonl', ['agent-error', 'workflow-failed', 'system-alert-critical']],
		['agents-api', 'usual.jsonl', ['task-failed', 'system-alert-critical']],
		['aios', 'document-server.jsonl', ['job-failed', 'agent-error']],
	] as const) {
		it(`has rules of its own for ${dialect}`, async () => {
			const recorded = join(__dirname, '../fixtures', dialect, name);
			const found = await alerts([recorded, '--dialect', dialect]);
			assert.deepEqual(
				found.map(({ state, rule }) => [state, rule]),
				wanted.map((rule) => ['raised', rule]),
			);
			assert.deepEqual(await alerts([recorded]), found, 'told by its frames alone');
		});
	}

	it('wakes nobody by the history of a server that really ran', async () => {
		const recorded = join(__dirname, '../fixtures/claude-code/hooks-server-live.jsonl');
		assert.deepEqual(await alerts([recorded, '--dialect', 'claude-code']), []);
	});

	it('tells of somebody who is waited for, by the time of the recording', async () => {
		const hook = (t: number, type: string, payload: object = {}) => {
			const made = { source_app: 'shop', session_id: 's1', hook_event_type: type, payload, id: t, timestamp: 1e12 + t };
			return JSON.stringify({ t, raw: JSON.stringify({ type: 'event', data: made }) });
		};
		const lines = [
			hook(0, 'SessionStart'),
			hook(60_000, 'PermissionRequest', { tool_name: 'Bash', tool_use_id: 't1' }),
			hook(600_000, 'PostToolUse', { tool_name: 'Bash', tool_use_id: 't1' }),
		];
		const found = await alerts(['--dialect', 'claude-code'], lines.join('\n'));
		assert.deepEqual(
			found.map(({ at, state, rule, text }) => [at, state, rule, text]),
			[
				[360, 'raised', 'waiting', 'shop waits for you: Bash'],
				[600, 'cleared', 'waiting', 'shop waits no more, after 9 min: working'],
			],
		);
	});

	it('says what is wrong with a file of rules', async () => {
		const bad = await cli(['alerts', '--rules', file('bad.json', '[{"id":"A B","name":"x"}]')]);
		assert.equal(bad.exit, 1);
		assert.match(bad.stderr, /CONFIG_INVALID: .*bad\.json holds no alert rules: 0\.id/);
		const text = await cli(['alerts', '--rules', file('text.json', 'x')]);
		assert.match(text.stderr, /CONFIG_INVALID: .*is not JSON/);
		assert.equal((await cli(['alerts', '--rules', file('none.json')])).exit, 1);
	});

	it('prints nothing for nothing', async () => {
		assert.deepEqual(await alerts([]), []);
		assert.deepEqual(await alerts([], 'x\n{"a":1}\n'), []);
	});
});
