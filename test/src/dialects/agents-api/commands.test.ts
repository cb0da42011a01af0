import assert from 'node:assert/strict';
import { commands } from '../../../../src/dialects/agents-api/commands';
import { commandRequest } from '../../../../src/model/command';
import type { StreamRequest } from '../../../../src/model/description';
import { AgentStreamError } from '../../../../src/model/errors';
import { reading } from './support';

describe('agents-api commands', () => {
	const request = (name: string, given: Record<string, unknown> = {}) => {
		const command = commands.find((each) => each.name === name);
		assert.ok(command);
		assert.equal(command.risk, 'none');
		return commandRequest(command, given, {}) as StreamRequest;
	};

	it('are the messages that a client has, each with its answer', () => {
		const read = reading();
		const { message, answer } = request('subscribe', { room: 'agent:1' });
		assert.deepEqual(message, ['subscribe', { room: 'agent:1' }]);
		assert.equal(answer?.(read('subscribed', { room: 'agent:1' })), true);
		assert.equal(answer?.(read('subscribed', { room: 'agent:2' })), false);
		assert.equal(answer?.(read('unsubscribed', { room: 'agent:1' })), false);
		const leave = request('unsubscribe', { room: 'agent:1' });
		assert.deepEqual(leave.message, ['unsubscribe', { room: 'agent:1' }]);
		assert.equal(leave.answer?.(read('unsubscribed', { room: 'agent:1' })), true);
		const beat = request('heartbeat');
		assert.deepEqual(beat.message, ['heartbeat', {}]);
		assert.equal(beat.answer?.(read('heartbeat_ack', { timestamp: 1 })), true);
		assert.equal(beat.answer?.(read('error', { message: 'x' })), false);
	});

	it('ask for a room', () => {
		assert.throws(
			() => request('subscribe'),
			(thrown) => thrown instanceof AgentStreamError && thrown.code === 'COMMAND_REFUSED',
		);
	});
});
