import assert from 'node:assert/strict';
import { status } from '../../../../../src/dialects/unraid/entities/status';
import { readRows } from '../../../../support/entity-rows';

const minute = 60_000;
const asked = Date.UTC(2026, 8, 14, 10);
const iso = (at: number) => new Date(at).toISOString();

/** The status of a server whose socket last opened at `opened`. */
function read(
	open: boolean,
	array: string | undefined,
	action?: string,
	opened = asked - minute,
	seen = asked + minute,
) {
	const row = readRows([status], {
		$connection: { open, opened },
		...(array !== undefined && { array_status_update: { state: array, timestamp: iso(seen) } }),
		...(action && { action_requested: { action, message: 'on its way', at: iso(asked) } }),
	}).system_status;
	assert.ok(row);
	return row;
}

describe('system status', () => {
	for (const [open, array, action, expected] of [
		[true, 'STARTED', undefined, 'online'],
		[true, 'unknown', undefined, 'online'],
		[true, undefined, undefined, 'online'],
		[true, 'STARTING', undefined, 'starting_array'],
		[true, 'STOPPING', undefined, 'stopping_array'],
		[true, 'STOPPED', undefined, 'array_stopped'],
		[false, 'STARTED', undefined, 'offline'],
		[false, undefined, undefined, 'offline'],
		[true, 'STARTED', 'shutdown', 'shutdown_requested'],
		[true, 'STOPPING', 'shutdown', 'stopping_array'],
		[true, 'STOPPED', 'shutdown', 'shutting_down'],
		[false, 'STOPPED', 'shutdown', 'server_shutdown'],
		[false, 'STARTED', 'shutdown', 'server_shutdown'],
		[true, 'STARTED', 'reboot', 'reboot_requested'],
		[true, 'STOPPING', 'reboot', 'stopping_array'],
		[true, 'STOPPED', 'reboot', 'server_rebooting'],
		[false, 'STARTED', 'reboot', 'server_rebooting'],
		[true, 'STARTED', 'dance', 'online'],
	] as const) {
		it(`socket ${open ? 'open' : 'closed'}, array ${array}, asked for ${action}: ${expected}`, () =>
			assert.equal(read(open, array, action).state, expected));
	}

	it('tells what was asked for, when, and the answer', () => {
		assert.deepEqual(read(false, 'STOPPED', 'reboot').attributes, {
			websocket_connected: false,
			pending_action: 'reboot',
			action_message: 'on its way',
			action_requested_at: '2026-09-14T10:00:00Z',
			array_state: 'STOPPED',
		});
	});

	it('is normal again when the server came back, and offline is offline after that', () => {
		const back = asked + 5 * minute;
		assert.equal(read(true, 'STARTED', 'reboot', back).state, 'online');
		assert.deepEqual(read(true, 'STARTED', 'reboot', back).attributes, {
			websocket_connected: true,
			array_state: 'STARTED',
		});
		assert.equal(read(false, 'STARTED', 'reboot', back).state, 'offline');
	});

	it('does not wait for ever for a server that does not go away', () => {
		const late = asked + 16 * minute;
		assert.equal(read(true, 'STARTED', 'shutdown', asked - minute, late).state, 'online');
		assert.equal(read(false, 'STARTED', 'shutdown', asked - minute, late).state, 'server_shutdown');
	});
});
