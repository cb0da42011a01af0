import { z } from 'zod';
import { limits } from '../../model/limits';

const name = z.string().min(1).max(80);
const events = z.array(name).min(1).max(100).describe('event types; all unless given');
const filters = z
	.record(name, z.json())
	.refine((value) => JSON.stringify(value).length <= 16_384, 'at most 16 KB of filters')
	.describe('what the server is to filter by, such as {"agentId": "coder-001"}');

/**
 * What a user may choose of the stream: events and filters of one subscription, or several subscriptions with ids of their own.
 * `auth: "message"`: the token goes out as `auth_request` right after connecting, before anything else.
 */
export const subscriptionSchema = z
	.strictObject({
		events: events.optional(),
		filters: filters.optional(),
		subscriptions: z
			.array(z.strictObject({ subscriptionId: name, events: events.optional(), filters: filters.optional() }))
			.min(1)
			.max(limits.autosdlcSubscriptions)
			.refine(
				(list) => new Set(list.map(({ subscriptionId }) => subscriptionId)).size === list.length,
				'ids must differ',
			)
			.optional(),
		auth: z.literal('message').optional(),
	})
	.refine(
		({ events: one, filters: other, subscriptions }) => !subscriptions || !(one || other),
		'either `subscriptions`, or `events` and `filters` of one',
	);
/** See {@link subscriptionSchema}. */
export type SubscriptionChoice = z.infer<typeof subscriptionSchema>;
