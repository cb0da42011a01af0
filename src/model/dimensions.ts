/**
 * What an event can be about, besides its type: the words by which a *filter* chooses. `app` is the program that it comes from,
 * `component` the part of the system, `run` one run of a workflow or DAG, `room` a room of a Socket.IO server.
 */
export const dimensions = [
	'app',
	'component',
	'session',
	'agent',
	'task',
	'job',
	'run',
	'workflow',
	'conversation',
	'room',
	'severity',
	'correlation',
] as const;
/** One of the {@link dimensions}. */
export type Dimension = (typeof dimensions)[number];
