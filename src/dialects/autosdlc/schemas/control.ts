import { z } from 'zod';
import { anything, flag, message, text } from './fields';

/** Greeting and farewell. */
export const connection = message({ clientId: text(), reason: text() });

/** Ping and pong carry nothing of their own. */
export const beat = message({});

/** What the server could not do, and why. */
export const error = message({ code: anything(), message: text() });

/** Of the server: that it wants a token. */
export const authRequest = message({ message: text() });

/** The server's verdict about a token. */
export const auth = message({ code: anything(), reason: text(), message: text() });

/** What a client asks for. */
export const subscription = message({
	subscriptionId: z.string(),
	events: z.array(z.string()).nullable().optional(),
	filters: z.record(z.string(), z.unknown()).nullable().optional(),
});

/** What the server made of a subscription. */
export const subscriptionUpdate = message({
	subscriptionId: text(),
	status: text(),
	active: flag(),
	events: z.array(z.string()).nullable().optional(),
	filters: z.record(z.string(), z.unknown()).nullable().optional(),
	reason: text(),
	message: text(),
	error: anything(),
});
