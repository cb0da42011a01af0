import type { Happening } from '../../../model/description';
import type { StreamEvent } from '../../../model/event';
import { labelOf, textOf } from '../values';
import { Chronicle, noted, type Part, type PartHandlers, severityOf, wordOf } from './part';

/** What people should hear of: lists of what happened, oldest first. */
export interface Bulletins {
	readonly alerts: readonly Happening[];
	readonly notifications: readonly Happening[];
	readonly errors: readonly Happening[];
	readonly logs: readonly Happening[];
	readonly workflows: readonly Happening[];
	readonly phases: readonly Happening[];
	readonly lastAlert: Happening | null;
	readonly lastNotification: Happening | null;
}

/** Levels of an agent's log. */
export const logLevels = ['debug', 'info', 'warning', 'error'] as const;
/** What happens to a workflow. */
export const workflowEvents = ['started', 'step_complete', 'complete', 'failed'] as const;
/** Phases that a test-driven development can enter; `other`: a word that the document does not have. */
export const phaseEvents = ['red', 'green', 'refactor', 'other'] as const;

/** Alerts, notifications, errors, logs, phases and workflows as they happen. */
export class BulletinBoard implements Part<Bulletins> {
	private readonly chronicle = new Chronicle();
	private board: Bulletins = {
		alerts: [],
		notifications: [],
		errors: [],
		logs: [],
		workflows: [],
		phases: [],
		lastAlert: null,
		lastNotification: null,
	};

	readonly handlers: PartHandlers = {
		system_alert: (data, event) => {
			const { component, title, message, severity, level } = data;
			const shown = { title: textOf(title), message: textOf(message), component: textOf(component) };
			const alert = this.chronicle.happening(event, severityOf(severity ?? level, 'critical'), shown);
			return this.add('alerts', alert, { lastAlert: alert });
		},
		system_notification: ({ level, severity, title, message }, event) => {
			const shown = { title: textOf(title), message: textOf(message) };
			const notification = this.chronicle.happening(event, severityOf(level ?? severity, 'info'), shown);
			return this.add('notifications', notification, { lastNotification: notification });
		},
		agent_error: ({ agentId, taskId, code, message, error, severity }, event) => {
			const text = textOf(message) ?? labelOf(error, ['message', 'name', 'code']);
			const shown = { agent: textOf(agentId), task: textOf(taskId), code: labelOf(code), message: text };
			return this.add('errors', this.chronicle.happening(event, severityOf(severity, 'error'), shown));
		},
		agent_log: ({ agentId, taskId, level, message }, event) => {
			const word = level?.toLowerCase() === 'warn' ? 'warning' : wordOf(logLevels, level, 'info');
			const shown = { agent: textOf(agentId), task: textOf(taskId), message: textOf(message) };
			return this.add('logs', this.chronicle.happening(event, word, shown));
		},
		tdd_phase_change: ({ agentId, taskId, previousPhase, currentPhase }, event) => {
			const shown = { agent: textOf(agentId), task: textOf(taskId), previous_phase: textOf(previousPhase) };
			return this.add('phases', this.chronicle.happening(event, wordOf(phaseEvents, currentPhase, 'other'), shown));
		},
		workflow_started: (data, event) => this.workflow(data, event, 'started'),
		workflow_step_complete: (data, event) => this.workflow(data, event, 'step_complete'),
		workflow_complete: (data, event) => this.workflow(data, event, 'complete'),
		workflow_failed: (data, event) => this.workflow(data, event, 'failed'),
	};

	picture(): Bulletins {
		return this.board;
	}

	private workflow(
		data: { readonly [name in 'workflowId' | 'name' | 'step' | 'error' | 'message']?: unknown },
		event: StreamEvent,
		word: (typeof workflowEvents)[number],
	): boolean {
		const error = word === 'failed' ? (labelOf(data.error, ['message', 'code']) ?? textOf(data.message)) : null;
		const shown = {
			workflow: textOf(data.workflowId),
			workflow_name: textOf(data.name),
			step: labelOf(data.step),
			error,
		};
		return this.add('workflows', this.chronicle.happening(event, word, shown));
	}

	private add(
		list: 'alerts' | 'notifications' | 'errors' | 'logs' | 'workflows' | 'phases',
		happening: Happening,
		more: Partial<Bulletins> = {},
	): boolean {
		this.board = { ...this.board, ...more, [list]: noted(this.board[list], happening) };
		return true;
	}
}
