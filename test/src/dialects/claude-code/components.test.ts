import assert from 'node:assert/strict';
import { healthOf } from '../../../../src/dialects/claude-code/entities/component';
import { limits } from '../../../../src/model/limits';
import { type Fields, Rig } from './support';

const beat = (rig: Rig, components: Fields, every = 30_000) => {
	const timestamp = rig.clock.now();
	rig.take({ type: 'heartbeat', data: { components, timestamp, next_check: timestamp + every } });
};
let id = 0;
const system = (rig: Rig, type: string, source: string, payload: Fields = {}) => {
	id += 1;
	const data = { id: `e${id}`, event_type: type, source, timestamp: rig.clock.now(), version: '1.0', payload };
	return rig.take({ type: 'event', data });
};
const metrics = { cpu_percent: 91.46, memory_mb: 812, active_connections: 4, event_queue_size: 23 };

describe('the components of Claude Code', () => {
	it('are as healthy as the heartbeat says', () => {
		const rig = new Rig();
		beat(rig, { router: 'healthy', flow: 'degraded', tmux: 'unknown', x: 'on fire' });
		const of = (name: string) => [rig.state(`component_${name}_health`), rig.state(`component_${name}_problem`)];
		assert.deepEqual(of('router'), ['healthy', 'off']);
		assert.deepEqual(of('flow'), ['degraded', 'on']);
		assert.deepEqual(of('tmux'), [null, null]);
		assert.deepEqual(of('x'), ['other', 'on']);
		const { attributes, ticking } = rig.entity('component_x_health') ?? { attributes: {}, ticking: [] };
		const next = new Date(rig.clock.now() + 30_000).toISOString();
		assert.deepEqual([attributes, ticking], [{ reported: 'on fire', next_check: next }, ['next_check']]);
	});

	it('are read in the words of other servers', () => {
		assert.deepEqual(['OK', 'up', 'Warning', 'critical', 'down'].map(healthOf), [
			'healthy',
			'healthy',
			'degraded',
			'unhealthy',
			'offline',
		]);
	});

	it('are unavailable when no heartbeat comes, and back with the next one', () => {
		const rig = new Rig();
		for (let turn = 0; turn < 4; turn += 1) {
			beat(rig, { router: 'healthy' });
			rig.pass(30_000);
		}
		assert.equal(rig.entity('component_router_health')?.available, true);
		rig.pass(90_000);
		assert.equal(rig.entity('component_router_health')?.available, false);
		assert.equal(rig.entity('total_working')?.available, true, 'sessions do not depend on heartbeats');
		beat(rig, { router: 'healthy' });
		assert.equal(rig.entity('component_router_health')?.available, true);
	});

	it('are unknown when the heartbeat leaves them out, and leave after a day', () => {
		const rig = new Rig();
		beat(rig, { router: 'healthy', flow: 'healthy' });
		for (let hour = 0; hour < 23; hour += 1) {
			rig.pass(3_600_000);
			beat(rig, { router: 'healthy' });
		}
		assert.equal(rig.state('component_flow_health'), null);
		rig.pass(3_600_001);
		beat(rig, { router: 'healthy' });
		assert.equal(rig.entity('component_flow_health'), undefined);
		assert.equal(rig.state('component_router_health'), 'healthy');
	});

	it('start and stop', () => {
		const rig = new Rig();
		system(rig, 'component.started', 'router', { version: '1.0.0', capabilities: ['proxy', ' \u0000 '] });
		const since = new Date(rig.clock.now()).toISOString();
		assert.equal(rig.state('component_router_running'), 'on');
		assert.deepEqual(rig.entity('component_router_running')?.attributes, {
			since,
			version: '1.0.0',
			capabilities: ['proxy'],
		});
		assert.equal(rig.entity('component_router_cpu'), undefined, 'no metrics, no sensors');
		system(rig, 'component.stopped', 'router');
		assert.equal(rig.state('component_router_running'), 'off');
	});

	it('have metrics and an alert level, which are unknown when they are old', () => {
		const rig = new Rig();
		const states = () =>
			['cpu', 'memory', 'connections', 'queue', 'alert'].map((row) => rig.state(`component_flow_${row}`));
		system(rig, 'resource.alert', 'monitor', {
			component: 'flow',
			metrics,
			alert_level: 'warning',
			message: 'CPU above 90 %',
		});
		assert.deepEqual(states(), [91.5, 812, 4, 23, 'warning']);
		const { unit_of_measurement: unit, device_class: kind } = rig.entity('component_flow_memory') ?? {};
		assert.deepEqual([unit, kind], ['MB', 'data_size']);
		assert.equal(rig.entity('component_flow_alert')?.attributes.message, 'CPU above 90 %');
		assert.deepEqual(rig.fired(), ['problem_alert_event warning']);
		system(rig, 'component.health', 'flow', { status: 'healthy', metrics: { ...metrics, cpu_percent: 12 } });
		assert.deepEqual([...states(), rig.state('component_flow_check')], [12, 812, 4, 23, 'warning', 'healthy']);
		rig.pass(limits.claudeMetricsFor);
		assert.deepEqual(states(), [null, null, null, null, 'warning']);
		system(rig, 'resource.alert', 'monitor', { component: 'flow', metrics });
		assert.deepEqual(states(), [91.5, 812, 4, 23, 'none']);
		assert.deepEqual([rig.state('problem_alerts'), rig.fired()], [2, ['problem_alert_event info']]);
	});

	it('are at most so many', () => {
		const rig = new Rig();
		beat(rig, Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`c${index}`, 'healthy'])));
		for (let index = 0; index < 200; index += 1) system(rig, 'component.started', `d${index}`);
		const of = (row: string) => rig.mapper.entities().filter((entity) => entity.row === row).length;
		assert.deepEqual([of('health'), of('running')], [limits.claudeComponents, limits.claudeComponents]);
	});
});

describe('the problems of Claude Code', () => {
	it('count by severity, fire, and show the last one', () => {
		const rig = new Rig();
		const fail = (code: string, severity: string) =>
			rig.take({ type: 'error', data: { error_code: code, error_message: 'no\nstack', component: 'bus', severity } });
		fail('WS001', 'warning');
		fail('CMP002', 'critical');
		fail('X', 'fatal');
		assert.deepEqual(
			['errors', 'warning', 'error', 'critical', 'last_error'].map((row) => rig.state(`problem_${row}`)),
			[3, 1, 1, 1, 'X'],
		);
		assert.deepEqual(rig.fired(), [
			'problem_error_event warning',
			'problem_error_event critical',
			'problem_error_event error',
		]);
		const { message, component, severity } = rig.entity('problem_last_error')?.attributes ?? {};
		assert.deepEqual([message, component, severity], ['no', 'bus', 'error']);
	});
});

describe('router, tmux and configuration of Claude Code', () => {
	it('show what they did last', () => {
		const rig = new Rig();
		system(rig, 'router.model.switch', 'router', { from_model: 'sonnet', to_model: 'opus' });
		system(rig, 'tmux.session.created', 'tmux', { session_name: 'work' });
		system(rig, 'tmux.window.changed', 'tmux', { window_name: 'tests' });
		system(rig, 'config.changed', 'router');
		system(rig, 'bus.message', 'bus');
		assert.deepEqual(
			[rig.state('router_model'), rig.entity('router_model')?.attributes],
			['opus', { previous: 'sonnet' }],
		);
		assert.deepEqual([rig.state('tmux_session'), rig.state('tmux_window')], ['work', 'tests']);
		assert.equal(rig.state('configuration_changed'), new Date(rig.clock.now()).toISOString());
		assert.equal(rig.state('total_events'), 5);
	});

	it('know the agents of a flow without a session', () => {
		const rig = new Rig();
		const agent = { agent_id: 'a', agent_type: 'coder', task: 't' };
		system(rig, 'flow.agent.spawned', 'flow', { ...agent, status: 'spawned' });
		system(rig, 'flow.agent.spawned', 'flow', { ...agent, agent_id: 'b', status: 'spawned' });
		system(rig, 'flow.agent.completed', 'flow', { ...agent, status: 'completed' });
		assert.deepEqual([rig.state('total_agents'), rig.state('total_subagents'), rig.state('total_apps')], [1, 2, 0]);
		rig.pass(limits.claudeEndedAfter);
		assert.equal(rig.state('total_agents'), 0);
	});

	it('tell when an agent of a flow fails, and count one that is told of twice once', () => {
		const rig = new Rig();
		const agent = { agent_id: 'a', agent_type: 'coder' };
		system(rig, 'flow.agent.spawned', 'flow', { ...agent, status: 'spawned' });
		system(rig, 'flow.agent.spawned', 'flow', { ...agent, status: 'running' });
		system(rig, 'flow.agent.completed', 'flow', { ...agent, status: 'failed', result: 'zq-content' });
		const states = ['agents', 'subagents', 'agent_failures'].map((row) => rig.state(`total_${row}`));
		assert.deepEqual(states, [0, 1, 1]);
		assert.deepEqual(rig.entity('total_agent')?.attributes, { agent_id: 'a', agent_type: 'coder', app: 'flow' });
		assert.deepEqual(rig.fired(), ['total_agent spawned', 'total_agent failed']);
	});

	it('have an alert level also where its word is a new one', () => {
		const rig = new Rig();
		system(rig, 'resource.alert', 'monitor', { component: 'flow', metrics, alert_level: 'emergency' });
		assert.equal(rig.state('component_flow_alert'), 'other');
		assert.equal(rig.entity('component_flow_alert')?.attributes.reported, 'emergency');
		assert.deepEqual(rig.fired(), ['problem_alert_event other']);
		system(rig, 'resource.alert', 'monitor', { component: 'flow', metrics, alert_level: 'Critical' });
		assert.equal(rig.state('component_flow_alert'), 'critical');
	});
});
