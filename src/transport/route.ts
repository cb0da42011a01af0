import type { Clock } from '../model/clock';
import type { AgentStreamError } from '../model/errors';
import type { Channel, ChannelHandlers, Transport } from './channel';
import { SOCKET_IO } from './engine-io';
import type { LogLimiter } from './log-limiter';
import type { Environment } from './proxy';
import type { EndpointSettings } from './settings';
import { socketIoTransport } from './socket-io';
import type { Access, TokenIn } from './target';
import { TokenSource } from './token-source';
import { webSocketTransport } from './websocket';

/** What a protocol wants of the way to its server. */
export interface Wants {
	/** The kind of socket. */
	readonly transport: 'websocket' | 'socket.io';
	/** Where the token stands unless the user says otherwise. */
	readonly tokenIn: TokenIn;
}

/** What a {@link Route} is made of. */
export interface RouteOptions {
	readonly settings: EndpointSettings;
	readonly clock: Clock;
	/** A number from 0 up to 1. */
	readonly random: () => number;
	/** Where proxies are looked up: `process.env`. */
	readonly environment: Environment;
	readonly log: LogLimiter;
	/** What the protocol wants; null while it is not known. */
	wants(): Wants | null;
	/** There is another token. */
	renewed(): void;
}

/** Failures that another token may cure. */
const refusals: ReadonlySet<string> = new Set(['UNAUTHORIZED', 'REFUSED', 'LOGIN_FAILED']);

/**
 * How an endpoint gets in: the kind of socket and the token. While the protocol is not known that is a plain WebSocket, until the server
 * turns out to speak Socket.IO.
 */
export class Route implements Transport {
	readonly tokens: TokenSource;
	private readonly plain: Transport;
	private readonly socketIo: Transport;
	private isSocketIo = false;
	/** The token that the last attempt to connect has shown. */
	private shown: string | null = null;

	constructor(private readonly options: RouteOptions) {
		const { settings, clock, environment, wants, renewed } = options;
		this.tokens = new TokenSource({ ...options, changed: () => renewed() });
		const line = { url: settings.url, access: this.enter, clock, environment };
		this.plain = webSocketTransport({ ...line, probe: () => wants() === null });
		this.socketIo = socketIoTransport({ ...line, namespace: settings.namespace });
	}

	get where(): string {
		return this.current.where;
	}

	open(handlers: ChannelHandlers): Channel {
		return this.current.open(handlers);
	}

	/** What every attempt and every REST call gets in with. @throws AgentStreamError LOGIN_FAILED */
	readonly access = async (): Promise<Access> => {
		const { headers, tls, proxy, tokenName, tokenIn = this.options.wants()?.tokenIn } = this.options.settings;
		return { token: await this.tokens.token(), tokenIn, tokenName, headers, tls, proxy };
	};

	/** An attempt or a connection ended so: does what may help. Whether the next attempt should be made at once. */
	failed(cause: AgentStreamError | undefined): boolean {
		if (cause?.code === 'UNAUTHORIZED') {
			// The token that ran out was replaced meanwhile; the next attempt shows the one that is held, so this happens once per token.
			if (this.shown !== this.tokens.current) return true;
			void this.tokens.refused(this.shown);
		}
		if (this.options.wants() !== null || this.isSocketIo || cause?.detail !== SOCKET_IO) return false;
		this.isSocketIo = true;
		return true;
	}

	/** Whether another token may help against this failure. */
	mayCure(cause: AgentStreamError | undefined): boolean {
		return cause !== undefined && refusals.has(cause.code);
	}

	/** What an attempt to connect gets in with: its token is remembered. */
	private readonly enter = async (): Promise<Access> => {
		const access = await this.access();
		this.shown = access.token;
		return access;
	};

	private get current(): Transport {
		const kind = this.options.wants()?.transport ?? (this.isSocketIo ? 'socket.io' : 'websocket');
		return kind === 'socket.io' ? this.socketIo : this.plain;
	}
}
