import type { EventType } from '../dialect';

/** A type that comes when something happens: silence is normal. */
const happening = (title: string): EventType => ({ title, interval: null, list: false });

/** A picture that the tracker makes of happenings. */
const picture = (title: string, list = false): EventType => ({ title, interval: null, list, own: true });

/** What a client subscribes to: the document's events (section "Message Types"). */
const news = {
	agent_status: happening('Agent status'),
	agent_task_update: happening('Agent task'),
	agent_log: happening('Agent log'),
	agent_metric: happening('Agent metric'),
	agent_error: happening('Agent error'),
	tdd_phase_change: happening('TDD phase'),
	test_result: happening('Test result'),
	coverage_update: happening('Coverage'),
	workflow_started: happening('Workflow started'),
	workflow_step_complete: happening('Workflow step complete'),
	workflow_complete: happening('Workflow complete'),
	workflow_failed: happening('Workflow failed'),
	system_notification: happening('System notification'),
	system_alert: happening('System alert'),
	deployment_status: happening('Deployment'),
	github_issue_update: happening('GitHub issue'),
	github_pr_update: happening('GitHub pull request'),
	github_workflow_update: happening('GitHub workflow run'),
} as const satisfies Record<string, EventType>;

/** What keeps the connection: the document's connection management, authentication and subscriptions. */
const control = {
	connect: happening('Connect'),
	disconnect: happening('Disconnect'),
	ping: happening('Ping'),
	pong: happening('Pong'),
	error: happening('Error'),
	auth_request: happening('Authentication request'),
	auth_success: happening('Authentication accepted'),
	auth_failure: happening('Authentication refused'),
	subscribe: happening('Subscribe'),
	unsubscribe: happening('Unsubscribe'),
	subscription_update: happening('Subscription changed'),
} as const satisfies Record<string, EventType>;

/** What the tracker makes of the news, see `tracker.ts`. */
const pictures = {
	agents: picture('Agents', true),
	workflows: picture('Workflows', true),
	deployments: picture('Deployments', true),
	quality: picture('Tests and coverage'),
	github: picture('GitHub'),
	bulletins: picture('Alerts, notifications, errors and logs'),
	totals: picture('Totals'),
} as const satisfies Record<string, EventType>;

/** Every message type of the document, and the tracker's own. */
export const types: Readonly<Record<string, EventType>> = { ...news, ...control, ...pictures };

/** Message types that a server sends as news, in the document's order: the default subscription. */
export const newsTypes: readonly string[] = Object.keys(news);

/** Whether a word is a message type of the protocol. */
export const isMessageType = (name: string): name is keyof typeof news | keyof typeof control =>
	Object.hasOwn(news, name) || Object.hasOwn(control, name);

/** Whether a word is a message type that tells news: no other protocol we know has one of them in this envelope. */
export const isNews = (name: string): boolean => Object.hasOwn(news, name);
