import { z } from 'zod';
import type { Loose } from '../validate';

// The document names the fields of each event and leaves their insides open: `task` and `metadata` are objects, `update`, `result` and
// `message` can be anything. What is usual in them is read by `facts.ts`. Timestamps are text or numbers: they are judged when they are read.

const text = () => z.string();
const open = () => z.record(z.string(), z.unknown()).nullable();
const anything = () => z.unknown();
const timestamp = () => z.unknown();

/** The data of every event of the server. */
export const schemas = {
	'agent:status_changed': z.object({
		agent_id: text(),
		old_status: text().nullable(),
		new_status: text(),
		timestamp: timestamp(),
	}),
	'agent:heartbeat': z.object({ agent_id: text(), timestamp: timestamp(), metadata: open() }),
	'task:created': z.object({
		task_id: text(),
		agent_id: text().nullable().optional(),
		task: open(),
		timestamp: timestamp(),
	}),
	'task:assigned': z.object({ task_id: text(), agent_id: text(), task: open(), timestamp: timestamp() }),
	'task:updated': z.object({
		task_id: text(),
		agent_id: text().nullable().optional(),
		update: anything(),
		timestamp: timestamp(),
	}),
	'task:completed': z.object({
		task_id: text(),
		agent_id: text().nullable().optional(),
		result: anything(),
		timestamp: timestamp(),
	}),
	'conversation:message': z.object({ conversation_id: text(), message: anything(), timestamp: timestamp() }),
	'system:alert': z.object({ message: text(), severity: text(), timestamp: timestamp() }),
	subscribed: z.object({ room: text() }),
	unsubscribed: z.object({ room: text() }),
	heartbeat_ack: z.object({
		timestamp: timestamp(),
		/** Not the server's: the session writes how long the answer took. */
		latency_ms: z.number().min(0).meta({ unit: 'ms' }).optional(),
	}),
	error: z.object({ message: text() }),
};

/** The name of an event of the server. */
export type StreamType = keyof typeof schemas;

/** The data of every event as it is after lenient validation: any field may be missing or null. */
export type EventData = { readonly [T in StreamType]: Loose<z.infer<(typeof schemas)[T]>> };
