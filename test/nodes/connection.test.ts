import assert from 'node:assert/strict';
import type { NodeAPI } from 'node-red';
import { connectionMessage, connectionStatus } from '../../nodes/glue/connection';
import { hourAndMinute } from '../../nodes/glue/status';
import { AgentStreamError } from '../../src/model/errors';
import { connectionMessageSchema } from '../../src/model/messages';

const RED = { _: (key: string) => key.replace(/.*:/, '') } as NodeAPI;
const cause = new AgentStreamError('REFUSED', 'no');
const waiting = { phase: 'waiting', since: 2, attempt: 3, cause } as const;

describe('a connection as nodes show it', () => {
	it('that is replaced by polling is visibly so, whatever the next attempt does', () => {
		const at = Date.UTC(2026, 8, 14);
		for (const phase of ['waiting', 'connecting'] as const) {
			const { fill, text, values } = connectionStatus(RED, { ...waiting, phase, pollingSince: at });
			assert.match(text, /state\.polling$/);
			assert.deepEqual([fill, values], ['yellow', { cause: 'errors.REFUSED', time: hourAndMinute(at) }]);
		}
		assert.equal(connectionStatus(RED, waiting).fill, 'red');
	});

	it('that stands without anybody knowing the protocol is no good one', () => {
		const undecided = new AgentStreamError('UNDECIDED', 'choose it');
		const { fill, shape, text, values } = connectionStatus(RED, {
			phase: 'open',
			since: 1,
			attempt: 0,
			cause: undecided,
		});
		assert.match(text, /state\.undecided$/);
		assert.deepEqual([fill, shape, values], ['yellow', 'dot', { cause: 'errors.UNDECIDED' }]);
	});

	it('is told with its cause, and whether values are polled', () => {
		const told = connectionMessage('tower', { ...waiting, pollingSince: 1 });
		assert.deepEqual(connectionMessageSchema.parse(told), told);
		assert.deepEqual([told.state, told.code, told.polling], ['waiting', 'REFUSED', true]);
		assert.equal(connectionMessage('tower', waiting).polling, false);
	});
});
