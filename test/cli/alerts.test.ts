import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
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
	readonly reminder?: number;
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

/** What a run ends with. */
const summary = /^agent-stream: (\d+) alerts? in ([\d.]+) s of recording, (\d+) rules?, (\d+) entit(?:y|ies)\n$/;

/** The lines of a run that has nothing else to say than its summary. */
async function alerts(argv: readonly string[], stdin?: string | Uint8Array): Promise<readonly Line[]> {
	const run = await cli(['alerts', ...argv], { stdin });
	assert.match(run.stderr, summary);
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

	describe('tells a quiet night from a failure', () => {
		const quiet = ['ONLINE', 'ONLINE', 'ONLINE'].map((status, index) => upsAt(index * 20_000, status)).join('\n');
		const outage = ['OL', 'OL', 'OL', 'OB', 'OB', 'OB', 'OB', 'OB', 'OB', 'OB', 'OB']
			.map((status, index) => upsAt(index * 20_000, status))
			.join('\n');
		/** What is said of an input of which nothing can be used. */
		const refused = async (stdin: string | Uint8Array, ...argv: string[]): Promise<string> => {
			const run = await cli(['alerts', ...argv], { stdin });
			assert.equal(run.stdout, '');
			assert.equal(run.exit, 1);
			const [, said] = /^agent-stream: INPUT_INVALID: (.+)\n$/.exec(run.stderr) ?? [];
			assert.ok(said !== undefined, run.stderr);
			return said;
		};

		it('sums up how much was looked at', async () => {
			const run = await cli(['alerts'], { stdin: quiet });
			assert.equal(run.exit, 0);
			assert.equal(run.stdout, '');
			const [, raised, seconds, rules, entities] = summary.exec(run.stderr) ?? [];
			assert.deepEqual([raised, seconds], ['0', '40']);
			assert.ok(Number(rules) > 20 && Number(entities) > 5, run.stderr);
			const night = await cli(['alerts', fixture('scenario-a.jsonl')]);
			const found = (night.lines as Line[]).filter(({ state }) => state === 'raised').length;
			assert.match(night.stderr, new RegExp(`^agent-stream: ${found} alerts in 600 s of recording, `));
		});

		for (const [what, input, said] of [
			['nothing at all', '', /^standard input is empty: /],
			['blank lines', '\ufeff\n \r\n\n', /^standard input is empty: /],
			[
				'random bytes',
				Buffer.from([0x9a, 0x00, 0xff, 0x0a, 0xc3, 0x28, 0x41, 0x0a]),
				/^standard input is no UTF-8 text: /,
			],
			['a character set of old', Buffer.from('gr\u00fc\u00dfe\n', 'latin1'), /^standard input is no UTF-8 text: /],
			['UTF-16', Buffer.from(`\ufeff${quiet}`, 'utf16le'), /^standard input is UTF-16: save it as UTF-8/],
			['UTF-16, the other way round', Buffer.from(`\ufeff${quiet}`, 'utf16le').swap16(), /is UTF-16: save it as UTF-8/],
			['UTF-16 without a mark', Buffer.from(quiet, 'utf16le'), /^standard input is no UTF-8 text: /],
			['gzip of no text', gzipSync(Buffer.alloc(50)), /^standard input is no UTF-8 text: /],
			['gzip of nothing', gzipSync(''), /^standard input is empty: /],
			[
				'lines of a log',
				'started\n\nstopped\n',
				/^none of the 2 lines of standard input is a frame of a known protocol: agent-stream identify .*--dialect/,
			],
			['JSON that nobody knows', '{"a":1}\n', /^the only line of standard input is no frame of a known protocol: /],
			['recorded frames that nobody knows', '{"t":1,"raw":"{}"}\n{"t":2,"raw":"x"}', /^none of the 2 lines of /],
		] as const) {
			it(`does not take ${what} for one`, async () => {
				assert.match(await refused(input), said);
				// A protocol that is chosen makes no more of it.
				const chosen = await refused(input, '--dialect', 'unraid');
				if (what.includes('nobody') || what.includes('log'))
					assert.match(chosen, /frame of Unraid Management Agent: .*--dialect/);
				else assert.match(chosen, said);
			});
		}

		it('says so of the frames of another protocol, and names the file', async () => {
			const recorded = join(__dirname, '../fixtures/aios/document-server.jsonl');
			const run = await cli(['alerts', recorded, '--dialect', 'unraid']);
			assert.equal(run.exit, 1);
			assert.match(
				run.stderr,
				/INPUT_INVALID: none of the 17 lines of .*document-server\.jsonl is a frame of Unraid Management Agent: /,
			);
			assert.match(await refused('[]\n[]', '--dialect', 'unraid'), /^none of the 2 lines/);
		});

		it('counts what it did not understand of the rest', async () => {
			const lines = [
				'{"t":0,"raw":"x"}',
				quiet,
				line(50_000, 'ups_status_update', { connected: true, status: 'OL', load_percent: 'much', model: 'x' }),
				'{"t":60000,"raw":"{\\"event\\":\\"brand_new\\"}"}',
			];
			const run = await cli(['alerts'], { stdin: lines.join('\n') });
			assert.equal(run.exit, 0);
			const [first, second, ...more] = run.stderr.trimEnd().split('\n');
			assert.equal(
				first,
				'agent-stream: warning: of 6 lines 2 not understood, 1 understood only in part: agent-stream identify says why',
			);
			assert.match(`${second}\n`, summary);
			assert.deepEqual(more, []);
		});

		it('says that a file without times has none', async () => {
			const run = await cli(['alerts'], { stdin: [1, 2, 3].map(() => JSON.parse(upsAt(0, 'OB')).raw).join('\n') });
			assert.equal(run.exit, 0);
			assert.match(run.stderr, /^agent-stream: warning: no time passes in standard input: .*\bt\b.*\n/);
			assert.match(run.stderr, /0 alerts in 0 s of recording/);
		});

		it('reads gzip, and a byte order mark', async () => {
			const wanted = await alerts([], outage);
			assert.equal(wanted.length, 1);
			assert.deepEqual(await alerts([], gzipSync(outage)), wanted);
			assert.deepEqual(await alerts([], gzipSync(`\ufeff${outage}`)), wanted);
			assert.deepEqual(await alerts([], `\ufeff${outage}`), wanted);
			// What `identify` and `entities` say of an input is to be about the same lines.
			for (const command of ['identify', 'entities']) {
				const plain = await cli([command], { stdin: outage });
				assert.equal((await cli([command], { stdin: gzipSync(outage) })).stdout, plain.stdout);
			}
		});

		it('says where gzip is cut or damaged, after what came before', async () => {
			const whole = gzipSync(outage);
			const run = await cli(['alerts'], { stdin: whole.subarray(0, whole.length - 12) });
			assert.equal(run.exit, 1);
			assert.match(run.stderr, /INPUT_INVALID: the gzip data of standard input is cut or damaged \(.*\)/);
			whole.fill(0xff, 40, 60);
			assert.equal((await cli(['alerts'], { stdin: whole })).exit, 1);
		});

		const rule = (id: string, row: string, sources: readonly string[] = [], more: object = {}) => ({
			id,
			name: id,
			entities: { subjects: ['ups'], rows: [row], sources },
			condition: { kind: 'is', states: ['on_battery'] },
			...more,
		});
		const withRules = async (rules: readonly object[], ...argv: string[]) => {
			const run = await cli(['alerts', '--rules', file('own.json', JSON.stringify(rules)), ...argv], { stdin: outage });
			assert.equal(run.exit, 0);
			return run.stderr.trimEnd().split('\n');
		};

		it('names the rules of a file that watch nothing', async () => {
			const missing = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => rule(id, 'nowhere'));
			const off = rule('off', 'nowhere', [], { enabled: false });
			const [first, second] = await withRules([rule('fine', 'status'), ...missing.slice(0, 2), off]);
			assert.equal(first, 'agent-stream: warning: 2 of 3 rules match no entity of the recording: a, b');
			assert.match(second ?? '', /: 1 alert in 200 s of recording, 3 rules, /);
			const [many] = await withRules(missing);
			assert.match(many ?? '', /: 7 of 7 rules match no entity of the recording: a, b, c, d, e and 2 more$/);
		});

		it('tells them apart from rules for an endpoint of another id', async () => {
			const rules = [rule('fine', 'status'), rule('away', 'status', ['tower', 'attic*'])];
			const [first, second, ...more] = await withRules(rules);
			assert.equal(
				first,
				'agent-stream: warning: 1 of 2 rules match no entity of the recording: away; ' +
					'as sources they want tower, attic*, and the recording is read as local: choose that with --id',
			);
			assert.match(second ?? '', /: 1 alert in /);
			assert.deepEqual(more, []);
			assert.equal((await withRules(rules, '--id', 'tower')).length, 1);
			const [plain] = await withRules([rule('none', 'nowhere', ['local'])]);
			assert.match(plain ?? '', /: the only rule matches no entity of the recording: none$/);
		});

		it('counts reminders, and takes none for an alert', async () => {
			const rules = [rule('outage', 'status', [], { repeatEvery: 60_000 })];
			const path = file('reminding.json', `\ufeff${JSON.stringify(rules)}`);
			const run = await cli(['alerts', '--rules', path], { stdin: outage });
			assert.match(run.stderr, summary);
			assert.match(run.stderr, /: 1 alert in /);
			const found = run.lines as Line[];
			assert.deepEqual(
				found.map(({ at, state, reminder }) => [at, state, reminder]),
				[
					[60, 'raised', undefined],
					[120, 'raised', 1],
					[180, 'raised', 2],
				],
			);
			assert.equal(Object.keys(found[1] ?? {}).at(-1), 'reminder');
			assert.ok(!('reminder' in (found[0] ?? {})));
		});

		it('ends quietly with 0 when nobody reads on', async () => {
			const closed = new Writable({
				write: (_chunk, _encoding, done) => done(Object.assign(new Error('closed'), { code: 'EPIPE' })),
			});
			const run = await cli(['alerts', fixture('scenario-a.jsonl')], { stdout: closed });
			assert.equal(run.exit, 0);
			assert.equal(run.stderr, '');
		});

		it('says of a file that is not there just that', async () => {
			const run = await cli(['alerts', file('missing.jsonl')]);
			assert.equal(run.exit, 1);
			assert.match(run.stderr, /^agent-stream: ENOENT: .*missing\.jsonl'\n$/);
		});
	});
});
