import assert from 'node:assert/strict';
import { limits } from '../../../../src/model/limits';
import { Rig } from './support';

const status = (rig: Rig) => rig.state('session_shop-1_status');
const minute = 60_000;

describe('a session of Claude Code', () => {
	it('works, waits, goes idle, fails and ends', () => {
		const rig = new Rig();
		const steps: readonly (readonly [hook: string, payload: object, status: string])[] = [
			['SessionStart', { source: 'startup' }, 'idle'],
			['UserPromptSubmit', { prompt: 'x' }, 'working'],
			['PreToolUse', { tool_name: 'Bash', tool_use_id: 'a' }, 'working'],
			['PermissionRequest', { tool_name: 'Bash', tool_use_id: 'a' }, 'waiting'],
			['Notification', { message: 'Claude needs your permission to use Bash' }, 'waiting'],
			['PostToolUse', { tool_name: 'Bash', tool_use_id: 'a' }, 'working'],
			['SubagentStart', { agent_id: 'x' }, 'working'],
			['SubagentStop', { agent_id: 'x' }, 'working'],
			['PreCompact', { trigger: 'auto' }, 'working'],
			['SessionStart', { source: 'compact' }, 'working'],
			['Stop', {}, 'idle'],
			['SubagentStop', { agent_id: 'y' }, 'idle'],
			['TeammateIdle', {}, 'idle'],
			['Notification', { message: 'Claude is waiting for your input' }, 'waiting'],
			['UserPromptSubmit', {}, 'working'],
			['Notification', { message: 'Your update is installed' }, 'working'],
			['PostToolUseFailure', { tool_name: 'Bash', error: 'Exit code 1' }, 'working'],
			['Stop', {}, 'failed'],
			['UserPromptSubmit', {}, 'working'],
			['PostToolUse', { tool_name: 'Bash', error: 'as the document writes it' }, 'working'],
			['Stop', {}, 'failed'],
			['PreToolUse', { tool_name: 'Read' }, 'working'],
			['PostToolUse', { tool_name: 'Read' }, 'working'],
			['Stop', {}, 'idle'],
			['PostToolUseFailure', { tool_name: 'Bash', error: 'stopped', is_interrupt: true }, 'working'],
			['Stop', {}, 'idle'],
			['SessionEnd', { reason: 'exit' }, 'ended'],
			['TeammateIdle', {}, 'idle'],
		];
		for (const [index, [hook, payload, expected]] of steps.entries()) {
			rig.pass(10_000);
			rig.hook(hook, payload as Record<string, unknown>);
			assert.equal(status(rig), expected, `${index} ${hook}`);
		}
		assert.equal(rig.entity('session_shop-1_status')?.attributes.end_reason, undefined);
	});

	it('waits for the call that was asked about, not for one that ran beside it', () => {
		const rig = new Rig();
		const call = (hook: string, id: string) => rig.hook(hook, { tool_name: id, tool_use_id: id });
		call('PreToolUse', 'one');
		call('PreToolUse', 'two');
		call('PermissionRequest', 'two');
		call('PostToolUse', 'one');
		assert.equal(status(rig), 'waiting');
		assert.equal(rig.entity('session_shop-1_status')?.attributes.waiting_for, 'two');
		// Refused: it goes on with something else.
		call('PreToolUse', 'three');
		assert.equal(status(rig), 'working');
		assert.equal(rig.entity('session_shop-1_status')?.attributes.waiting_for, undefined);
	});

	it('waits for each of several calls that ask at once, and says so of each', () => {
		const rig = new Rig();
		const call = (hook: string, id: string) => rig.hook(hook, { tool_name: id, tool_use_id: id });
		const waitsFor = () => rig.entity('session_shop-1_status')?.attributes.waiting_for;
		for (const id of ['one', 'two', 'three']) call('PreToolUse', id);
		rig.fired();
		for (const id of ['one', 'two', 'one']) call('PermissionRequest', id);
		rig.hook('Notification', { message: 'Claude needs your permission' });
		assert.deepEqual(rig.fired(), Array(2).fill('app_shop_request permission_request'));
		assert.equal(waitsFor(), 'one, two');
		for (const id of ['two', 'three']) call('PostToolUse', id);
		assert.deepEqual([status(rig), waitsFor()], ['waiting', 'one']);
		call('PostToolUse', 'one');
		assert.deepEqual([status(rig), waitsFor()], ['working', undefined]);
	});

	it('waits for a call that a request names only by its tool', () => {
		const rig = new Rig();
		rig.hook('PreToolUse', { tool_name: 'Read', tool_use_id: 'a' });
		rig.hook('PreToolUse', { tool_name: 'Bash', tool_use_id: 'b' });
		rig.hook('PermissionRequest', { tool_name: 'Bash' });
		rig.hook('PostToolUse', { tool_name: 'Read', tool_use_id: 'a' });
		assert.equal(status(rig), 'waiting');
		rig.hook('PostToolUse', { tool_name: 'Bash', tool_use_id: 'b' });
		assert.equal(status(rig), 'working');
	});

	it('waits also where a subagent works on, and where the request comes late', () => {
		const rig = new Rig();
		rig.hook('PreToolUse', { tool_name: 'Bash', tool_use_id: 'a', agent_id: 'x' });
		rig.fired();
		rig.hook(
			'PermissionRequest',
			{ tool_name: 'Bash', tool_use_id: 'a', agent_id: 'x' },
			{ timestamp: rig.clock.now() - 100 },
		);
		assert.deepEqual([status(rig), rig.fired()], ['waiting', ['app_shop_request permission_request']]);
		rig.hook('PreToolUse', { tool_name: 'Read', tool_use_id: 'b', agent_id: 'y' });
		assert.equal(status(rig), 'waiting');
		rig.hook('PostToolUse', { tool_name: 'Bash', tool_use_id: 'a', agent_id: 'x' });
		assert.equal(status(rig), 'working');
		rig.hook('PermissionRequest', { tool_name: 'Bash', tool_use_id: 'a' }, { timestamp: rig.clock.now() - 100 });
		assert.equal(status(rig), 'working', 'it was answered before');
	});

	it('says what it has used, where its server tells, and counts each token once', () => {
		const rig = new Rig();
		const said = (id: string, tokens: number) => ({
			type: 'assistant',
			message: { id, content: 'zq-content', usage: { input_tokens: tokens, output_tokens: 1, service_tier: 'x' } },
		});
		const used = () => ['session_shop-1_tokens', 'total_tokens'].map((id) => rig.state(id));
		rig.hook('Stop', {}, { chat: [{ type: 'user', message: { content: 'zq-content' } }] });
		assert.deepEqual(used(), [undefined, undefined]);
		// One message of two blocks, and another one.
		rig.hook('Stop', {}, { chat: [said('a', 10), said('a', 10), said('b', 20)] });
		assert.deepEqual(used(), [32, 32]);
		assert.deepEqual(rig.entity('session_shop-1_tokens')?.attributes.kinds, {
			input_tokens: 30,
			output_tokens: 2,
			cache_creation_input_tokens: 0,
			cache_read_input_tokens: 0,
		});
		const events = rig.hook('Stop', {}, { chat: [said('a', 10), said('b', 20), said('c', 7)] });
		assert.deepEqual(used(), [40, 40]);
		assert.ok(!JSON.stringify(events).includes('zq-content'));
		rig.hook('Stop', { total_cost_usd: 0.5 });
		rig.hook('Stop', { total_cost_usd: 0.75 }, { session_id: 's2' });
		rig.hook('Stop', { total_cost_usd: 0.6 });
		assert.deepEqual([rig.state('session_shop-1_cost'), rig.state('total_cost')], [0.6, 1.35]);
		const { unit_of_measurement: unit, device_class: kind, state_class: grows } = rig.entity('total_cost') ?? {};
		assert.deepEqual([unit, kind, grows], ['USD', 'monetary', 'total']);
	});

	it('falls idle when it is silent, and ends in the end', () => {
		const rig = new Rig();
		rig.hook('SubagentStart', { agent_id: 'a', agent_type: 'reviewer' });
		const began = rig.clock.now();
		rig.pass(limits.claudeIdleAfter - 1);
		assert.deepEqual([status(rig), rig.state('session_shop-1_agents')], ['working', 1]);
		rig.pass(1);
		assert.deepEqual([status(rig), rig.state('session_shop-1_agents')], ['idle', 0]);
		assert.equal(rig.state('session_shop-1_since'), new Date(began + limits.claudeIdleAfter).toISOString());
		assert.deepEqual([rig.state('total_working'), rig.state('total_idle')], [0, 1]);
		rig.pass(limits.claudeEndedAfter - limits.claudeIdleAfter - 1);
		assert.equal(status(rig), 'idle');
		rig.pass(1);
		assert.equal(status(rig), 'ended');
		assert.equal(rig.state('session_shop-1_since'), new Date(began + limits.claudeEndedAfter).toISOString());
	});

	it('does not stop waiting by itself', () => {
		const rig = new Rig();
		rig.hook('PermissionRequest', { tool_name: 'Bash' });
		rig.pass(limits.claudeEndedAfter - 1);
		assert.equal(status(rig), 'waiting');
		rig.pass(1);
		assert.equal(status(rig), 'ended');
	});

	it('is heard of by any event: unknown hooks keep it at work', () => {
		const rig = new Rig();
		for (let turn = 0; turn < 4; turn += 1) {
			rig.hook('TaskProgress', {});
			rig.pass(10 * minute);
			assert.equal(status(rig), 'working');
		}
	});

	it('measures tools by their id, by their name, or takes what the server measured', () => {
		const rig = new Rig();
		const duration = () => rig.state('session_shop-1_tool_duration');
		rig.hook('PreToolUse', { tool_name: 'Bash', tool_use_id: 'a' });
		rig.pass(1_000);
		rig.hook('PreToolUse', { tool_name: 'Read', tool_use_id: 'b' });
		rig.pass(1_500);
		rig.hook('PostToolUse', { tool_name: 'Bash', tool_use_id: 'a' });
		assert.equal(duration(), 2.5);
		rig.hook('PostToolUse', { tool_name: 'Read', tool_use_id: 'b', duration_ms: 250 });
		assert.equal(duration(), 0.25);
		rig.hook('PreToolUse', { tool_name: 'Grep' });
		rig.pass(3_000);
		rig.hook('PostToolUse', { tool_name: 'Grep' });
		assert.equal(duration(), 3);
		assert.equal(rig.state('session_shop-1_average_tool_duration'), 1.92);
		assert.equal(rig.state('session_shop-1_last_tool'), 'Grep');
		assert.equal(rig.state('session_shop-1_tool_calls'), 3);
	});

	it('believes no clock that is far off', () => {
		const rig = new Rig();
		const year = 365 * 86_400_000;
		rig.hook('PreToolUse', { tool_name: 'Bash', tool_use_id: 'a' }, { timestamp: rig.clock.now() - year });
		assert.equal(status(rig), 'working');
		rig.pass(4_000);
		rig.hook('PostToolUse', { tool_name: 'Bash', tool_use_id: 'a' });
		assert.equal(rig.state('session_shop-1_tool_duration'), 4);
		rig.hook('Stop', {}, { timestamp: rig.clock.now() + year });
		assert.equal(status(rig), 'idle');
		assert.equal(rig.state('session_shop-1_since'), new Date(rig.clock.now()).toISOString());
	});

	it('is not woken by what comes late', () => {
		const rig = new Rig();
		const then = rig.clock.now();
		rig.hook('PreToolUse', { tool_name: 'Bash', tool_use_id: 'a' });
		rig.pass(2_000);
		rig.hook('Stop');
		rig.hook('PostToolUse', { tool_name: 'Bash', tool_use_id: 'a' }, { timestamp: then + 1_500 });
		assert.deepEqual([status(rig), rig.state('session_shop-1_tool_calls')], ['idle', 1]);
		assert.equal(rig.state('session_shop-1_tool_duration'), 1.5);
		// The begin of a call whose end came first is no second call.
		rig.hook('PostToolUse', { tool_name: 'Read', tool_use_id: 'b' });
		rig.hook('PreToolUse', { tool_name: 'Read', tool_use_id: 'b' });
		assert.equal(rig.state('session_shop-1_tool_calls'), 2);
	});

	it('shows model, permission mode and project, but not where it lies', () => {
		const rig = new Rig();
		rig.hook('SessionStart', { model: 'claude-opus', permission_mode: 'plan', cwd: '/home/somebody/work/shop/' });
		rig.hook('PreToolUse', { tool_name: 'Bash', cwd: 'C:\\Users\\somebody\\shop' }, { model_name: 'claude-sonnet' });
		assert.equal(rig.state('session_shop-1_model'), 'claude-sonnet');
		assert.equal(rig.state('session_shop-1_permission_mode'), 'plan');
		assert.equal(rig.state('session_shop-1_project'), 'shop');
		assert.ok(!JSON.stringify(rig.mapper.entities()).includes('somebody'));
	});

	it('counts its subagents, of the document and of real servers', () => {
		const rig = new Rig();
		const agents = () => [rig.state('session_shop-1_agents'), rig.entity('session_shop-1_agents')?.attributes.types];
		rig.hook('SubagentStart', { agent_id: 'a', agent_type: 'tester' });
		rig.hook('SubagentStart', { agent_id: 'b', agent_type: 'reviewer' });
		const flow = { source: 'claude-flow', session_id: 's1', timestamp: rig.clock.now() };
		const payload = { agent_id: 'c', agent_type: 'planner', status: 'spawned' };
		rig.take({ ...flow, id: 'f1', event_type: 'flow.agent.spawned', payload });
		assert.deepEqual(agents(), [3, ['planner', 'reviewer', 'tester']]);
		rig.take({ ...flow, id: 'f2', event_type: 'flow.agent.completed', payload: { ...payload, status: 'failed' } });
		rig.hook('SubagentStop', { agent_id: 'b' });
		assert.deepEqual(agents(), [1, ['tester']]);
		// The document's stop names nobody.
		rig.hook('SubagentStop', {});
		assert.deepEqual(agents(), [0, []]);
	});
});
