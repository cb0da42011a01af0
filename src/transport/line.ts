import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Clock } from '../model/clock';
import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import type { End } from './channel';
import { errorCode, type Failure, failedWith, quick, refusedWith, retryAfter, slow } from './failures';
import { type Environment, proxyFor, type Tunnel, tunnelThrough } from './proxy';
import { type Access, cleanText, parseUrl, request, secretsOf, shownUrl, tlsOptions } from './target';

/** What a kind of socket is opened with. */
export interface LineOptions {
	/** A bad one is reported by the attempt to open it. */
	readonly url: string;
	/** Asked at every attempt; where it fails, the attempt has failed. */
	readonly access: () => Access | Promise<Access>;
	readonly clock: Clock;
	/** Where proxies are looked up: `process.env`. */
	readonly environment: Environment;
}

/** What a line tells. */
interface LineHandlers {
	/** What the body of a refusal (HTTP 400 or 403) tells more than its status; null = nothing. */
	refused(body: string): Failure | null;
	/** No socket is left. Called once. */
	ended(end: End): void;
}

/** What is called in the end, and what is done with the socket before anything has happened on it. */
interface Plan {
	readonly url: URL;
	begin(socket: WebSocket): void;
}

/** One WebSocket from the first thought of it to its end, whatever is spoken over it: credentials, proxy, TLS, limits, and why it failed. */
export class Line {
	/** Why it ended; the first reason counts. */
	failure: Failure | null = null;
	private socket: WebSocket | null = null;
	private tcp: Socket | null = null;
	private way: Tunnel | null = null;
	private proxy: URL | null = null;
	private secrets: readonly string[];
	private stage: 'asking' | 'dialling' | 'open' | 'over' = 'asking';
	/** Given up before there was a socket to cut. */
	private abandoned = false;

	/** @param where what is called, fit to be shown */
	constructor(
		private readonly options: LineOptions,
		private readonly where: string,
		private readonly handlers: LineHandlers,
	) {
		this.secrets = secretsOf([options.url], { token: null });
	}

	/** Bytes received. */
	get received(): number {
		return this.tcp?.bytesRead ?? 0;
	}

	/** Calls; never throws. */
	async call(schemes: readonly string[], plan: (target: URL, access: Access) => Plan | Promise<Plan>): Promise<void> {
		try {
			const { WebSocket } = await import('ws');
			const target = parseUrl(this.options.url, schemes);
			const access = await this.options.access();
			if (this.stage === 'over') return;
			this.stage = 'dialling';
			this.secrets = secretsOf([this.options.url, access.proxy], access);
			this.proxy = proxyFor(target, access.proxy, this.options.environment);
			this.way = this.proxy && (await tunnelThrough(this.proxy));
			const { url: wanted, begin } = await plan(target, access);
			if (this.abandoned) return this.end(null, '');
			const { url, headers } = request(wanted, access);
			this.socket = new WebSocket(url, {
				...tlsOptions(access.tls),
				...(this.way && { agent: this.way.agent }),
				headers,
				perMessageDeflate: false,
				maxPayload: limits.socketPayload,
				followRedirects: false,
			});
			this.listen(this.socket);
			begin(this.socket);
		} catch (thrown) {
			this.failure ??= failedWith(this.where, thrown, this.clean(thrown));
			if (this.socket) this.socket.terminate();
			else this.end(null, '');
		}
	}

	/**
	 * Makes sure that a message can be sent now.
	 * @throws AgentStreamError SEND_FAILED, LIMIT_REACHED
	 */
	mustTake(size: number): WebSocket {
		const { socket, where } = this;
		if (!socket || socket.readyState !== socket.OPEN) {
			throw new AgentStreamError('SEND_FAILED', `The connection to ${where} is closing: nothing was sent.`);
		}
		if (socket.bufferedAmount + size > limits.sendBuffer) {
			const sentence = `More than ${limits.sendBuffer} bytes would wait to be sent to ${where}: nothing was sent.`;
			throw new AgentStreamError('LIMIT_REACHED', sentence);
		}
		return socket;
	}

	ping(): void {
		if (this.socket?.readyState === this.socket?.OPEN) this.socket?.ping('', true, () => {});
	}

	/** Cuts it; where a reason is given and none is known yet, it counts. */
	terminate(failure?: Failure): void {
		if (failure) this.failure ??= failure;
		this.abandoned = true;
		if (this.stage === 'asking') this.end(null, '');
		this.way?.cut();
		this.socket?.terminate();
	}

	/** What somebody said, fit to be shown. */
	clean(thrown: unknown): string {
		return cleanText(thrown instanceof Error ? thrown.message : String(thrown), this.secrets);
	}

	private listen(socket: WebSocket): void {
		const viaProxy = this.proxy && `The proxy ${shownUrl(this.proxy)} on the way to ${this.where}`;
		socket.on('upgrade', (response: IncomingMessage) => {
			this.tcp = response.socket;
		});
		socket.on('open', () => {
			this.stage = 'open';
		});
		socket.on('unexpected-response', (_request, response: IncomingMessage) => {
			const byProxy = this.way?.status !== undefined && this.way.status !== 200;
			this.failure ??= this.refusal((byProxy && viaProxy) || this.where, response);
			if (byProxy || !wordyStatuses.has(response.statusCode ?? 0)) socket.terminate();
			else this.readRefusal(response, () => socket.terminate());
		});
		socket.on('error', (thrown) => {
			const who = viaProxy && this.way?.status === null ? viaProxy : this.where;
			this.failure ??= this.stage === 'open' ? this.broken(thrown) : this.unopened(who, thrown);
			// `ws` has said goodbye; a peer like this one is not waited for.
			if (this.stage === 'open') socket.terminate();
		});
		socket.on('close', (code, reason) => this.end(this.stage === 'open' ? code : null, this.clean(reason)));
	}

	private refusal(who: string, response: IncomingMessage): Failure {
		const { location, 'retry-after': wait } = response.headers;
		const base = shownUrl(this.options.url);
		const target = location !== undefined && URL.canParse(location, base) ? new URL(location, base) : null;
		const shown = target && cleanText(shownUrl(target), this.secrets);
		return refusedWith(who, response.statusCode ?? 0, shown, retryAfter(wait, this.options.clock.now()));
	}

	/** Reads what stands in a refusal, as far as it can tell of another protocol. */
	private readRefusal(response: IncomingMessage, done: () => void): void {
		let text = '';
		const finish = () => {
			this.failure = this.handlers.refused(text) ?? this.failure;
			done();
		};
		response.setEncoding('utf8');
		response.on('data', (chunk: string) => {
			text += chunk;
			if (text.length > limits.refusalBody) finish();
		});
		response.on('end', finish);
		response.on('error', finish);
	}

	/** An error before the socket was open; those of `ws` itself, about an answer that is no upgrade, have no code. */
	private unopened(who: string, thrown: unknown): Failure {
		const text = this.clean(thrown);
		if (who !== this.where || errorCode(thrown) !== '') return failedWith(who, thrown, text);
		const sentence = `${this.where} answers, but not as a WebSocket server (${text}); check the URL.`;
		return slow(new AgentStreamError('REFUSED', sentence));
	}

	/** An error of an open socket: what the peer sent breaks the protocol or a limit; null where the network failed. */
	private broken(thrown: unknown): Failure | null {
		const code = errorCode(thrown);
		if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
			const sentence = `${this.where} sent a message above ${limits.socketPayload} bytes; the connection was closed.`;
			return quick('LIMIT_REACHED', sentence, thrown);
		}
		if (!code.startsWith('WS_ERR_')) return null;
		const sentence = `${this.where} broke the WebSocket protocol (${this.clean(thrown)}); the connection was closed.`;
		return quick('FRAME_INVALID', sentence, thrown);
	}

	private end(code: number | null, reason: string): void {
		if (this.stage === 'over') return;
		this.stage = 'over';
		this.way?.cut();
		this.handlers.ended({ code, reason, failure: this.failure });
	}
}

/** HTTP statuses with which a server may say what it speaks instead. */
const wordyStatuses: ReadonlySet<number> = new Set([400, 403]);
