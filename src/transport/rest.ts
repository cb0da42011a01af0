import * as http from 'node:http';
import * as https from 'node:https';
import type { Clock } from '../model/clock';
import type { Request } from '../model/description';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { failedWith, retryAfter } from './failures';
import { type Environment, proxyFor, type Tunnel, tunnelThrough } from './proxy';
import { type Access, cleanText, parseUrl, request, secretsOf, shownUrl, tlsOptions } from './target';

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
	/** Asked at every call. */
	readonly access: () => Access;
	readonly clock: Clock;
	/** Where proxies are looked up: `process.env`. */
	readonly environment: Environment;
	/** Counts the calls made, and those that failed. */
	readonly counters: { calls: number; failed: number };
}

interface RawAnswer {
	readonly status: number;
	readonly headers: http.IncomingHttpHeaders;
	readonly text: string;
}

/** One request on its way. */
interface Call {
	readonly body: string | undefined;
	readonly way: Tunnel | null;
	readonly target: URL;
	readonly timeout: number;
}

/** One server's REST interface: short calls with a token, over one keep-alive agent. */
export class RestClient {
	private agent: http.Agent | null = null;
	private closed = false;
	private readonly underWay = new Set<(error: AgentStreamError) => void>();

	constructor(private readonly options: RestOptions) {}

	/**
	 * Reads.
	 * @param path below the base, starting with `/`
	 * @returns the parsed body; undefined where the server has no such path (404)
	 * @throws AgentStreamError UNAUTHORIZED, REST_FAILED, URL_INVALID
	 */
	async get(path: string): Promise<unknown> {
		const answer = await this.call('GET', path, undefined, limits.restTimeout);
		if (answer.status === 404) return undefined;
		return this.accepted('GET', path, answer).body;
	}

	/**
	 * Carries out a command.
	 * @throws AgentStreamError UNAUTHORIZED, REST_FAILED, URL_INVALID
	 */
	async command({ method, path, body }: Request): Promise<RestAnswer> {
		const answer = await this.call(method, path, body && JSON.stringify(body), limits.commandTimeout);
		return this.accepted(method, path, answer);
	}

	/** Gives up what is under way and closes the sockets, for good. */
	close(): void {
		this.closed = true;
		for (const giveUp of [...this.underWay]) giveUp(givenUp());
		this.agent?.destroy();
		this.agent = null;
	}

	/** One call, repeated while the server says 429 and asks for a short wait. */
	private async call(method: string, path: string, body: string | undefined, timeout: number): Promise<RawAnswer> {
		const { clock } = this.options;
		const url = this.urlOf(path);
		this.options.counters.calls += 1;
		for (let attempt = 0; ; attempt++) {
			const answer = await this.exchange(method, url, body, timeout).catch((thrown: unknown) => {
				this.options.counters.failed += 1;
				throw asAgentStreamError(thrown, 'REST_FAILED');
			});
			const wait = retryAfter(answer.headers['retry-after'], clock.now()) ?? limits.backoffFirst;
			if (answer.status !== 429 || attempt >= limits.restRetries || wait > limits.restRetryWithin) return answer;
			await this.pause(wait);
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

	private async exchange(method: string, target: URL, body: string | undefined, timeout: number): Promise<RawAnswer> {
		const access = this.options.access();
		const proxy = proxyFor(target, access.proxy, this.options.environment);
		const way = proxy && (await tunnelThrough(proxy));
		if (this.closed) throw givenUp();
		const { url, headers } = request(target, access);
		const secure = url.protocol === 'https:';
		const options: https.RequestOptions = {
			...tlsOptions(access.tls),
			protocol: url.protocol,
			hostname: url.hostname.replace(/^\[|\]$/g, ''),
			port: url.port || (secure ? 443 : 80),
			path: `${url.pathname}${url.search}`,
			method,
			agent: way?.agent ?? this.keepAlive(secure),
			headers: {
				...headers,
				Accept: 'application/json',
				...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
			},
		};
		return await new Promise((resolve, reject) =>
			this.send(secure, options, { body, way, target, timeout }, resolve, reject),
		);
	}

	private send(
		secure: boolean,
		options: https.RequestOptions,
		{ body, way, target, timeout }: Call,
		resolve: (answer: RawAnswer) => void,
		reject: (error: AgentStreamError) => void,
	): void {
		const where = shownUrl(target);
		const call = (secure ? https : http).request(options);
		const finish = (settle: () => void) => {
			if (!this.underWay.delete(giveUp)) return;
			this.options.clock.cancel(timer);
			settle();
		};
		const giveUp = (error: AgentStreamError) =>
			finish(() => {
				way?.cut();
				call.destroy();
				reject(error);
			});
		const failed = (sentence: string) => giveUp(new AgentStreamError('REST_FAILED', sentence));
		const timer = this.options.clock.after(timeout, () =>
			failed(
				`${where} did not answer within ${timeout / 1_000} s${options.method === 'GET' ? '' : '; it may still do what it was asked'}.`,
			),
		);
		this.underWay.add(giveUp);
		call.on('error', (thrown) => {
			const text = cleanText(thrown.message, this.secrets());
			failed(failedWith(where, thrown, text).error.message);
		});
		call.on('response', (response) => {
			const chunks: Buffer[] = [];
			let size = 0;
			response.on('data', (chunk: Buffer) => {
				size += chunk.length;
				if (size > limits.restBody) failed(`${where} answered with more than ${limits.restBody} bytes.`);
				else chunks.push(chunk);
			});
			response.on('error', () => failed(`${where} cut its answer short.`));
			response.on('end', () => {
				const text = Buffer.concat(chunks).toString('utf8');
				finish(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
			});
		});
		call.end(body);
	}

	private accepted(method: string, path: string, { status, headers, text }: RawAnswer): RestAnswer {
		if (status >= 200 && status < 300) return { status, body: bodyOf(text) };
		this.options.counters.failed += 1;
		const secrets = this.secrets();
		const call = `${method} ${shownUrl(this.urlOf(path))}`;
		if (status === 401 || status === 407) {
			const advice = status === 401 ? 'set the token of this endpoint' : 'set the credentials of the proxy';
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

	private pause(wait: number): Promise<void> {
		const { clock } = this.options;
		return new Promise((resolve, reject) => {
			const giveUp = (error: AgentStreamError) => {
				this.underWay.delete(giveUp);
				clock.cancel(timer);
				reject(error);
			};
			const timer = clock.after(wait, () => {
				this.underWay.delete(giveUp);
				resolve();
			});
			this.underWay.add(giveUp);
		});
	}

	/** One agent for all direct calls. Its idle sockets are closed before a server closes them: no call meets a dead one. */
	private keepAlive(secure: boolean): http.Agent {
		this.agent ??= new (secure ? https : http).Agent({ keepAlive: true, maxSockets: 4, timeout: limits.restIdle });
		return this.agent;
	}

	private secrets(): string[] {
		const access = this.options.access();
		return secretsOf([this.options.base, access.proxy], access);
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

const givenUp = () => new AgentStreamError('REST_FAILED', 'The REST call was given up: the endpoint was closed.');

function bodyOf(text: string): unknown {
	if (text.trim() === '') return null;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
