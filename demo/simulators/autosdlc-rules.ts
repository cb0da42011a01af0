import type { Message } from './autosdlc-encoding';

/** Message types of the document: its section "Message Types". */
const groups = {
	connection: ['connect', 'disconnect', 'ping', 'pong', 'error'],
	authentication: ['auth_request', 'auth_success', 'auth_failure'],
	subscriptions: ['subscribe', 'unsubscribe', 'subscription_update'],
	agent: ['agent_status', 'agent_task_update', 'agent_log', 'agent_metric', 'agent_error'],
	tdd: ['tdd_phase_change', 'test_result', 'coverage_update'],
	workflow: ['workflow_started', 'workflow_step_complete', 'workflow_complete', 'workflow_failed'],
	system: ['system_notification', 'system_alert', 'deployment_status'],
	github: ['github_issue_update', 'github_pr_update', 'github_workflow_update'],
} as const;

/** Message types that clients subscribe to. */
export const eventTypes: readonly string[] = [
	...groups.agent,
	...groups.tdd,
	...groups.workflow,
	...groups.system,
	...groups.github,
];
const allTypes: readonly string[] = Object.values(groups).flat();

/** A JSON object. */
export type Fields = { readonly [name: string]: unknown };

/** Whether a value is a JSON object. */
export const isObject = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** "JSON schema validation for all message types": what is wrong with a client's message; null where nothing is. */
export function wrongMessage(message: unknown): string | null {
	if (!isObject(message)) return 'a message is an object';
	const { id, type, timestamp, data, metadata } = message;
	if (typeof id !== 'string' || id === '') return 'id must be text';
	if (typeof type !== 'string' || !allTypes.includes(type)) return 'type is not known';
	if (typeof timestamp !== 'number' || !Number.isFinite(timestamp)) return 'timestamp must be a number';
	if (data === undefined) return 'data is missing';
	if (metadata !== undefined && !(isObject(metadata) && typeof metadata.version === 'string')) {
		return 'metadata must have a version';
	}
	return null;
}

/** What a client wants of the stream. */
export interface Subscription {
	readonly events: readonly string[];
	readonly filters: Fields;
}

/** The subscription of a `subscribe`, or what is wrong with it. */
export function subscriptionOf(data: unknown): Subscription | string {
	if (!isObject(data)) return 'data must be an object';
	const { events, filters = {} } = data;
	if (!Array.isArray(events) || events.length === 0) return 'events must be a list of event types';
	const unknown: unknown = events.find((type) => !eventTypes.includes(String(type)));
	if (unknown !== undefined) return `there is no event ${JSON.stringify(unknown)}`;
	if (!isObject(filters)) return 'filters must be an object';
	return { events: events.map(String), filters };
}

/** Whether a message is what a subscription asks for: its type, and the fields that the filters name. */
export function fits({ events, filters }: Subscription, { type, data }: Message): boolean {
	if (!events.includes(type)) return false;
	const fields = isObject(data) ? data : {};
	return Object.entries(filters).every(([name, wanted]) =>
		Array.isArray(wanted) ? wanted.includes(fields[name]) : wanted === fields[name],
	);
}
