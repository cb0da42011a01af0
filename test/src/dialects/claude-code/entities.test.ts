import assert from 'node:assert/strict';
import { claudeCode } from '../../../../src/dialects/claude-code';
import type { Row, World } from '../../../../src/model/description';
import { FakeClock } from '../../../support/fake-clock';
import { framesOf, Rig } from './support';

/** Everything that the recording and the examples make. */
function everything(): Rig {
	const rig = new Rig();
	for (const name of ['hooks-server-live.jsonl', 'document-examples.jsonl']) {
		for (const raw of framesOf(name)) rig.take(JSON.parse(raw));
	}
	// What few servers tell.
	rig.hook('Stop', { total_tokens: 1_000, total_cost_usd: 0.25 });
	rig.mapper.connection(true);
	return rig;
}

describe('the entities of Claude Code', () => {
	it('have different keys within a subject, and names that say what they are about', () => {
		const seen = new Set<string>();
		for (const { subject, key, rows } of claudeCode.subjects) {
			for (const { key: row, name, short } of rows as readonly Row<object, World>[]) {
				assert.match(`${subject} ${row}`, /^[a-z0-9_]+ [a-z0-9_]+$/);
				assert.ok(!seen.has(`${subject} ${row}`), `${subject} ${row}`);
				seen.add(`${subject} ${row}`);
				assert.equal(name.includes('{label}'), key !== undefined, name);
				assert.equal(short !== undefined, key !== undefined, name);
			}
		}
	});

	it('exist for every row, from the recording and the examples', () => {
		const made = new Set(
			everything()
				.mapper.entities()
				.map(({ subject, row }) => `${subject} ${row}`),
		);
		for (const { subject, rows } of claudeCode.subjects) {
			for (const { key } of rows) assert.ok(made.has(`${subject} ${key}`), `${subject} ${key}`);
		}
	});

	it('show states that Home Assistant takes', () => {
		for (const {
			unique_id: id,
			state,
			options,
			device_class: kind,
			platform,
			unit_of_measurement: unit,
		} of everything().mapper.entities()) {
			if (options && state !== null) assert.ok(options.includes(String(state)), `${id} ${state}`);
			if (kind === 'enum') assert.ok(options && unit === null, id);
			if (kind === 'timestamp' && state !== null) assert.ok(!Number.isNaN(Date.parse(String(state))), id);
			if (platform === 'binary_sensor') assert.ok(state === null || state === 'on' || state === 'off', id);
			assert.match(id, /^[A-Za-z0-9_-]+$/);
		}
	});

	it('keep their totals over a restart', () => {
		const first = new Rig();
		first.hook('UserPromptSubmit');
		first.hook('UserPromptSubmit');
		const clock = new FakeClock();
		clock.advance(60_000);
		const restored = new Rig({ clock, memory: first.mapper.save() });
		restored.hook('UserPromptSubmit');
		assert.deepEqual([restored.state('total_prompts'), restored.state('app_shop_prompts')], [3, 3]);
	});

	it('are on a device of the server, apps and components on their own where the user wants it', () => {
		const own = claudeCode.subjects.filter(({ ownDevice }) => ownDevice).map(({ subject }) => subject);
		assert.deepEqual([...new Set(own)], ['app', 'component']);
	});
});
