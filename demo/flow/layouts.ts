import type { Layout } from './board';

/** What the agents page shows of each protocol, by the name of its dialect. */
export const layouts: { readonly [dialect: string]: Layout } = {
	'claude-code': {
		facts: [
			{ label: 'working', at: 'total/working', tone: 'primary' },
			{ label: 'waiting for you', at: 'total/waiting', tone: 'warning' },
			{ label: 'failed', at: 'total/failed', tone: 'error' },
			{ label: 'subagents', at: 'total/agents' },
			{ label: 'sessions', at: 'total/sessions' },
			{ label: 'tool calls', at: 'total/tool_calls' },
			{ label: 'tool failures', at: 'total/tool_failures', tone: 'error' },
		],
		tables: [
			{
				subject: 'session',
				title: 'Session',
				called: 'status',
				drop: ' Status',
				columns: [
					{ title: 'Status', row: 'status', as: 'chip' },
					{ title: 'Last tool', row: 'last_tool' },
					{ title: 'Calls', row: 'tool_calls' },
					{ title: 'Failures', row: 'tool_failures' },
					{ title: 'Subagents', row: 'agents' },
					{ title: 'Last took', row: 'tool_duration' },
				],
			},
		],
		strips: [{ label: 'Components', subject: 'component', row: 'health', drop: ' Health' }],
		lines: [{ label: 'Last error', at: 'problem/last_error' }],
	},
	autosdlc: {
		facts: [
			{ label: 'TDD phase', at: 'tests/phase' },
			{ label: 'tests passing', at: 'tests/passing', tone: 'success' },
			{ label: 'tests failing', at: 'tests/failing', tone: 'error' },
			{ label: 'line coverage', at: 'tests/coverage_lines' },
			{ label: 'tasks done', at: 'total/tasks_completed' },
			{ label: 'workflows done', at: 'total/workflows_completed' },
			{ label: 'agent errors', at: 'total/agent_errors', tone: 'error' },
		],
		tables: [
			{
				subject: 'agent',
				title: 'Agent',
				called: 'status',
				drop: ' Status',
				columns: [
					{ title: 'Status', row: 'status', as: 'chip' },
					{ title: 'Task', row: 'task' },
					{ title: 'Progress', row: 'progress', as: 'bar' },
					{ title: 'CPU', row: 'cpu' },
				],
			},
			{
				subject: 'workflow',
				title: 'Workflow',
				called: 'status',
				most: 3,
				columns: [
					{ title: 'Status', row: 'status', as: 'chip' },
					{ title: 'Feature', row: 'name' },
					{ title: 'Step', row: 'step' },
					{ title: 'Progress', row: 'progress', as: 'bar' },
				],
			},
		],
		strips: [{ label: 'Deployments', subject: 'deployment', row: 'status', drop: 'Deployment ' }],
		lines: [{ label: 'Last alert', at: 'system/last_alert' }],
	},
	'agents-api': {
		facts: [
			{ label: 'agents alive', at: 'agents/alive', tone: 'success' },
			{ label: 'working', at: 'agents/working', tone: 'primary' },
			{ label: 'tasks in progress', at: 'tasks/in_progress', tone: 'primary' },
			{ label: 'tasks done', at: 'tasks/completed_total' },
			{ label: 'tasks failed', at: 'tasks/failed_total', tone: 'error' },
		],
		tables: [
			{
				subject: 'agent',
				title: 'Agent',
				called: 'status',
				drop: ' Status',
				columns: [
					{ title: 'Heartbeat', row: 'alive', as: 'chip', words: { on: 'alive', off: 'silent' } },
					{ title: 'Status', row: 'status', as: 'chip' },
					{ title: 'Task', row: 'task' },
				],
			},
			{
				subject: 'task',
				title: 'Task',
				called: 'task',
				most: 4,
				columns: [
					{ title: 'State', row: 'state', as: 'chip' },
					{ title: 'Title', row: 'task' },
					{ title: 'Progress', row: 'progress', as: 'bar' },
					{ title: 'Agent', row: 'agent' },
				],
			},
		],
		lines: [{ label: 'Last alert', at: 'alerts/last_alert' }],
	},
	aios: {
		facts: [
			{ label: 'processed', at: 'dashboard/processed' },
			{ label: 'success rate', at: 'dashboard/success_rate' },
			{ label: 'jobs running', at: 'jobs/processing', tone: 'primary' },
			{ label: 'jobs done', at: 'jobs/completed' },
			{ label: 'jobs failed', at: 'jobs/failed', tone: 'error' },
			{ label: 'knowledge', at: 'knowledge/created' },
			{ label: 'insights', at: 'insights/generated' },
		],
		tables: [
			{
				subject: 'agent',
				title: 'Agent',
				called: 'status',
				drop: ' Status',
				columns: [
					{ title: 'Status', row: 'status', as: 'chip' },
					{ title: 'Task', row: 'task' },
					{ title: 'Success', row: 'success_rate' },
				],
			},
			{
				subject: 'job',
				title: 'Job',
				called: 'status',
				drop: ' Status',
				most: 3,
				columns: [
					{ title: 'Status', row: 'status', as: 'chip' },
					{ title: 'File', row: 'file' },
					{ title: 'Step', row: 'step' },
					{ title: 'Progress', row: 'progress', as: 'bar' },
				],
			},
			{
				subject: 'dag_run',
				title: 'DAG run',
				called: 'status',
				drop: ' Status',
				most: 2,
				columns: [
					{ title: 'Status', row: 'status', as: 'chip' },
					{ title: 'DAG', row: 'dag' },
					{ title: 'Step', row: 'step' },
					{ title: 'Progress', row: 'progress', as: 'bar' },
				],
			},
		],
		lines: [{ label: 'Last insight', at: 'insights/last' }],
	},
	custom: {
		facts: [
			{ label: 'outside', at: 'air/temperature' },
			{ label: 'gusts', at: 'air/gust' },
			{ label: 'weather', at: 'air/raining', words: { on: 'rain', off: 'dry' } },
			{ label: 'warning', at: 'warning/level' },
		],
		tables: [
			{
				subject: 'room',
				title: 'Room',
				called: 'temperature',
				drop: ' temperature',
				columns: [
					{ title: 'Temperature', row: 'temperature' },
					{ title: 'Window', row: 'window', as: 'chip', words: { on: 'open', off: 'shut' } },
				],
			},
		],
	},
};
