import assert from 'node:assert/strict';
import { actors, heartbeatEvery, story } from '../../../../demo/simulators/agents-api-story';
import { seeded } from '../../../../demo/simulators/random';
import { agentsApi } from '../../../../src/dialects/agents-api';
import { AlertRun } from '../../../support/alert-run';
import { hour, minute, presetSuite, second, told } from '../alert-suite';
import { frames } from './support';

const frame = (run: AlertRun, name: string, data: object) =>
	JSON.stringify([name, { ...data, timestamp: new Date(run.clock.now()).toISOString() }]);

/** Sends one event now. */
const tell = (run: AlertRun, name: string, data: object) => run.take(frame(run, name, data));

/** The server acknowledges our heartbeats, and these agents send theirs. */
function alive(run: AlertRun, agents: readonly { readonly id: string; readonly name: string }[] | null): void {
	run.beat = (seconds) =>
		agents === null
			? []
			: [
					...(seconds % 25 === 0 ? [frame(run, 'heartbeat_ack', {})] : []),
					...agents.flatMap(({ id, name }) =>
						seconds % heartbeatEvery === 0 ? [frame(run, 'agent:heartbeat', { agent_id: id, metadata: { name } })] : [],
					),
				];
}

const coder = { id: 'a1', name: 'Coder' };
const about = { task_id: 't-1', agent_id: 'a1' };
const assigned = (run: AlertRun) =>
	tell(run, 'task:assigned', { ...about, task: { id: 't-1', title: 'Fix the retry loop', status: 'assigned' } });
const progress = (run: AlertRun, percent: number) =>
	tell(run, 'task:updated', { ...about, update: { status: 'in_progress', progress: percent } });

async function begin(run: AlertRun): Promise<void> {
	alive(run, [coder]);
	await tell(run, 'agent:status_changed', { agent_id: 'a1', old_status: 'offline', new_status: 'idle' });
	await assigned(run);
}

/** Rounds of the story, as the simulator tells it. */
async function live(run: AlertRun, rounds: number, isTold: (name: string, data: object) => boolean): Promise<void> {
	const random = seeded(1);
	alive(run, actors);
	for (let round = 1; round <= rounds; round += 1) {
		let elapsed = 0;
		for (const { at, run: play } of story.scenes) {
			await run.pass((at - elapsed) * second);
			elapsed = at;
			const sent: string[] = [];
			const emit = (name: string, data: object) => void (isTold(name, data) && sent.push(frame(run, name, data)));
			play({ emit, random, round });
			await run.take(...sent);
		}
		await run.pass((story.length - elapsed) * second);
	}
}

const alert = (severity: string) => async (run: AlertRun) => {
	await tell(run, 'system:alert', { message: 'The queue is full', severity });
	await run.pass(15 * minute);
};

describe('alert presets of the agents API', () => {
	presetSuite({
		dialect: agentsApi,
		frames: [...frames('document-server.jsonl'), ...frames('usual.jsonl')],
		begin,
		cases: {
			'api-silent': {
				script: async (run) => {
					await run.connection(false);
					await run.pass(second);
					await run.connection(true);
				},
				told: told.critical,
				text: /^Nothing comes from .* \(hub\) since .*: disconnected$/,
			},
			'agent-offline': {
				script: async (run) => {
					await tell(run, 'agent:status_changed', { agent_id: 'a1', old_status: 'idle', new_status: 'offline' });
					await run.pass(minute);
					await tell(run, 'agent:status_changed', { agent_id: 'a1', old_status: 'offline', new_status: 'idle' });
				},
				told: told.info,
				text: 'Coder Status is offline',
			},
			'agent-no-heartbeat': {
				script: async (run) => {
					alive(run, []);
					await run.pass(118 * second);
					assert.deepEqual(run.said(), []);
					await run.pass(10 * second);
					alive(run, [coder]);
					await run.pass(minute);
				},
				told: told.warning,
				text: 'Coder Alive: no heartbeat',
			},
			'task-failed': {
				script: async (run) => {
					await tell(run, 'task:completed', { task_id: 't-1', result: { success: false, error: 'Two tests fail' } });
					await run.pass(15 * minute);
				},
				told: told.warning,
				text: 'Task "Fix the retry loop" has failed (t-1)',
			},
			'tasks-stuck': {
				script: async (run) => {
					for (let percent = 1; percent < 80; percent += 20) {
						await progress(run, percent);
						await run.pass(14 * minute);
					}
					assert.deepEqual(run.said(), []);
					await run.pass(minute);
					await progress(run, 90);
				},
				told: told.warning,
				text: /^A task of hub is in progress, and none has moved since .*: quiet$/,
			},
			'task-long': {
				script: async (run) => {
					for (let percent = 1; percent < 80; percent += 10) {
						await progress(run, percent);
						await run.pass(14 * minute);
					}
					assert.deepEqual(run.said(), []);
					await run.pass(10 * minute);
					await tell(run, 'task:completed', { task_id: 't-1', result: { success: true } });
				},
				told: told.info,
				text: 'Task 1 State is in progress for two hours',
			},
			'system-alert': {
				script: alert('error'),
				told: told.warning,
				text: /: The queue is full \(error\)$/,
			},
			'system-alert-critical': {
				script: alert('FATAL'),
				told: told.critical,
				text: /: The queue is full \(FATAL\)$/,
			},
		},
		healthy: (run) =>
			live(run, 20, (name, data) => {
				const { severity, result } = data as { severity?: string; result?: { success: boolean } };
				return !(name === 'system:alert' && severity !== 'info') && result?.success !== false;
			}),
	});

	it('tell of the failures of the story, and of nothing else', async () => {
		const run = new AlertRun(agentsApi);
		await live(run, 1, () => true);
		assert.deepEqual(
			run.told.map(({ rule, state, severity }) => `${rule} ${state} ${severity}`),
			['system-alert raised warning', 'task-failed raised warning', 'system-alert changed warning'],
		);
		run.close();
	});

	it('a server that acknowledges no more is silent, also while its socket stands', async () => {
		const run = new AlertRun(agentsApi);
		await begin(run);
		await run.pass(minute);
		alive(run, null);
		await run.pass(hour);
		assert.equal(run.told.filter(({ rule }) => rule === 'api-silent')[0]?.value, 'overdue');
		run.close();
	});
});
