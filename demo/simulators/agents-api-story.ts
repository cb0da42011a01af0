import type { Data } from './agents-api-events';

/** What a scene can do. */
export interface Stage {
	emit(event: string, data: Data): void;
	random(): number;
	/** The number of this round: tasks have new ids in each. */
	readonly round: number;
}

/** An agent that lives as long as the server. */
export interface Actor {
	readonly id: string;
	readonly name: string;
}

/** Three agents. */
export const actors: readonly [Actor, Actor, Actor] = [
	{ id: '123e4567-e89b-12d3-a456-426614174000', name: 'Researcher' },
	{ id: '7c9e6679-7425-40de-944b-e07fc1f90ae7', name: 'Coder' },
	{ id: '550e8400-e29b-41d4-a716-446655440000', name: 'Reviewer' },
];

/** The one conversation. */
const conversation = 'standup';

/** Seconds between two heartbeats of an agent. */
export const heartbeatEvery = 10;

const [researcher, coder, reviewer] = actors;

const status = (actor: Actor, from: string, to: string) => (stage: Stage) =>
	stage.emit('agent:status_changed', { agent_id: actor.id, old_status: from, new_status: to });

const taskId = (round: number, key: string) => `${key}-${round}`;

const create = (key: string, title: string, priority: string) => (stage: Stage) => {
	const id = taskId(stage.round, key);
	stage.emit('task:created', { task_id: id, task: { id, title, status: 'created', priority } });
};

const assign = (key: string, title: string, actor: Actor) => (stage: Stage) => {
	const id = taskId(stage.round, key);
	stage.emit('task:assigned', {
		task_id: id,
		agent_id: actor.id,
		task: { id, title, status: 'assigned', assigned_to: actor.id },
	});
};

const progress = (key: string, percent: number) => (stage: Stage) =>
	stage.emit('task:updated', {
		task_id: taskId(stage.round, key),
		update: { status: 'in_progress', progress: percent },
	});

const complete = (key: string, result: Data) => (stage: Stage) =>
	stage.emit('task:completed', { task_id: taskId(stage.round, key), result });

const say = (actor: Actor, content: string) => (stage: Stage) =>
	stage.emit('conversation:message', {
		conversation_id: conversation,
		message: { id: `m-${stage.round}-${Math.floor(stage.random() * 1e6)}`, role: 'agent', sender: actor.name, content },
	});

const alert = (severity: string, message: string) => (stage: Stage) =>
	stage.emit('system:alert', { message, severity });

/** A round of six minutes: three tasks, one of which fails and is done again, a conversation and an alert. In seconds after its start. */
export const story: {
	readonly length: number;
	readonly scenes: readonly { readonly at: number; readonly run: (stage: Stage) => void }[];
} = {
	length: 360,
	scenes: [
		{ at: 1, run: status(researcher, 'offline', 'idle') },
		{ at: 2, run: status(coder, 'offline', 'idle') },
		{ at: 3, run: status(reviewer, 'offline', 'idle') },
		{ at: 10, run: create('research', 'Compare three message brokers', 'normal') },
		{ at: 15, run: assign('research', 'Compare three message brokers', researcher) },
		{ at: 16, run: status(researcher, 'idle', 'working') },
		{ at: 30, run: progress('research', 20) },
		{ at: 40, run: create('fix', 'Fix the retry loop', 'high') },
		{ at: 44, run: assign('fix', 'Fix the retry loop', coder) },
		{ at: 45, run: status(coder, 'idle', 'working') },
		{ at: 60, run: say(researcher, 'Two of three are read.') },
		{ at: 70, run: progress('research', 65) },
		{ at: 80, run: progress('fix', 30) },
		{ at: 110, run: alert('warning', 'The queue of tasks is filling up') },
		{ at: 120, run: complete('research', { success: true, summary: 'A table of three' }) },
		{ at: 121, run: status(researcher, 'working', 'idle') },
		{ at: 140, run: progress('fix', 70) },
		{ at: 150, run: complete('fix', { success: false, error: 'Two tests fail' }) },
		{ at: 151, run: status(coder, 'working', 'error') },
		{ at: 155, run: alert('error', 'The agent Coder reports a failure') },
		{ at: 170, run: say(reviewer, 'The timeout in the test is too short.') },
		{ at: 180, run: status(coder, 'error', 'idle') },
		{ at: 190, run: create('fix-again', 'Fix the retry loop, second try', 'high') },
		{ at: 194, run: assign('fix-again', 'Fix the retry loop, second try', coder) },
		{ at: 195, run: status(coder, 'idle', 'working') },
		{ at: 220, run: progress('fix-again', 50) },
		{ at: 240, run: create('review', 'Review the retry loop', 'normal') },
		{ at: 250, run: complete('fix-again', { success: true }) },
		{ at: 251, run: status(coder, 'working', 'idle') },
		{ at: 260, run: assign('review', 'Review the retry loop', reviewer) },
		{ at: 261, run: status(reviewer, 'idle', 'busy') },
		{ at: 290, run: progress('review', 50) },
		{ at: 320, run: complete('review', { success: true }) },
		{ at: 321, run: status(reviewer, 'busy', 'idle') },
		{ at: 330, run: say(coder, 'Merged.') },
		{ at: 340, run: alert('info', 'All tasks are done') },
	],
};
