import type { Clock } from '../model/clock';
import type { Request } from '../model/description';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { retryAfter } from './failures';
import { type HttpAnswer, HttpClient } from './http';
import type { Environment } from './proxy';
import { type Access, cleanText, parseUrl, secretsOf, shownUrl } from './target';

/** What a REST call was answered with, once it was accepted (2xx). */
export interface RestAnswer {
	readonly status: number;
	/** Parsed JSON, or the text where it is none; null where there is no body. */
	readonly body: unknown;
}

/** What a REST client is made of. */
export interface RestOptions {
	/** `http://` or `https://`: paths are below it. */
	readonly base: string;
	/** Asked at every call. A token that the protocol has in a message stands here as a bearer token. */
	readonly access: () => Access | Promise<Access>;
	/** The server refused this token: answers whether there is another one by now, with which the call is repeated once. */
	readonly refused?: (token: string | null) => Promise<boolean>;
	readonly clock: Clock;
	/** Where proxies are looked up: `process.env`. */
	readonly environment: Environment;
	/** Counts the calls made, and those that failed. */
	readonly counters: { calls: number; failed: number };
}

/** An answer, and what must not appear in what is told of it. */
interface Answered {
	readonly answer: HttpAnswer;
	readonly secrets: readonly string[];
}

/** One server's REST interface: short calls with a token. */
export class RestClient {
	private readonly http: HttpClient;

	constructor(private readonly options: RestOptions) {
		this.http = new HttpClient(options.clock, options.environment);
	}

	/**
	 * Reads.
	 * @param path below the base, starting with `/`
	 * @returns the parsed body; undefined where the server has no such path (404)
	 * @throws AgentStreamError UNAUTHORIZED, LOGIN_FAILED, REST_FAILED, URL_INVALID
	 */
	async get(path: string): Promise<unknown> {
		const answered = await this.call('GET', path, undefined, limits.restTimeout);
		if (answered.answer.status === 404) return undefined;
		return this.accepted('GET', path, answered).body;
	}

	/**
	 * Carries out a command.
	 * @throws AgentStreamError UNAUTHORIZED, LOGIN_FAILED, REST_FAILED, URL_INVALID
	 */
	async command({ method, path, body }: Request): Promise<RestAnswer> {
		const answered = await this.call(method, path, body && JSON.stringify(body), limits.commandTimeout);
		return this.accepted(method, path, answered);
	}

	/** Gives up what is under way and closes the sockets, for good. */
	close(): void {
		this.http.close();
	}

	/** One call, repeated while the server says 429 and asks for a short wait, and once with another token where it refuses the first. */
	private async call(method: string, path: string, body: string | undefined, timeout: number): Promise<Answered> {
		const { clock, base, counters, refused } = this.options;
		const url = this.urlOf(path);
		const details = { method, url, body, timeout, contentType: 'application/json', largest: limits.restBody };
		counters.calls += 1;
		try {
			for (let retries = 0, renewed = false; ; ) {
				const { tokenIn, ...access } = await this.options.access();
				const inHttp = { ...access, tokenIn: tokenIn === 'message' ? undefined : tokenIn };
				const answer = await this.http.exchange({ ...details, access: inHttp });
				if (answer.status === 401 && !renewed && refused && (await refused(access.token))) {
					renewed = true;
					continue;
				}
				const wait = retryAfter(answer.headers['retry-after'], clock.now()) ?? limits.backoffFirst;
				if (answer.status !== 429 || retries >= limits.restRetries || wait > limits.restRetryWithin) {
					return { answer, secrets: secretsOf([base, access.proxy], access) };
				}
				retries += 1;
				await this.http.pause(wait);
			}
		} catch (thrown) {
			counters.failed += 1;
			throw asAgentStreamError(thrown, 'REST_FAILED');
		}
	}

	/** The URL of a path; a path cannot leave the base. */
	private urlOf(path: string): URL {
		const base = parseUrl(this.options.base, ['http:', 'https:']);
		const root = base.pathname.replace(/\/+$/, '');
		const [wanted = '', query] = path.split(/\?(.*)/s);
		const url = new URL(base);
		url.pathname = `${root}${wanted}`;
		url.search = query ?? '';
		if (isPlainPath(wanted) && url.pathname.startsWith(`${root}/`) && !/\p{Cc}/u.test(path)) return url;
		const sentence = `A REST path of ${shownUrl(base)} must stay below it; write it as /name/name with encoded names.`;
		throw new AgentStreamError('URL_INVALID', sentence);
	}

	private accepted(method: string, path: string, { answer, secrets }: Answered): RestAnswer {
		const { status, headers, text } = answer;
		if (status >= 200 && status < 300) return { status, body: bodyOf(text) };
		this.options.counters.failed += 1;
		const call = `${method} ${shownUrl(this.urlOf(path))}`;
		if (status === 401 || status === 407) {
			const advice =
				status === 401 ? 'set the token of this endpoint, or its login' : 'set the credentials of the proxy';
			throw new AgentStreamError('UNAUTHORIZED', `${call} was refused with HTTP ${status}; ${advice}.`);
		}
		const { location } = headers;
		const base = this.options.base;
		const target = location !== undefined && URL.canParse(location, base) ? new URL(location, base) : null;
		const words = target
			? `it redirects to ${cleanText(shownUrl(target), secrets)}; use that as REST base`
			: cleanText(text, secrets) || 'without a word';
		throw new AgentStreamError('REST_FAILED', `${call} was answered with HTTP ${status}: ${words}.`);
	}
}

/** The REST interface of a server whose address may not be known yet; opens with the first call. */
export class LazyRest {
	private client: RestClient | null = null;

	constructor(
		private readonly options: Omit<RestOptions, 'base'> & {
			/** Endpoint id, for sentences. */
			readonly id: string;
			/** Asked at the first call; null = the protocol has no REST interface. */
			readonly base: () => string | null;
		},
	) {}

	/** See {@link RestClient.get}. @throws also AgentStreamError COMMAND_REFUSED where there is no REST interface */
	async get(path: string): Promise<unknown> {
		return await this.opened().get(path);
	}

	/** See {@link RestClient.command}. @throws also AgentStreamError COMMAND_REFUSED where there is no REST interface */
	async command(request: Request): Promise<RestAnswer> {
		return await this.opened().command(request);
	}

	/** Gives up what is under way and closes the sockets, until the next call. */
	close(): void {
		this.client?.close();
		this.client = null;
	}

	private opened(): RestClient {
		if (this.client) return this.client;
		const { id, base: baseOf, ...rest } = this.options;
		const base = baseOf();
		if (base === null) {
			const sentence = `The endpoint ${id} has no REST interface: set its REST base to send commands.`;
			throw new AgentStreamError('COMMAND_REFUSED', sentence);
		}
		this.client = new RestClient({ ...rest, base });
		return this.client;
	}
}

/** Whether a path begins with a name, holds no empty one, and none that leads elsewhere, not even when it is decoded. */
function isPlainPath(path: string): boolean {
	try {
		const names = decodeURIComponent(path).split(/[/\\]/);
		return /^\/[^/\\]/.test(path) && !/\/\/|\\/.test(path) && !names.includes('..') && !names.includes('.');
	} catch {
		return false;
	}
}

function bodyOf(text: string): unknown {
	if (text.trim() === '') return null;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
