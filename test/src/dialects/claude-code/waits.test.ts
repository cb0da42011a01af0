import assert from 'node:assert/strict';
import { Waits } from '../../../../src/dialects/claude-code/waits';
import { limits } from '../../../../src/model/limits';

const wait = (shown: string, agent: string | null = null) => ({ shown, agent });

describe('what a session of Claude Code waits for', () => {
	it('is shown, each once, until it is over', () => {
		const waits = new Waits();
		assert.deepEqual([waits.none, waits.shown], [true, null]);
		assert.equal(waits.asked('one', wait('Bash')), true);
		waits.asked('two', wait('Bash'));
		waits.asked('three', wait('Read', 'helper'));
		assert.deepEqual(
			[waits.none, waits.shown, waits.has('two'), waits.has('four')],
			[false, 'Bash, Read', true, false],
		);
		waits.keep((key, { agent }) => key === 'one' || agent === 'helper');
		assert.deepEqual([waits.has('one'), waits.has('two'), waits.has('three')], [true, false, true]);
		waits.clear();
		assert.deepEqual([waits.none, waits.shown], [true, null]);
	});

	it('is no news where the notification about it came before', () => {
		const waits = new Waits();
		waits.notified('permission');
		assert.equal(waits.asked('one', wait('Bash')), false);
		assert.equal(waits.shown, 'Bash');
		assert.equal(waits.asked('two', wait('Bash')), true);
	});

	it('is bounded', () => {
		const waits = new Waits();
		for (let index = 0; index <= limits.claudeCalls; index += 1) waits.asked(`${index}`, wait('Bash'));
		assert.deepEqual([waits.has('0'), waits.has('1')], [false, true]);
	});
});
