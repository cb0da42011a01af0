import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { define } from '../../../../src/dialects/custom';
import type { Dialect } from '../../../../src/dialects/dialect';
import { EventReader } from '../../../../src/dialects/reader';
import { unraid } from '../../../../src/dialects/unraid';
import type { Frame } from '../../../../src/model/event';
import { Pipeline } from '../../../../src/pipeline';
import { FakeClock } from '../../../support/fake-clock';
import { frameOf, payload, recording } from '../../../support/unraid-recordings';

const text = readFileSync(join(__dirname, '../../../fixtures/custom/unraid-1.1.0.json'), 'utf8');
const described = define(text);

/** What identification and envelope make of a frame. */
function read(dialect: Dialect, frame: Frame) {
	const events = new EventReader({ source: 'tower', dialect, clock: new FakeClock() }).read(frame);
	return events.map(({ type, by, time, at, replayed, rejected, data }) => ({
		type,
		by,
		time,
		at,
		replayed,
		rejected,
		data,
	}));
}

describe('the Unraid 1.1.0 document, written down as a custom dialect', () => {
	for (const [line, { raw, expect, variant }] of recording('generation-1.1.0-typical.jsonl').entries()) {
		it(`reads line ${line + 1} of generation-1.1.0-typical as the built-in does: ${expect} (${variant})`, () => {
			const events = read(described, raw);
			assert.deepEqual(events, read(unraid, raw));
			assert.deepEqual(
				events.map(({ type }) => type),
				[expect],
			);
		});
	}

	it('reads bare data and frames without data as the built-in does', () => {
		for (const line of recording('generation-1.1.0-typical.jsonl')) {
			const bare = JSON.stringify(payload(line));
			assert.equal(read(described, bare)[0]?.type, read(unraid, bare)[0]?.type);
		}
		for (const frame of ['{"event":"update","timestamp":"x"}', '[]', '{}', '"x"', '', '[1]', '[[{"hostname":1}]]']) {
			assert.equal(read(described, frame)[0]?.type, read(unraid, frame)[0]?.type, frame);
		}
	});

	it('makes the entities of its rows', async () => {
		const pipeline = new Pipeline({ source: 'tower', dialect: described, clock: new FakeClock(), changed: () => {} });
		for (const { raw } of recording('generation-1.1.0-typical.jsonl')) pipeline.frame(raw);
		await pipeline.idle();
		const states = new Map(pipeline.entities().map(({ path, state }) => [path, state]));
		assert.equal(typeof states.get('tower/system/cpu'), 'number');
		// The last array of the recording is stopped.
		assert.equal(states.get('tower/array/started'), 'off');
		assert.ok([...states.keys()].filter((path) => path.startsWith('tower/disk/')).length > 1);
		assert.ok([...states].some(([path, state]) => path.startsWith('tower/container/') && typeof state === 'number'));
		assert.equal(pipeline.entities()[0]?.device.name, 'Tower');
		assert.deepEqual([...new Set(pipeline.entities().map(({ event_type }) => event_type))].sort(), [
			'array_status_update',
			'container_list_update',
			'disk_list_update',
			'system_update',
		]);
		pipeline.close();
	});

	it('knows by the interval when a type has fallen silent', () => {
		const clock = new FakeClock();
		const pipeline = new Pipeline({ source: 'tower', dialect: described, clock, changed: () => {} });
		pipeline.frame(frameOf('update', { hostname: 'Tower', cpu_usage_percent: 12, uptime_seconds: 7 }));
		const cpu = () => pipeline.entity('tower_system_cpu')?.available;
		clock.advance(80_000);
		assert.equal(cpu(), true);
		clock.advance(11_000);
		assert.equal(cpu(), false);
		assert.deepEqual(pipeline.stale(), ['system_update']);
		pipeline.close();
		assert.equal(clock.timers, 0);
	});
});
