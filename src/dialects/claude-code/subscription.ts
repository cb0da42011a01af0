import { z } from 'zod';

/** What a user may choose: how this program registers, and whether prompts, tool inputs and outputs stay in the events. */
export const subscription = z.strictObject({
	component: z.string().min(1).max(80).optional(),
	capabilities: z.array(z.string().min(1).max(80)).max(20).optional(),
	content: z.boolean().optional(),
});
