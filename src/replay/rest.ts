import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';

const restAnswersSchema = z.record(
	z.string(),
	z.object({
		status: z.number().int().min(200).max(599).default(200),
		contentType: z
			.string()
			.regex(/^[\x20-\x7e]*$/)
			.optional(),
		body: z.unknown().optional(),
		bodyText: z.string().optional(),
	}),
);

/** One answer of a recorded REST interface. */
interface RestReply {
	readonly status: number;
	readonly contentType: string;
	readonly text: string;
}

/** Answers to GET by path (with its query, where it has one). */
export type RestReplies = ReadonlyMap<string, RestReply>;

/** A call that was no GET: what a client wanted to change. */
export interface ReplayCommand {
	readonly method: string;
	/** Path and query as sent. */
	readonly path: string;
	/** JSON where it was JSON, else the text; null where there was none. */
	readonly body: unknown;
}

/**
 * REST answers from the text of a file `{path: {status, contentType, body | bodyText}}`; `status` is 200 and `contentType` JSON
 * (plain text for `bodyText`) where they are missing.
 * @throws AgentStreamError INPUT_INVALID
 */
export function parseRestReplies(text: string): RestReplies {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (thrown) {
		throw new AgentStreamError('INPUT_INVALID', 'The file of REST answers is not JSON.', thrown);
	}
	const checked = restAnswersSchema.safeParse(value);
	if (!checked.success) {
		throw new AgentStreamError('INPUT_INVALID', `The file of REST answers is wrong: ${z.prettifyError(checked.error)}`);
	}
	return new Map(
		Object.entries(checked.data).map(([path, { status, contentType, body, bodyText }]) => {
			const plain = bodyText !== undefined;
			const reply: RestReply = {
				status,
				contentType: contentType ?? (plain ? 'text/plain; charset=utf-8' : 'application/json'),
				text: plain ? bodyText : body === undefined ? '' : JSON.stringify(body),
			};
			return [path, reply];
		}),
	);
}

/** Answers one HTTP request: GET from the recording, 404 where it has nothing; anything else is accepted and handed to `command`. */
export async function answerRest(
	request: IncomingMessage,
	response: ServerResponse,
	replies: RestReplies,
	command: (command: ReplayCommand) => void,
): Promise<void> {
	const { method = 'GET', url: path = '/' } = request;
	if (method === 'GET' || method === 'HEAD') {
		request.resume();
		reply(response, find(replies, path) ?? failure(404, 'The recording has no answer for this path.'));
		return;
	}
	const text = await bodyOf(request);
	if (text === null) {
		reply(response, failure(413, `A body above ${limits.frameSize} bytes is refused.`));
		return;
	}
	command({ method, path, body: parsed(text) });
	reply(response, { status: 200, contentType: 'application/json', text: '{"success":true}' });
}

function find(replies: RestReplies, path: string): RestReply | undefined {
	const [withoutQuery = path] = path.split('?');
	return replies.get(path) ?? replies.get(withoutQuery) ?? replies.get(decoded(withoutQuery));
}

function decoded(path: string): string {
	try {
		return decodeURI(path);
	} catch {
		return path;
	}
}

function failure(status: number, message: string): RestReply {
	return { status, contentType: 'application/json', text: JSON.stringify({ success: false, message }) };
}

function reply(response: ServerResponse, { status, contentType, text }: RestReply): void {
	response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
	response.end(text);
}

/** The request's body as text; null where it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of request) {
		const bytes = Buffer.from(part);
		size += bytes.length;
		// The rest is read and dropped, so that the client gets to read the answer.
		if (size <= limits.frameSize) parts.push(bytes);
	}
	return size > limits.frameSize ? null : Buffer.concat(parts).toString('utf8');
}

function parsed(text: string): unknown {
	if (text === '') return null;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
