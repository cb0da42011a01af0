import { z } from 'zod';
import { limits } from '../../model/limits';

/** The room that the server puts everyone into. */
export const dashboard = 'dashboard';

/** A room of the document: `dashboard`, `agent:{id}`, `task:{id}`, `conversation:{id}`. */
const room = z
	.string()
	.max(limits.textLength)
	.regex(/^(?:dashboard|(?:agent|task|conversation):.+)$/);
const conversation = z.string().min(1).max(limits.keyLength);
const many = limits.agentsApiRooms / 2;

/**
 * What a user chooses of the stream: `rooms` to be in (default: the dashboard), `conversations` by id, and with `follow` (default)
 * the rooms of the agents and tasks that are seen in events.
 */
export const subscriptionSchema = z.strictObject({
	rooms: z.array(room).max(many).optional(),
	follow: z.boolean().optional(),
	conversations: z.array(conversation).max(many).optional(),
});
/** See {@link subscriptionSchema}. */
export type Subscription = z.infer<typeof subscriptionSchema>;

/** The rooms that a subscription names. */
export function roomsOf({ rooms = [dashboard], conversations = [] }: Subscription): readonly string[] {
	return [...new Set([...rooms, ...conversations.map((id) => `conversation:${id}`)])];
}
