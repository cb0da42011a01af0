import type { Fact, Layout, Table, Tone } from './board';

type Column = Table['columns'][number];

/** Facts: what each is called, where it stands, and its colour. */
const facts = (...rows: readonly (readonly [label: string, at: string, tone?: Tone])[]): readonly Fact[] =>
	rows.map(([label, at, tone]) => ({ label, at, ...(tone && { tone }) }));

/** Columns of plain text: heading and row. */
const texts = (rows: { readonly [title: string]: string }): readonly Column[] =>
	Object.entries(rows).map(([title, row]) => ({ title, row }));

const status: Column = { title: 'Status', row: 'status', as: 'chip' };
const progress: Column = { title: 'Progress', row: 'progress', as: 'bar' };

/** Things that are called as the row of their status, without that word. */
const byStatus = (subject: string, title: string, columns: readonly Column[], most?: number): Table => ({
	subject,
	title,
	called: 'status',
	drop: ' Status',
	columns,
	...(most !== undefined && { most }),
});

/** What the agents page shows of each protocol, by the name of its dialect. */
export const layouts: { readonly [dialect: string]: Layout } = {
	'claude-code': {
		facts: facts(
			['working', 'total/working', 'primary'],
			['waiting for you', 'total/waiting', 'warning'],
			['failed', 'total/failed', 'error'],
			['subagents', 'total/agents'],
			['sessions', 'total/sessions'],
			['tool calls', 'total/tool_calls'],
			['tool failures', 'total/tool_failures', 'error'],
		),
		tables: [
			byStatus('session', 'Session', [
				status,
				...texts({
					'Last tool': 'last_tool',
					Calls: 'tool_calls',
					Failures: 'tool_failures',
					Subagents: 'agents',
					'Last took': 'tool_duration',
				}),
			]),
		],
		strips: [{ label: 'Components', subject: 'component', row: 'health', drop: ' Health' }],
		lines: facts(['Last error', 'problem/last_error']),
	},
	autosdlc: {
		facts: facts(
			['TDD phase', 'tests/phase'],
			['tests passing', 'tests/passing', 'success'],
			['tests failing', 'tests/failing', 'error'],
			['line coverage', 'tests/coverage_lines'],
			['tasks done', 'total/tasks_completed'],
			['workflows done', 'total/workflows_completed'],
			['agent errors', 'total/agent_errors', 'error'],
		),
		tables: [
			byStatus('agent', 'Agent', [status, ...texts({ Task: 'task' }), progress, ...texts({ CPU: 'cpu' })]),
			{
				subject: 'workflow',
				title: 'Workflow',
				called: 'status',
				most: 3,
				columns: [status, ...texts({ Feature: 'name', Step: 'step' }), progress],
			},
		],
		strips: [{ label: 'Deployments', subject: 'deployment', row: 'status', drop: 'Deployment ' }],
		lines: facts(['Last alert', 'system/last_alert']),
	},
	'agents-api': {
		facts: facts(
			['agents alive', 'agents/alive', 'success'],
			['working', 'agents/working', 'primary'],
			['tasks in progress', 'tasks/in_progress', 'primary'],
			['tasks done', 'tasks/completed_total'],
			['tasks failed', 'tasks/failed_total', 'error'],
		),
		tables: [
			byStatus('agent', 'Agent', [
				{ title: 'Heartbeat', row: 'alive', as: 'chip', words: { on: 'alive', off: 'silent' } },
				status,
				...texts({ Task: 'task' }),
			]),
			{
				subject: 'task',
				title: 'Task',
				called: 'task',
				most: 4,
				columns: [
					{ title: 'State', row: 'state', as: 'chip' },
					...texts({ Title: 'task' }),
					progress,
					...texts({ Agent: 'agent' }),
				],
			},
		],
		lines: facts(['Last alert', 'alerts/last_alert']),
	},
	aios: {
		facts: facts(
			['processed', 'dashboard/processed'],
			['success rate', 'dashboard/success_rate'],
			['jobs running', 'jobs/processing', 'primary'],
			['jobs done', 'jobs/completed'],
			['jobs failed', 'jobs/failed', 'error'],
			['knowledge', 'knowledge/created'],
			['insights', 'insights/generated'],
		),
		tables: [
			byStatus('agent', 'Agent', [status, ...texts({ Task: 'task', Success: 'success_rate' })]),
			byStatus('job', 'Job', [status, ...texts({ File: 'file', Step: 'step' }), progress], 3),
			byStatus('dag_run', 'DAG run', [status, ...texts({ DAG: 'dag', Step: 'step' }), progress], 2),
		],
		lines: facts(['Last insight', 'insights/last']),
	},
	custom: {
		facts: [
			...facts(['outside', 'air/temperature'], ['gusts', 'air/gust']),
			{ label: 'weather', at: 'air/raining', words: { on: 'rain', off: 'dry' } },
			...facts(['warning', 'warning/level']),
		],
		tables: [
			{
				subject: 'room',
				title: 'Room',
				called: 'temperature',
				drop: ' temperature',
				columns: [
					...texts({ Temperature: 'temperature' }),
					{ title: 'Window', row: 'window', as: 'chip', words: { on: 'open', off: 'shut' } },
				],
			},
		],
	},
};
