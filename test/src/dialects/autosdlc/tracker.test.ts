import assert from 'node:assert/strict';
import fc from 'fast-check';
import { autosdlc } from '../../../../src/dialects/autosdlc';
import type { Agent } from '../../../../src/dialects/autosdlc/tracker/agents';
import type { Workflow } from '../../../../src/dialects/autosdlc/tracker/workflows';
import { EventReader } from '../../../../src/dialects/reader';
import type { StreamEvent } from '../../../../src/model/event';
import { limits } from '../../../../src/model/limits';
import type { Tracked } from '../../../../src/model/tracker';
import { FakeClock } from '../../../support/fake-clock';
import { frames, message } from './support';

function tracking() {
	const clock = new FakeClock();
	const tracker = autosdlc.tracker?.(clock);
	assert.ok(tracker);
	const reader = new EventReader({ source: 'sdlc', dialect: autosdlc, clock });
	const world: { [type: string]: unknown } = {};
	const take = (tracked: Tracked): string[] => {
		Object.assign(world, tracked);
		return Object.keys(tracked);
	};
	const frame = (text: string): string[] =>
		take(Object.assign({}, ...reader.read(text).map((each) => tracker.apply(each))));
	return {
		clock,
		tracker,
		world,
		frame,
		tell: (type: string, data: object, more: object = {}) => frame(message(type, data, more)),
		tick: () => take(tracker.tick(clock.now())),
		agents: () => (world.agents ?? []) as readonly Agent[],
		workflows: () => (world.workflows ?? []) as readonly Workflow[],
	};
}

/** Fails where anything that was handed out is changed later. */
function frozen<T>(value: T): T {
	if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
		Object.freeze(value);
		for (const inner of Object.values(value)) frozen(inner);
	}
	return value;
}

describe('autosdlc: what is tracked', () => {
	it('answers only what an event changed', () => {
		const { tell } = tracking();
		assert.deepEqual(tell('agent_status', { agentId: 'a', status: 'idle' }), ['agents']);
		assert.deepEqual(tell('deployment_status', { environment: 'e', status: 'ok' }), ['deployments']);
		assert.deepEqual(tell('workflow_complete', { workflowId: 'w' }), ['workflows', 'bulletins', 'totals']);
		assert.deepEqual(tell('system_alert', {}), ['bulletins', 'totals']);
		assert.deepEqual(tell('ping', {}), []);
		assert.deepEqual(tell('agent_status', { status: 'idle' }), []);
		assert.deepEqual(tell('agent_status', []), []);
	});

	it('never changes what it has handed out', () => {
		const { tell, frame, world, agents } = tracking();
		for (const text of frames('messages')) frame(text);
		tell('agent_status', { agentId: 'a', status: 'idle' });
		tell('workflow_started', { workflowId: 'w' });
		frozen(Object.values(world));
		const before = agents().find(({ id }) => id === 'a');
		for (let round = 0; round < 3; round += 1) {
			tell('agent_status', { agentId: 'a', status: 'busy' });
			tell('agent_error', { agentId: 'a', message: 'no' });
			tell('workflow_step_complete', { workflowId: 'w', step: 's' });
			tell('test_result', { agentId: 'a', total: 5 });
			tell('github_pr_update', { number: 5 });
			frozen(Object.values(world));
		}
		assert.equal(before?.status, 'idle');
		assert.equal(agents().find(({ id }) => id === 'a')?.status, 'busy');
	});

	it('counts a message that comes twice once', () => {
		const { frame, world } = tracking();
		const text = message('system_alert', { severity: 'error', title: 'x' });
		frame(text);
		assert.deepEqual(frame(text), []);
		assert.equal((world.totals as { alertsError: number }).alertsError, 1);
		const nameless = JSON.stringify({ type: 'system_alert', timestamp: 5, data: { severity: 'error' } });
		frame(nameless);
		frame(nameless);
		assert.equal((world.totals as { alertsError: number }).alertsError, 3);
		const { alerts } = world.bulletins as { alerts: { id: string }[] };
		assert.equal(new Set(alerts.map(({ id }) => id)).size, 3);
	});

	it('follows an agent through its tasks', () => {
		const { tell, agents } = tracking();
		const first = () => {
			const [agent] = agents();
			assert.ok(agent);
			const { taskId, taskType, taskStatus, progress } = agent;
			return [taskId, taskType, taskStatus, progress];
		};
		tell('agent_status', { agentId: 'a', status: 'busy', currentTask: { id: 't1', type: 'review', progress: 10 } });
		assert.deepEqual(first(), ['t1', 'review', null, 10]);
		tell('agent_task_update', { agentId: 'a', taskId: 't1', status: 'in_progress', progress: 55 });
		assert.deepEqual(first(), ['t1', 'review', 'in_progress', 55]);
		tell('agent_status', { agentId: 'a', status: 'busy' });
		assert.deepEqual(first(), ['t1', 'review', 'in_progress', 55]);
		tell('agent_task_update', { agentId: 'a', taskId: 't2', status: 'queued' });
		assert.deepEqual(first(), ['t2', null, 'queued', null]);
		tell('agent_task_update', { agentId: 'a', taskId: 't2', status: 'completed' });
		assert.deepEqual(first(), [null, null, null, null]);
		tell('agent_status', { agentId: 'a', status: 'busy', currentTask: { id: 't3', progress: 1 } });
		tell('agent_status', { agentId: 'a', status: 'idle', currentTask: null });
		assert.deepEqual(first(), [null, null, null, null]);
	});

	it('takes metrics all at once, or one by one', () => {
		const { tell, agents } = tracking();
		tell('agent_metric', { agentId: 'a', metrics: { cpuUsage: 5 } });
		tell('agent_metric', { agentId: 'a', metric: 'memoryUsage', value: 7 });
		tell('agent_metric', { agentId: 'a', metric: 'memoryUsage', value: -7 });
		tell('agent_metric', { agentId: 'a', metric: '__proto__', value: 7 });
		assert.deepEqual([agents()[0]?.cpu, agents()[0]?.memory], [5, 7]);
	});

	it('keeps the task of an agent that is busy, however that is spelled', () => {
		const { tell, agents } = tracking();
		tell('agent_status', { agentId: 'a', status: 'busy', currentTask: { id: 't' } });
		tell('agent_status', { agentId: 'a', status: 'Busy' });
		assert.equal(agents()[0]?.taskId, 't');
		tell('agent_status', { agentId: 'a', status: 'idle' });
		assert.equal(agents()[0]?.taskId, null);
	});

	it('counts the end of a task once, whatever word it ends with', () => {
		const { tell, world } = tracking();
		for (const [taskId, status] of [
			['a', 'in_progress'],
			['a', 'completed'],
			['a', 'completed'],
			['b', 'FAILED'],
			['c', 'cancelled'],
			['c', 'done'],
			['d', 'constructor'],
			['b', 'in_progress'],
			['b', 'completed'],
			['b', 'completed'],
		]) {
			tell('agent_task_update', { agentId: 'x', taskId, status });
		}
		const { tasksCompleted, tasksFailed } = world.totals as { tasksCompleted: number; tasksFailed: number };
		assert.deepEqual([tasksCompleted, tasksFailed], [3, 1], 'a task that failed may be tried again');
	});

	it('follows a workflow from its start to its end', () => {
		const { tell, workflows } = tracking();
		tell('workflow_started', {
			workflowId: 'w',
			name: 'release',
			currentStep: { name: 'plan' },
			totalSteps: 4,
			completedSteps: 0,
			estimatedCompletion: '2024-01-01T00:00:00Z',
		});
		assert.deepEqual(
			workflows().map(({ place, status, name, step, progress, estimated }) => [
				place,
				status,
				name,
				step,
				progress,
				estimated,
			]),
			[[1, 'running', 'release', 'plan', 0, Date.UTC(2024, 0, 1)]],
		);
		tell('workflow_step_complete', { workflowId: 'w', step: 'plan', completedSteps: 1 });
		assert.deepEqual([workflows()[0]?.step, workflows()[0]?.progress], ['plan', 25]);
		tell('workflow_step_complete', { workflowId: 'w', step: 2, progress: 60 });
		assert.deepEqual([workflows()[0]?.step, workflows()[0]?.progress], ['2', 60]);
		tell('workflow_complete', { workflowId: 'w', duration: 90_000 });
		const [done] = workflows();
		assert.ok(done);
		assert.deepEqual([done.status, done.progress, done.duration, done.estimated], ['completed', 100, 90_000, null]);
		tell('workflow_started', { workflowId: 'w' }, { timestamp: 1_703_775_335_000 });
		assert.deepEqual([workflows()[0]?.status, workflows()[0]?.duration], ['running', null]);
		tell('workflow_failed', { workflowId: 'w', error: { message: 'no' } }, { timestamp: 1_703_775_435_000 });
		assert.deepEqual([workflows()[0]?.status, workflows()[0]?.error], ['failed', 'no']);
		assert.equal(workflows()[0]?.duration, 100_000);
	});

	it('is not put back by a message about a workflow that a later one has overtaken', () => {
		const { tell, workflows } = tracking();
		const at = (seconds: number) => ({ timestamp: 1_703_775_135_000 + seconds * 1_000 });
		tell('workflow_started', { workflowId: 'w', totalSteps: 3 }, at(0));
		tell('workflow_complete', { workflowId: 'w' }, at(3));
		tell('workflow_step_complete', { workflowId: 'w', step: 'test', completedSteps: 2 }, at(2));
		assert.deepEqual([workflows()[0]?.status, workflows()[0]?.progress], ['completed', 100]);
		tell('workflow_step_complete', { workflowId: 'v', step: 'plan', completedSteps: 1, totalSteps: 2 }, at(5));
		tell('workflow_started', { workflowId: 'v', name: 'late' }, at(4));
		const [, late] = workflows();
		assert.deepEqual(
			[late?.status, late?.step, late?.progress, late?.name, late?.started],
			['running', 'plan', 50, 'late', at(4).timestamp],
		);
		tell('workflow_started', { workflowId: 'w' }, at(-60));
		assert.equal(workflows()[0]?.status, 'running', 'two clocks: it begins anew');
	});

	it('keeps places that were used: a new workflow takes that of the one that ended first', () => {
		const { tell, workflows, clock, tick, tracker } = tracking();
		const ids = () => workflows().map(({ id }) => id);
		for (let index = 1; index <= limits.autosdlcWorkflows; index += 1) {
			clock.advance(1_000);
			tell('workflow_started', { workflowId: `w${index}` });
		}
		clock.advance(1_000);
		tell('workflow_complete', { workflowId: 'w3' });
		tell('workflow_started', { workflowId: 'next' });
		assert.equal(ids()[2], 'next');
		assert.equal(workflows().length, limits.autosdlcWorkflows);
		tell('workflow_started', { workflowId: 'more' });
		assert.equal(ids()[0], 'more');
		clock.jump(tracker.nextTick() ?? 0);
		assert.deepEqual(tick(), ['workflows']);
		assert.deepEqual(
			[workflows().length, workflows()[1]?.status, workflows()[1]?.id],
			[limits.autosdlcWorkflows, 'idle', null],
		);
	});

	it('forgets an agent that was silent for a day, and the one silent longest where there are too many', () => {
		const { tell, agents, clock, tick, tracker } = tracking();
		for (let index = 0; index <= limits.autosdlcAgents; index += 1) {
			clock.advance(1_000);
			tell('agent_status', { agentId: `a${index}`, status: 'idle' });
		}
		assert.equal(agents().length, limits.autosdlcAgents);
		assert.ok(!agents().some(({ id }) => id === 'a0'));
		clock.advance(60_000);
		tell('agent_log', { agentId: 'a7' });
		assert.deepEqual(tick(), []);
		clock.jump((tracker.nextTick() ?? 0) + 49_000);
		assert.deepEqual(tick(), ['agents']);
		assert.deepEqual(
			agents().map(({ id }) => id),
			['a7'],
		);
	});

	it('reads components of a deployment in any form', () => {
		const { tell, world } = tracking();
		const components = (given: unknown) => {
			tell('deployment_status', { environment: 'e', status: 'ok', components: given });
			return (world.deployments as { components: unknown }[])[0]?.components;
		};
		assert.deepEqual(components({ api: 'healthy', web: { status: 'down' }, db: 5, cache: null }), {
			api: 'healthy',
			web: 'down',
			db: '5',
			cache: 'unknown',
		});
		assert.deepEqual(components([{ name: 'api', health: 'ok' }, { name: 'web' }, 5, null]), {
			api: 'ok',
			web: 'unknown',
			5: 'unknown',
		});
		assert.deepEqual(components('up'), { api: 'ok', web: 'unknown', 5: 'unknown' });
		const many = components(Array.from({ length: 500 }, (_, index) => ({ name: `c${index}`, status: 'ok' })));
		assert.equal(Object.keys(Object(many)).length, limits.autosdlcComponents);
	});

	it('survives whatever passes validation, and stays within its bounds', () => {
		const fields = [
			...[
				'agentId',
				'taskId',
				'taskType',
				'status',
				'progress',
				'currentTask',
				'metrics',
				'metric',
				'value',
				'error',
				'code',
			],
			...[
				'testResults',
				'coverage',
				'total',
				'failing',
				'workflowId',
				'name',
				'step',
				'estimatedCompletion',
				'components',
			],
			...[
				'environment',
				'severity',
				'level',
				'title',
				'message',
				'repository',
				'number',
				'action',
				'conclusion',
				'workflow',
			],
		];
		const news = Object.keys(autosdlc.types).filter((type) => !autosdlc.types[type]?.own);
		const event = fc.tuple(
			fc.constantFrom(...news),
			fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 3 })),
		);
		fc.assert(
			fc.property(fc.array(event, { maxLength: 20 }), (events) => {
				const { tell, world, tick } = tracking();
				for (const [type, data] of events) tell(type, data);
				tick();
				assert.doesNotThrow(() => JSON.stringify(world));
			}),
			{ numRuns: 200 },
		);
	});

	it('has the size of a few after ten thousand of each', function () {
		this.timeout(30_000);
		const { clock, tell, world, tick, tracker } = tracking();
		const text = 'x'.repeat(2_000);
		const sizes: number[] = [];
		const private_ = tracker as unknown as { seen: Set<string>; parts: { totals: { ended: Set<string> } } };
		for (let index = 1; index <= 10_000; index += 1) {
			clock.advance(8_640);
			const id = `${index}-${text}`;
			tell('agent_status', { agentId: id, status: 'busy', currentTask: { id, type: text, progress: 5 } }, { id });
			tell('agent_task_update', { agentId: id, taskId: id, status: 'completed' }, { id });
			tell('tdd_phase_change', { agentId: id, currentPhase: 'red', testResults: { total: index } });
			tell('workflow_started', { workflowId: id, name: text });
			if (index % 2 === 0) tell('workflow_complete', { workflowId: id });
			tell('deployment_status', { environment: id, status: text, components: { [id]: text } });
			tell('agent_error', { agentId: id, message: text });
			tell('system_alert', { severity: 'critical', title: text });
			tell('github_issue_update', { number: index, title: text });
			tick();
			if (index === 200 || index === 10_000) sizes.push(JSON.stringify(world).length);
		}
		const [few = 0, many = 0] = sizes;
		assert.ok(many < few * 1.1, `${few} and then ${many} characters`);
		assert.ok(private_.seen.size <= limits.autosdlcSeen && private_.parts.totals.ended.size <= limits.autosdlcSeen);
		const longest = (set: Set<string>) => Math.max(...[...set].map(({ length }) => length));
		assert.ok(longest(private_.seen) < 400 && longest(private_.parts.totals.ended) < 400);
		assert.equal((world.totals as { tasksCompleted: number }).tasksCompleted, 10_000);
	});

	it('takes events that are no news as none', () => {
		const { tracker } = tracking();
		const event: StreamEvent = {
			source: 'sdlc',
			dialect: 'autosdlc',
			type: 'agent_status',
			by: 'name',
			time: null,
			at: 1,
			received: 1,
			replayed: false,
			via: 'stream',
			data: { agentId: 'a', status: 'idle' },
			valid: true,
			rejected: true,
			issues: [],
		};
		assert.deepEqual(tracker.apply(event), {});
		assert.deepEqual(tracker.apply({ ...event, rejected: false, data: null }), {});
		assert.deepEqual(tracker.apply({ ...event, rejected: false, type: 'constructor' }), {});
		assert.equal(tracker.nextTick(), null);
	});
});
