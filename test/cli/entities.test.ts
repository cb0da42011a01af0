import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cli, fixture } from './harness';

interface Printed {
	unique_id: string;
	key: string | null;
	state: unknown;
	available: boolean;
	device: { [name: string]: unknown };
	[field: string]: unknown;
}

const fields = [
	'unique_id',
	'platform',
	'subject',
	'key',
	'row',
	'name',
	'state',
	'attributes',
	'unit_of_measurement',
	'device_class',
	'state_class',
	'entity_category',
	'options',
	'enabled_by_default',
	'available',
	'device',
];

async function entities(...argv: string[]): Promise<Printed[]> {
	const run = await cli(['entities', ...argv]);
	assert.equal(run.exit, 0);
	assert.equal(run.stderr, '');
	return JSON.parse(run.stdout);
}

describe('agent-stream entities', () => {
	it('prints every entity with the documented fields', async () => {
		const all = await entities(fixture('encoded-typical.jsonl'));
		assert.ok(all.length > 100);
		for (const entity of all) {
			assert.deepEqual(Object.keys(entity), fields);
			assert.deepEqual(Object.keys(entity.device), [
				'identifiers',
				'name',
				'manufacturer',
				'model',
				'sw_version',
				'via_device',
			]);
			assert.match(entity.unique_id, /^local_[a-zA-Z0-9_-]+$/);
		}
		assert.equal(new Set(all.map((entity) => entity.unique_id)).size, all.length);
	});

	it('has the same entities for both generations, under the id that was given', async () => {
		const ids = async (name: string) =>
			(await entities(fixture(name), '--id', 'tower')).map((entity) => entity.unique_id);
		const now = new Set(await ids('encoded-typical.jsonl'));
		const older = await ids('generation-1.1.0-typical.jsonl');
		const same = older.filter((id) => /^tower_(server|array|disk|container|vm|share|network)_/.test(id));
		assert.ok(same.length > 50);
		assert.deepEqual(
			same.filter((id) => !now.has(id)),
			[],
		);
	});

	it('goes by the time of the recording: what was still coming at its end is available', async () => {
		const all = await entities(fixture('scenario-a.jsonl'));
		const gone = new Set(all.filter((entity) => !entity.available).map((entity) => entity.key));
		assert.deepEqual([...gone], ['backup'], 'the container that left the list');
	});

	it('calls stale what fell silent within the recording', async () => {
		const lines = readFileSync(fixture('scenario-a.jsonl'), 'utf8').trimEnd().split('\n');
		const silenced = lines.filter((line) => !(line.includes('ups_status_update') && JSON.parse(line).t > 60_000));
		const run = await cli(['entities'], { stdin: silenced.join('\n') });
		const ups = (JSON.parse(run.stdout) as Printed[]).filter((entity) => entity.subject === 'ups');
		assert.ok(ups.length > 0 && ups.every((entity) => !entity.available));
	});

	it('lets nothing go stale in a file of frames, which tells no times of receipt', async () => {
		const frames = readFileSync(fixture('scenario-a.jsonl'), 'utf8')
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line).raw.trim());
		const run = await cli(['entities'], { stdin: frames.join('\n') });
		const all: Printed[] = JSON.parse(run.stdout);
		assert.ok(all.every((entity) => entity.available || entity.key === 'backup'));
	});

	it('prints each change as a line', async () => {
		const run = await cli(['entities', fixture('scenario-a.jsonl'), '--changes']);
		const changes = run.lines as { n: number; kind: string; unique_id: string; state: unknown; previous: unknown }[];
		for (const change of changes) {
			assert.deepEqual(Object.keys(change), ['n', 'kind', 'unique_id', 'state', 'previous', 'attributes', 'available']);
		}
		assert.deepEqual(
			changes.map(({ n }) => n),
			changes.map(({ n }) => n).sort((a, b) => a - b),
		);
		const last = new Map(changes.map((change) => [change.unique_id, change.state]));
		const final = await entities(fixture('scenario-a.jsonl'));
		assert.deepEqual(
			final.filter((entity) => last.get(entity.unique_id) !== entity.state),
			[],
			'the last change of an entity is its state',
		);
	});

	it('prints an empty array for nothing', async () => {
		assert.equal((await cli(['entities'])).stdout, '[]\n');
		assert.equal((await cli(['entities'], { stdin: '{"a":1}\nx\n' })).stdout, '[]\n');
	});

	it('maps every protocol, told by its frames or named', async () => {
		const other = (path: string) => join(__dirname, '../fixtures', path);
		const known: readonly (readonly [dialect: string, file: string, argv?: string[]])[] = [
			['claude-code', 'claude-code/hooks-server-live.jsonl'],
			['autosdlc', 'autosdlc/messages.jsonl'],
			['agents-api', 'agents-api/usual.jsonl'],
			['aios', 'aios/document-server.jsonl'],
			['custom', 'custom/weather-station.jsonl', ['--definition', other('custom/weather-station.json')]],
		];
		for (const [dialect, path, argv = []] of known) {
			const named = await entities(other(path), '--dialect', dialect, ...argv);
			assert.ok(named.length > 0, dialect);
			const ids = (all: readonly Printed[]) => all.map(({ unique_id }) => unique_id);
			if (dialect !== 'custom') assert.deepEqual(ids(await entities(other(path))), ids(named), dialect);
		}
	});
});
