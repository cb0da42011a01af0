import * as http from 'node:http';
import * as https from 'node:https';
import type { Clock } from '../model/clock';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { failedWith } from './failures';
import { type Environment, proxyFor, type Tunnel, tunnelThrough } from './proxy';
import { type Access, cleanText, request, secretsOf, shownUrl, tlsOptions } from './target';

/** One HTTP request. */
export interface HttpCall {
	readonly method: string;
	readonly url: URL;
	readonly access: Access;
	readonly body: string | undefined;
	/** Of the body. */
	readonly contentType: string;
	/** Milliseconds until it is given up. */
	readonly timeout: number;
	/** Bytes of the largest answer that is read. */
	readonly largest: number;
}

/** What a request was answered with, whatever the status. */
export interface HttpAnswer {
	readonly status: number;
	readonly headers: http.IncomingHttpHeaders;
	readonly text: string;
}

/** One request on its way. */
interface OnItsWay {
	readonly call: HttpCall;
	readonly way: Tunnel | null;
	readonly secure: boolean;
}

/** Short HTTP requests over one keep-alive agent, with TLS settings and proxies; each has a limit of time and of size. */
export class HttpClient {
	private agent: http.Agent | null = null;
	private closed = false;
	private readonly underWay = new Set<(error: AgentStreamError) => void>();

	/** @param environment where proxies are looked up: `process.env` */
	constructor(
		private readonly clock: Clock,
		private readonly environment: Environment,
	) {}

	/** @throws AgentStreamError REST_FAILED where there is no answer, CONFIG_INVALID where the proxy cannot be used */
	async exchange(call: HttpCall): Promise<HttpAnswer> {
		const { access, body } = call;
		const proxy = proxyFor(call.url, access.proxy, this.environment);
		const way = proxy && (await tunnelThrough(proxy));
		if (this.closed) throw givenUp();
		const { url, headers } = request(call.url, access);
		const secure = url.protocol === 'https:';
		const options: https.RequestOptions = {
			...tlsOptions(access.tls),
			protocol: url.protocol,
			hostname: url.hostname.replace(/^\[|\]$/g, ''),
			port: url.port || (secure ? 443 : 80),
			path: `${url.pathname}${url.search}`,
			method: call.method,
			agent: way?.agent ?? this.keepAlive(secure),
			headers: {
				...headers,
				Accept: 'application/json',
				...(body !== undefined && { 'Content-Type': call.contentType, 'Content-Length': Buffer.byteLength(body) }),
			},
		};
		return await new Promise((resolve, reject) => this.send(options, { call, way, secure }, resolve, reject));
	}

	/** Waits. @throws AgentStreamError REST_FAILED where it is closed meanwhile */
	pause(wait: number): Promise<void> {
		return new Promise((resolve, reject) => {
			const giveUp = (error: AgentStreamError) => {
				this.underWay.delete(giveUp);
				this.clock.cancel(timer);
				reject(error);
			};
			const timer = this.clock.after(wait, () => {
				this.underWay.delete(giveUp);
				resolve();
			});
			this.underWay.add(giveUp);
		});
	}

	/** Gives up what is under way and closes the sockets, for good. */
	close(): void {
		this.closed = true;
		for (const giveUp of [...this.underWay]) giveUp(givenUp());
		this.agent?.destroy();
		this.agent = null;
	}

	private send(
		options: https.RequestOptions,
		{ call, way, secure }: OnItsWay,
		resolve: (answer: HttpAnswer) => void,
		reject: (error: AgentStreamError) => void,
	): void {
		const { access, timeout, largest } = call;
		const where = shownUrl(call.url);
		const sent = (secure ? https : http).request(options);
		const finish = (settle: () => void) => {
			if (!this.underWay.delete(giveUp)) return;
			this.clock.cancel(timer);
			settle();
		};
		const giveUp = (error: AgentStreamError) =>
			finish(() => {
				way?.cut();
				sent.destroy();
				reject(error);
			});
		const failed = (sentence: string) => giveUp(new AgentStreamError('REST_FAILED', sentence));
		const timer = this.clock.after(timeout, () =>
			failed(
				`${where} did not answer within ${timeout / 1_000} s${call.method === 'GET' ? '' : '; it may still do what it was asked'}.`,
			),
		);
		this.underWay.add(giveUp);
		sent.on('error', (thrown) => {
			const text = cleanText(thrown.message, secretsOf([call.url.href, access.proxy], access));
			failed(failedWith(where, thrown, text).error.message);
		});
		sent.on('response', (response) => {
			const chunks: Buffer[] = [];
			let size = 0;
			response.on('data', (chunk: Buffer) => {
				size += chunk.length;
				if (size > largest) failed(`${where} answered with more than ${largest} bytes.`);
				else chunks.push(chunk);
			});
			response.on('error', () => failed(`${where} cut its answer short.`));
			response.on('end', () => {
				const text = Buffer.concat(chunks).toString('utf8');
				finish(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
			});
		});
		sent.end(call.body);
	}

	/** One agent for all direct calls. Its idle sockets are closed before a server closes them: no call meets a dead one. */
	private keepAlive(secure: boolean): http.Agent {
		this.agent ??= new (secure ? https : http).Agent({ keepAlive: true, maxSockets: 4, timeout: limits.restIdle });
		return this.agent;
	}
}

const givenUp = () => new AgentStreamError('REST_FAILED', 'The REST call was given up: the endpoint was closed.');
