import assert from 'node:assert/strict';
import { eventOf } from '../../../../demo/simulators/claude-code-events';
import { roundLength, type Scene, story } from '../../../../demo/simulators/claude-code-story';
import { seeded } from '../../../../demo/simulators/random';
import { claudeCode } from '../../../../src/dialects/claude-code';
import { AlertRun } from '../../../support/alert-run';
import { hour, minute, presetSuite, second, told } from '../alert-suite';
import { type Fields, framesOf } from './support';

let number = 0;

const wrapped = (type: string, data: unknown) => JSON.stringify({ type, data });

/** An event of one session at work, now. */
function event(run: AlertRun, type: string, payload: Fields = {}, more: Fields = {}): string {
	number += 1;
	const stamp = { number, now: run.clock.now(), random: seeded(number) };
	const about = { source_app: 'shop', session_id: 's1', ...more, payload: { cwd: '/srv/shop', ...payload } };
	return wrapped('event', eventOf(/^[A-Z]/.test(type) ? 'server' : 'document', type, about, stamp));
}

const heartbeat = (run: AlertRun, components: Fields) =>
	wrapped('heartbeat', { components, timestamp: run.clock.now(), next_check: run.clock.now() + 30_000 });

/** Heartbeats every 30 s from now on; null = none. */
function health(run: AlertRun, components: Fields | null): void {
	run.beat = (seconds) => (components && seconds % 30 === 0 ? [heartbeat(run, components)] : []);
}

const well = { 'claude-flow': 'healthy' };

async function begin(run: AlertRun): Promise<void> {
	health(run, well);
	await run.take(
		heartbeat(run, well),
		event(run, 'SessionStart'),
		event(run, 'resource.alert', { component: 'claude-flow' }),
	);
}

async function fail(run: AlertRun, times: number): Promise<void> {
	for (let index = 0; index < times; index += 1) {
		const tool = { tool_name: 'Bash', tool_use_id: `f${number}` };
		await run.take(event(run, 'PreToolUse', tool), event(run, 'PostToolUseFailure', { ...tool, error: 'Exit code 1' }));
		await run.pass(10 * second);
	}
}

/** The scenes of a life of some hours, with heartbeats as the simulator sends them. */
async function live(run: AlertRun, scenes: readonly Scene[], rounds: number): Promise<void> {
	const starts = run.clock.now();
	let components: Fields = well;
	for (let round = 0; round < rounds; round += 1) {
		for (const { at, type, app, payload = {}, fields = {}, health: next } of scenes) {
			const due = starts + (round * roundLength + at) * second;
			if (due > run.clock.now()) await run.pass(due - run.clock.now());
			components = next ?? components;
			health(run, components);
			const about = app === undefined ? {} : { source_app: app, session_id: `${app}-${round}` };
			if (type === 'error') await run.take(wrapped('error', fields));
			else await run.take(event(run, type, payload, { ...about, ...fields }));
		}
	}
	await run.pass(minute);
}

const isBad = ({ type, health: components, payload }: Scene) =>
	type === 'error' ||
	type === 'PostToolUseFailure' ||
	payload?.alert_level !== undefined ||
	Object.values(components ?? {}).some((word) => word !== 'healthy');

const error = (severity: string) =>
	wrapped('error', { error_code: 'CMP001', error_message: 'No answer', component: 'claude-flow', severity });

describe('alert presets of Claude Code', () => {
	presetSuite({
		dialect: claudeCode,
		frames: [...framesOf('document-examples.jsonl'), ...framesOf('hooks-server-live.jsonl')],
		begin,
		cases: {
			'hub-silent': {
				script: async (run) => {
					await run.connection(false);
					await run.pass(second);
					await run.connection(true);
				},
				told: told.critical,
				text: /^The event server Claude Code \(hub\) is not connected since /,
			},
			'heartbeats-missing': {
				script: async (run) => {
					health(run, null);
					await run.pass(119 * second);
					assert.deepEqual(run.said(), []);
					await run.pass(2 * second);
					health(run, well);
					await run.pass(minute);
				},
				told: told.warning,
				text: /^No heartbeat comes from hub since /,
			},
			waiting: {
				script: async (run) => {
					await run.take(event(run, 'PermissionRequest', { tool_name: 'Bash', tool_use_id: 't1' }));
					await run.pass(5 * minute - second);
					assert.deepEqual(run.said(), []);
					await run.pass(second);
					await run.take(event(run, 'PostToolUse', { tool_name: 'Bash', tool_use_id: 't1' }));
				},
				told: told.warning,
				text: 'shop waits for you: Bash',
			},
			'silent-while-working': {
				script: async (run) => {
					await run.take(event(run, 'UserPromptSubmit'));
					await run.pass(16 * minute - second);
					assert.deepEqual(run.said(), []);
					await run.pass(second);
					assert.deepEqual(run.said(), ['raised warning']);
					await run.take(event(run, 'PreToolUse', { tool_name: 'Read', tool_use_id: 't1' }));
				},
				told: told.warning,
				text: 'shop was at work, and nothing was heard of it for 15 minutes',
			},
			'session-failed': {
				script: async (run) => {
					await fail(run, 1);
					await run.take(event(run, 'Stop'));
					await run.pass(15 * minute);
				},
				told: told.warning,
				text: 'shop 1 has stopped after a failure in shop',
			},
			'tools-failing': {
				script: async (run) => {
					await fail(run, 4);
					assert.deepEqual(run.said(), [], 'four in five minutes happen');
					await fail(run, 1);
					await run.take(event(run, 'Stop'));
					await run.pass(15 * minute);
				},
				told: told.warning,
				text: 'shop Tool Failures: 1 a minute, again and again',
			},
			'component-health': {
				script: async (run) => {
					for (const word of ['degraded', 'unhealthy', 'ok']) {
						health(run, { 'claude-flow': word });
						await run.pass(2 * minute);
					}
				},
				told: ['raised warning', 'changed critical', 'cleared critical'],
				text: 'claude-flow Health is degraded, Claude Code',
			},
			'resource-alert': {
				script: async (run) => {
					for (const alert_level of ['warning', 'critical', undefined]) {
						const message = alert_level && 'CPU above 90 %';
						await run.take(event(run, 'resource.alert', { component: 'claude-flow', alert_level, message }));
					}
				},
				told: ['raised warning', 'changed critical', 'cleared critical'],
				text: 'claude-flow Alert Level is warning: CPU above 90 %',
			},
			'protocol-error': {
				script: async (run) => {
					await run.take(error('warning'), error('error'));
					await run.pass(15 * minute);
				},
				told: told.warning,
				text: 'Claude Code reports an error of claude-flow: No answer (CMP001)',
			},
			'protocol-error-critical': {
				script: async (run) => {
					await run.take(error('critical'));
					await run.pass(15 * minute);
				},
				told: told.critical,
				text: 'Claude Code reports a critical error of claude-flow: No answer (CMP001)',
			},
		},
		healthy: (run) =>
			live(
				run,
				story.filter((scene) => !isBad(scene)),
				30,
			),
	});

	it('tell of the failures of the story, and of nothing else', async () => {
		const run = new AlertRun(claudeCode);
		await live(run, story, 2);
		await run.pass(hour);
		const found = run.told.map(({ rule, state, severity }) => `${rule} ${state} ${severity}`);
		assert.deepEqual([...new Set(found)].sort(), [
			'component-health cleared warning',
			'component-health raised warning',
			'resource-alert cleared warning',
			'resource-alert raised warning',
			'session-failed changed warning',
			'session-failed cleared warning',
			'session-failed raised warning',
		]);
		run.close();
	});

	it('an outage of our own is no silence of theirs', async () => {
		const run = new AlertRun(claudeCode);
		await begin(run);
		await run.pass(minute);
		await run.take(event(run, 'UserPromptSubmit'));
		run.beat = () => [];
		await run.connection(false);
		await run.pass(hour);
		await run.connection(true);
		const { data } = JSON.parse(event(run, 'PreToolUse', { tool_name: 'Read', tool_use_id: 't1' }));
		await run.take(wrapped('initial', [data]), heartbeat(run, well));
		health(run, well);
		await run.pass(10 * minute);
		assert.deepEqual([...new Set(run.told.map(({ rule }) => rule))], ['hub-silent', 'heartbeats-missing']);
		run.close();
	});

	it('a finished turn is no silence, and what fell silent before anybody listened is no news', async () => {
		const run = new AlertRun(claudeCode);
		const hook = (type: string, ago: number, session_id: string) => {
			const { data } = JSON.parse(event(run, type, {}, { session_id }));
			return { ...data, timestamp: run.clock.now() - ago };
		};
		await run.take(
			wrapped('initial', [hook('UserPromptSubmit', 3 * hour, 'old'), hook('UserPromptSubmit', minute, 'new')]),
		);
		await run.take(event(run, 'UserPromptSubmit'), event(run, 'Stop'));
		await run.pass(15 * minute - second);
		assert.deepEqual(run.said(), []);
		await run.pass(hour);
		assert.deepEqual(
			run.told.map(({ rule, entity }) => [rule, entity]),
			[['silent-while-working', 'hub_session_shop-2_status']],
		);
		run.close();
	});
});
