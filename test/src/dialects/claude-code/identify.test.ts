import assert from 'node:assert/strict';
import { schemas } from '../../../../src/dialects/claude-code/schemas';
import { Rig } from './support';

/** Type, how it was found, and codes of the remarks that are about its name. */
function typeOf(value: unknown): string {
	const [event] = new Rig().take(value);
	return `${event?.type} ${event?.by}`;
}

describe('identification of Claude Code events', () => {
	it('goes by event_type, then hook_event_type, then hook_event_name', () => {
		assert.equal(typeOf({ event_type: 'Stop', hook_event_type: 'Stop', payload: {} }), 'Stop name');
		assert.equal(typeOf({ hook_event_type: 'Stop', payload: {} }), 'Stop name');
		assert.equal(typeOf({ session_id: 's', payload: { hook_event_name: 'Stop' } }), 'Stop name');
		assert.equal(typeOf({ event_type: 'hook.event', hook_event_type: 'Stop', payload: {} }), 'Stop name');
		assert.equal(typeOf({ event_type: 'tmux.window.changed', payload: {} }), 'tmux.window.changed name');
	});

	it('takes a hook of a new name as a sign of life, and any other name as unknown', () => {
		const rig = new Rig();
		const [hook] = rig.hook('TeammateIdle', { teammate_name: 'anna' });
		assert.deepEqual([hook?.type, hook?.valid], ['hook', true]);
		assert.deepEqual(
			hook?.issues.map(({ code }) => code),
			['server_form', 'unknown_hook'],
		);
		assert.match(JSON.stringify(hook?.data), /"hook_event_type":"TeammateIdle"/);
		const [again] = rig.hook('TeammateIdle');
		assert.deepEqual(again?.issues, []);
		for (const name of ['component.exploded', 'flow', 'prompt_submitted', 'X', 'sessions', 'hook', 'initial']) {
			const [event] = new Rig().take({ type: 'event', data: { event_type: name, payload: {} } });
			assert.equal(event?.type, 'unknown', name);
			assert.deepEqual(
				event?.issues.map(({ code }) => code),
				['unknown_name'],
			);
		}
	});

	it('says which message type is none of the document', () => {
		const [event] = new Rig().take({ type: 'subscribed', data: { ok: true } });
		assert.equal(event?.type, 'unknown');
		assert.match(event?.issues[0]?.message ?? '', /"subscribed"/);
		for (const type of ['heartbeat', 'error', 'register', 'initial']) {
			const [frame] = new Rig().take({ type });
			assert.equal(frame?.type, type);
		}
	});

	it('goes by structure only where that is certain', () => {
		const structures: readonly (readonly [string, object])[] = [
			['heartbeat', { components: { a: 'healthy' }, timestamp: 1_706_181_600_000 }],
			['error', { error_code: 'CMP001', error_message: 'm', component: 'c', severity: 'error' }],
			['resource.alert', { payload: { component: 'c', metrics: {}, alert_level: 'info' } }],
			['flow.agent.spawned', { payload: { agent_id: 'a', agent_type: 't', status: 'spawned' } }],
			['flow.agent.completed', { payload: { agent_id: 'a', agent_type: 't', status: 'completed' } }],
			['PostToolUse', { payload: { tool_name: 'Bash', duration_ms: 3 } }],
			['PostToolUseFailure', { payload: { tool_name: 'Bash', error: 'e', is_interrupt: false, duration_ms: 3 } }],
			// A call and a permission request look the same; a running agent is neither begin nor end.
			['unknown', { payload: { tool_name: 'Bash', tool_input: {} } }],
			['unknown', { payload: { agent_id: 'a', agent_type: 't', status: 'running' } }],
			['unknown', { payload: { component: 'c', metrics: {} } }],
			['unknown', { payload: {} }],
		];
		for (const [type, data] of structures) {
			assert.equal(typeOf(data), `${type} structure`, JSON.stringify(data));
			assert.equal(typeOf({ type: 'event', data }), `${type} structure`);
		}
	});

	it('survives whatever stands where', () => {
		for (const value of [
			[],
			[1, null, 'x'],
			{ type: 'event', data: 7 },
			{ type: 'event' },
			{ type: 'initial', data: 'x' },
			{ type: 'event', data: [[]] },
			{ payload: [] },
			{ event_type: {}, hook_event_type: 4 },
		]) {
			const events = new Rig().take(value);
			assert.ok(events.length > 0, JSON.stringify(value));
			for (const { type } of events)
				assert.ok(type === 'unknown' || Object.hasOwn(schemas, type), JSON.stringify(value));
		}
	});
});
