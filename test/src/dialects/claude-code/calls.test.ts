import assert from 'node:assert/strict';
import { Calls } from '../../../../src/dialects/claude-code/calls';
import type { Hook } from '../../../../src/dialects/claude-code/hook';
import { limits } from '../../../../src/model/limits';

const hook = (over: Partial<Hook> = {}): Hook => ({
	type: 'PreToolUse',
	app: 'shop',
	session: 's1',
	at: 0,
	replayed: false,
	tool: 'Bash',
	toolUse: null,
	duration: null,
	error: null,
	interrupted: false,
	agent: null,
	agentType: null,
	agentFailed: false,
	notification: null,
	message: null,
	model: null,
	permissionMode: null,
	project: null,
	reason: null,
	origin: null,
	usage: null,
	...over,
});

const nobody = () => false;

describe('tool calls of Claude Code', () => {
	it('count once each, whichever end is seen first', () => {
		const calls = new Calls();
		const one = hook({ toolUse: 'one' });
		assert.deepEqual([calls.called(one), calls.called(one), calls.returned(one)], [true, false, false]);
		const two = hook({ toolUse: 'two' });
		assert.deepEqual([calls.returned(two), calls.called(two)], [true, false]);
		assert.equal(calls.picture().toolCalls, 2);
	});

	it('are open from their begin to their end', () => {
		const calls = new Calls();
		const one = hook({ toolUse: 'one' });
		assert.deepEqual([calls.isOpen('one'), calls.isDone('one')], [false, false]);
		calls.called(one);
		assert.deepEqual([calls.isOpen('one'), calls.isDone('one')], [true, false]);
		calls.returned(one);
		assert.deepEqual([calls.isOpen('one'), calls.isDone('one')], [false, true]);
	});

	it('take their time once, unless the server has measured it', () => {
		const calls = new Calls();
		calls.called(hook({ toolUse: 'one', at: 1_000 }));
		calls.returned(hook({ toolUse: 'one', at: 3_500 }));
		calls.returned(hook({ toolUse: 'one', at: 9_000 }));
		assert.deepEqual([calls.picture().duration, calls.picture().averageDuration], [2.5, 2.5]);
		calls.returned(hook({ toolUse: 'two', at: 9_000, duration: 500 }));
		assert.deepEqual([calls.picture().duration, calls.picture().averageDuration], [0.5, 1.5]);
	});

	it('are asked about by their id, else as the newest open one of that tool that nobody asked about', () => {
		const calls = new Calls();
		for (const toolUse of ['one', 'two', 'three']) calls.called(hook({ toolUse }));
		calls.called(hook({ tool: 'Read', toolUse: 'four' }));
		calls.returned(hook({ toolUse: 'three' }));
		assert.equal(calls.keyOf(hook({ toolUse: 'x' }), nobody), 'x');
		assert.equal(calls.keyOf(hook(), nobody), 'two');
		assert.equal(
			calls.keyOf(hook(), (key) => key === 'two'),
			'one',
		);
		assert.equal(calls.keyOf(hook({ tool: 'Edit' }), nobody), '~Edit');
	});

	it('are forgotten, the oldest first', () => {
		const calls = new Calls();
		for (let index = 0; index <= limits.claudeCalls; index += 1) calls.called(hook({ toolUse: `${index}` }));
		assert.deepEqual([calls.isOpen('0'), calls.isOpen('1')], [false, true]);
		assert.equal(calls.picture().toolCalls, limits.claudeCalls + 1);
	});
});
