import assert from 'node:assert/strict';
import { type Handlers, handled, isMessage } from '../../../../src/dialects/autosdlc/dispatch';

describe('autosdlc: dispatch', () => {
	it('knows messages by a type of the protocol and an object as data', () => {
		assert.equal(isMessage({ type: 'ping', data: {} }), true);
		for (const event of [
			{ type: 'agents', data: {} },
			{ type: 'unknown', data: {} },
			{ type: 'constructor', data: {} },
			{ type: 'ping', data: null },
			{ type: 'ping', data: [] },
			{ type: 'ping', data: 'x' },
		]) {
			assert.equal(isMessage(event), false, JSON.stringify(event));
		}
	});

	it('hands a message and what goes with it to the handler of its type, if there is one', () => {
		const handlers: Handlers<string, [times: number]> = {
			agent_log: ({ agentId }, times) => (agentId ?? 'nobody').repeat(times),
		};
		assert.equal(handled(handlers, { type: 'agent_log', data: { agentId: 'a' } }, 2), 'aa');
		assert.equal(handled(handlers, { type: 'ping', data: {} }, 2), undefined);
	});
});
