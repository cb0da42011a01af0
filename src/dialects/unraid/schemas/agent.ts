import { z } from 'zod';
import { anything, flag, text, timestamp, whole, word } from './fields';

// The agent about itself.

/** Data of `source_status_changed`; also inside other data, while the source behind it is not healthy. */
export const sourceStatus = z.object({
	subsystem: word('system', 'array', 'disk', 'docker', 'shares', 'vm'),
	state: word('healthy', 'degraded', 'unavailable', 'disabled'),
	reason: text().optional(),
	last_checked: timestamp(),
	last_healthy: timestamp().optional(),
	last_error: text().optional(),
});

/** Data of `collector_state_change`. */
export const collectorStateChange = z.object({
	event: text(),
	collector: text(),
	enabled: flag(),
	status: word('running', 'stopped', 'disabled', 'registered'),
	interval: whole({ unit: 's', min: 0 }),
	timestamp: timestamp(),
});

/** Data of `agent_stream`: a whole envelope of the agent's own assistant. */
export const agentStream = z.object({
	event: text(),
	timestamp: timestamp(),
	data: anything().optional(),
});
