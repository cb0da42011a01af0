import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventOf } from '../../demo/simulators/claude-code-events';
import { dialectNamed } from '../../src/dialects';
import { Pipeline } from '../../src/pipeline';
import { FakeClock } from '../support/fake-clock';
import { FakeBridge } from '../support/publishing';

/** Sessions, tasks, jobs or runs of a day. */
const ids = 10_000;
const day = 86_400_000;
/** After so many the world is as large as it gets: every place was taken and every ceiling reached. */
const early = 1_000;
/** Names of apps and agents: so many at first that all ceilings are reached, then some that are worked with longer, and always new ones. */
const nameOf = (n: number): number => {
	if (n < 500) return Math.floor(n / 2);
	return n < early ? 250 + Math.floor((n - 500) / 8) : 320 + Math.floor((n - early) / 100);
};
/** By how much there may be more in the end: places that are taken at the moment, longer words. */
const tolerance = 0.05;
/** Bytes by which the heap may differ: less than 500 for each id. */
const heapTolerance = 4_000_000;

/** How much there is at one time. */
interface Size {
	readonly entities: number;
	readonly topics: number;
	/** Of all retained payloads. */
	readonly bytes: number;
	readonly documents: number;
	/** After a collection. */
	readonly heap: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** One endpoint, from frame to broker, on a clock that the test moves. */
class Stretch {
	readonly clock = new FakeClock();
	readonly bridge = new FakeBridge({}, new Map(), this.clock);
	readonly pipeline: Pipeline;

	constructor(dialect: string) {
		this.pipeline = new Pipeline({
			source: 'it',
			dialect: dialectNamed(dialect),
			clock: this.clock,
			changed: (changes) => this.bridge.publisher.apply(changes),
		});
		this.pipeline.connection(true);
		this.bridge.connect();
	}

	/** Lets time pass, and everything happen that is due. @param publish whether the broker takes messages just now */
	pass(ms: number, publish: boolean): void {
		this.clock.advance(ms);
		if (!publish) return;
		this.bridge.drain();
		// What a test keeps is no cost of ours.
		this.bridge.log.length = 0;
	}

	/** A frame arrives; there is nothing in it that is not understood. */
	take(frame: string): void {
		for (const { type, rejected, issues } of this.pipeline.frame(frame)) {
			assert.ok(!rejected && type !== 'unknown' && type !== 'invalid', `${frame}: ${JSON.stringify(issues)}`);
		}
	}

	/** The size once everything was published that waits its turn: of each document one, and a second later the next. */
	size(): Size {
		for (let turn = 0; turn < 120; turn += 1) this.pass(1_000, true);
		const { retained } = this.bridge;
		collect();
		return {
			entities: this.pipeline.entities().length,
			topics: retained.size,
			bytes: [...retained].reduce((sum, [topic, payload]) => sum + topic.length + payload.length, 0),
			documents: [...retained.keys()].filter((topic) => topic.startsWith('ha/')).length,
			heap: process.memoryUsage().heapUsed,
		};
	}
}

type Data = { readonly [field: string]: unknown };
/** What the n-th session, task, job or run of a day sends. Every other one never ends. */
type Life = (n: number, clock: FakeClock) => readonly string[];
/** What happens beside the sessions, tasks, jobs and runs does so with some of them. */
const rarely = (n: number, frames: () => readonly string[]): readonly string[] =>
	n % (n < early ? 7 : 25) === 0 ? frames() : [];

let written = 0;
const claude = (clock: FakeClock, type: string, app: string, session: string, payload: Data = {}): string => {
	written += 1;
	const stamp = { number: written, now: clock.now(), random: () => 0.5 };
	return JSON.stringify({
		type: 'event',
		data: eventOf('server', type, { source_app: app, session_id: session, payload }, stamp),
	});
};
const sdlc = (clock: FakeClock, type: string, data: Data): string => {
	written += 1;
	return JSON.stringify({ id: `m-${written}`, type, timestamp: clock.now() + written / 1e6, data });
};
const stamp = (clock: FakeClock): string => new Date(clock.now()).toISOString();

/** A day of each protocol: things that come once and never again, and names of which new ones come all the time. */
const lives: { readonly [dialect: string]: Life } = {
	'claude-code': (n, clock) => {
		const [app, session] = [`app-${nameOf(n)}`, `session-${n}`];
		const call = { tool_name: 'Bash', tool_use_id: `call-${n}` };
		const say = (type: string, payload: Data = {}) => claude(clock, type, app, session, payload);
		const component = { number: n, now: clock.now(), random: Math.random };
		return [
			say('PostToolUse', { ...call, duration_ms: 1_000 }),
			...(n > early && n % 2 === 0 ? [say('SessionEnd', { reason: 'exit' })] : []),
			...rarely(n, () => [
				say('SubagentStart', { agent_id: `sub-${n}`, agent_type: `type-${n}` }),
				say('PreToolUse', call),
				say('PermissionRequest', call),
				JSON.stringify({
					type: 'event',
					data: {
						...eventOf('document', 'component.started', {}, component),
						source: `component-${n}`,
						payload: { version: '1', capabilities: [] },
					},
				}),
			]),
		];
	},
	autosdlc: (n, clock) => {
		const [agentId, taskId, workflowId] = [`agent-${nameOf(n)}`, `task-${n}`, `wf-${n}`];
		const say = (type: string, data: Data) => sdlc(clock, type, data);
		const currentTask = { id: taskId, type: 'build', progress: n % 100 };
		return [
			say('workflow_started', { workflowId, name: `feature ${n}`, currentStep: 'test', totalSteps: 2 }),
			...(n % 2 === 0 ? [say('workflow_complete', { workflowId, name: `feature ${n}`, duration: 9_000 })] : []),
			...rarely(n, () => [
				say('agent_status', {
					agentId,
					agentType: 'coder',
					status: 'busy',
					currentTask,
					metrics: { cpuUsage: n % 90 },
				}),
				say('agent_error', { agentId, taskId, code: 'E', message: `error ${n}` }),
				say('agent_task_update', { agentId, taskId, status: 'completed', progress: 100 }),
				say('tdd_phase_change', { agentId, taskId, previousPhase: 'red', currentPhase: 'green' }),
				say('deployment_status', { environment: `env-${n}`, deploymentId: `dep-${n}`, status: 'deployed' }),
				say('github_pr_update', { repository: `acme/${n}`, number: n, action: 'opened', state: 'open' }),
			]),
		];
	},
	'agents-api': (n, clock) => {
		const [agent_id, task_id] = [`agent-${nameOf(n)}`, `task-${n}`];
		const say = (event: string, data: Data) => JSON.stringify([event, { ...data, timestamp: stamp(clock) }]);
		return [
			say('task:created', { task_id, task: { id: task_id, title: `Title ${n}`, status: 'created' } }),
			say('task:assigned', { task_id, agent_id, task: { id: task_id, assigned_to: agent_id } }),
			...(n % 2 === 0 ? [say('task:completed', { task_id, result: { success: n % 4 === 0 } })] : []),
			...rarely(n, () => [
				say('agent:status_changed', { agent_id, old_status: 'offline', new_status: 'working' }),
				say('agent:heartbeat', { agent_id, metadata: { name: agent_id } }),
				say('task:updated', { task_id, update: { status: 'in_progress', progress: n % 100 } }),
				say('conversation:message', { conversation_id: `talk-${n}`, message: { id: `m-${n}`, role: 'agent' } }),
			]),
		];
	},
	aios: (n, clock) => {
		const job = { job_id: `job-${n}`, run_id: `run-${n}`, type: 'pdf' };
		const run = { dag_id: `dag-${n}`, run_id: `run-${n}` };
		const agent = { agent_id: `agent-${nameOf(n)}`, name: `Agent ${nameOf(n)}`, type: 'analysis' };
		const say = (event: string, data: Data) => JSON.stringify({ event, data: { ...data, timestamp: stamp(clock) } });
		return [
			say('processing_job_status', { ...job, status: 'processing', progress: 10, filename: `${n}.pdf` }),
			say('dag_run_status', { ...run, status: 'running', started_at: stamp(clock) }),
			...(n % 2 === 0 ? [say('processing_job_completed', { ...job, status: 'completed', progress: 100 })] : []),
			...rarely(n, () => [
				say('agent_status_update', { ...agent, status: 'working', current_task: `task ${n}`, progress: 5 }),
				say('step_status', { ...run, step_id: `step-${n}`, status: 'running', start_time: stamp(clock) }),
				say('dag_run_status', { ...run, status: 'success' }),
				say('agent_error', { ...agent, error: `error ${n}`, severity: 'warning' }),
				say('knowledge_item_created', { item_id: `item-${n}`, title: `Title ${n}`, type: 'analysis' }),
				say('insight_generated', { insight_id: `insight-${n}`, title: `Title ${n}`, type: 'trend', confidence: 0.9 }),
			]),
		];
	},
};

describe('10,000 sessions, tasks, jobs and runs in a day, from frame to broker', function () {
	this.timeout(60_000);

	for (const [dialect, life] of Object.entries(lives)) {
		it(`${dialect}: entities, topics, documents and memory stay as after the first 1,000`, () => {
			const stretch = new Stretch(dialect);
			let first: Size | undefined;
			for (let n = 0; n < ids; n += 1) {
				for (const frame of life(n, stretch.clock)) stretch.take(frame);
				stretch.pass(day / ids, n % 20 === 19);
				if (n + 1 === early) first = stretch.size();
			}
			const last = stretch.size();

			assert.ok(first);
			assert.ok(first.entities > 200 && first.topics > first.entities && first.documents > 1, JSON.stringify(first));
			for (const what of ['entities', 'topics', 'bytes', 'documents'] as const) {
				const told = `${what}: ${first[what]}, then ${last[what]}`;
				assert.ok(last[what] <= (1 + tolerance) * first[what], told);
				assert.ok(last[what] >= 0.85 * first[what], told);
			}
			assert.ok(last.heap - first.heap < heapTolerance, `heap: ${first.heap}, then ${last.heap}`);
			// With so many names that come and go, the list of removals to repeat is full: told once.
			assert.ok(stretch.bridge.problems.length <= 1, String(stretch.bridge.problems));
		});
	}
});
