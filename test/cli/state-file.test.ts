import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import type { Io } from '../../cli/io';
import { type Saved, StateFile } from '../../cli/state-file';
import { FakeClock } from '../support/fake-clock';
import { temporaryFolder } from './harness';

const file = temporaryFolder();
const nothing: Saved = { memory: {}, ledger: undefined };

describe('StateFile', () => {
	let saved: Saved;
	let clock: FakeClock;
	let warnings: string;

	function open(path: string | undefined): StateFile {
		clock = new FakeClock();
		warnings = '';
		const stderr = new Writable({
			write(chunk, _encoding, done) {
				warnings += String(chunk);
				done();
			},
		});
		const stdout = new Writable();
		const io: Io = { stdin: Readable.from([]), stdout, stderr, env: {}, clock, onSignal: () => () => {} };
		return new StateFile(path, io, () => saved);
	}

	it('keeps what changed, at most every few seconds, and at the end', () => {
		const path = file('state.json');
		const state = open(path);
		assert.deepEqual(state.read(), nothing);
		saved = { memory: { tower_ups_energy: { total: 1, at: 5, text: null } }, ledger: { version: 1 } };
		state.changed();
		state.changed();
		assert.equal(existsSync(path), false);
		clock.advance(5_000);
		assert.deepEqual(open(path).read(), saved);
		saved = { memory: { tower_ups_energy: { total: 2 } }, ledger: undefined };
		state.close();
		assert.deepEqual(open(path).read(), saved);
		assert.equal(clock.timers, 0);
		assert.equal(existsSync(`${path}.tmp`), false);
		assert.equal(warnings, '');
	});

	it('does not write what is there already', () => {
		const path = file('same.json');
		saved = nothing;
		const state = open(path);
		state.close();
		writeFileSync(path, 'touched');
		state.close();
		assert.equal(readFileSync(path, 'utf8'), 'touched');
	});

	it('starts without a file that it cannot use, and says so', () => {
		for (const text of ['', '{', '[]', '{"version":2}', '{"version":1,"memory":{"a":{"b":{}}}}']) {
			assert.deepEqual(open(file('bad.json', text)).read(), nothing);
			assert.match(warnings, /bad\.json cannot be used/);
		}
	});

	it('warns once where it cannot write', () => {
		saved = nothing;
		const state = open(file('no/such/folder'));
		state.close();
		state.close();
		assert.equal(warnings.match(/cannot be written/g)?.length, 1);
	});

	it('does nothing without a path', () => {
		const state = open(undefined);
		assert.deepEqual(state.read(), nothing);
		state.changed();
		state.close();
		assert.equal(clock.timers, 0);
	});
});
