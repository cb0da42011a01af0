import { z } from 'zod';
import { limits } from '../model/limits';

/**
 * What bridges under one prefix tell each other. `ask`: I am about to publish for these endpoints. `hold`: I already do.
 * `echo`: nothing; it comes back to its sender, which so knows that all retained messages were delivered.
 */
const claimSchema = z.object({
	session: z.string().max(64),
	kind: z.enum(['ask', 'hold', 'echo']),
	endpoints: z.array(z.string()).max(limits.itemsPerSubject),
	count: z.number().int(),
});
/** See {@link claimSchema}. */
export type Claim = z.infer<typeof claimSchema>;

/** A claim from the broker; null when it is none. */
export function parseClaim(payload: string): Claim | null {
	try {
		const parsed = claimSchema.safeParse(JSON.parse(payload));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
}

/** Whether two bridges would publish the same topics: one name, or an endpoint in common. */
export function overlaps(other: Claim, isSameInstance: boolean, endpoints: readonly string[]): boolean {
	return isSameInstance || other.endpoints.some((endpoint) => endpoints.includes(endpoint));
}
