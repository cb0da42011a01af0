import { AgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { type Failure, slow } from './failures';
import { HttpClient } from './http';
import type { LineOptions } from './line';

/** The errors of Engine.IO's JavaScript server, by code (engine.io, `Server.errorMessages`). */
const errors: readonly string[] = [
	'Transport unknown',
	'Session ID unknown',
	'Bad handshake method',
	'Bad request',
	'Forbidden',
	'Unsupported protocol version',
];

/** What its Python server says instead (python-engineio, `handle_request`). */
const sentences: readonly RegExp[] = [/^Invalid transport\b/, /\bSocket\.IO or Engine\.IO protocols?\b/];

/** Whether a text is the packet with which Engine.IO, on which Socket.IO stands, greets its clients. */
export function isOpenPacket(text: string): boolean {
	const value = text.startsWith('0{') && parsed(text.slice(1));
	return typeof value === 'object' && value !== null && 'sid' in value && 'pingInterval' in value;
}

/** What an Engine.IO server says, in the body of an HTTP answer, where it refuses somebody; null where the body is of another kind. */
export function refusalIn(body: string): string | null {
	const value = parsed(body);
	if (typeof value === 'string') return sentences.some((sentence) => sentence.test(value)) ? value : null;
	if (typeof value !== 'object' || value === null || !('code' in value && 'message' in value)) return null;
	const known = typeof value.code === 'number' ? errors[value.code] : undefined;
	return known !== undefined && known === value.message ? known : null;
}

function parsed(text: string): unknown {
	if (text.length > limits.refusalBody) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** `detail` of the error where a WebSocket was asked for and Socket.IO answers. */
export const SOCKET_IO = 'socket.io';

/** A plain WebSocket cannot be opened there, but Socket.IO can. */
export function socketIoThere(where: string): Failure {
	const sentence = `${where} speaks Socket.IO, not plain WebSocket; choose a dialect that uses Socket.IO.`;
	return slow(new AgentStreamError('REFUSED', sentence, undefined, SOCKET_IO));
}

/** A question that is under way. */
export interface Probe {
	readonly answer: Promise<boolean>;
	/** Ends it: the answer is no. */
	cancel(): void;
}

/**
 * Asks a server that refuses plain WebSockets, by one HTTP request, whether it speaks Engine.IO: most such servers do not say so of
 * themselves (the Python one answers 403 without a word, the JavaScript one cuts the connection where the path lacks its last slash).
 */
export function probeEngineIo({ url, access, clock, environment }: LineOptions): Probe {
	const http = new HttpClient(clock, environment);
	const ask = async (): Promise<boolean> => {
		try {
			const target = engineUrl(new URL(url), 'polling');
			target.protocol = target.protocol.replace('ws', 'http');
			const { text } = await http.exchange({
				method: 'GET',
				url: target,
				access: { ...(await access()), token: null },
				body: undefined,
				contentType: '',
				timeout: limits.probeWithin,
				largest: limits.refusalBody,
			});
			return isOpenPacket(text.split('\x1e', 1)[0] ?? '') || refusalIn(text) !== null;
		} catch {
			return false;
		} finally {
			http.close();
		}
	};
	return { answer: ask(), cancel: () => http.close() };
}

/** Where Engine.IO (protocol 4) is called: the path, `/ws` where there is none, with a slash at its end. */
export function engineUrl(target: URL, transport: 'websocket' | 'polling'): URL {
	const url = withPath(target);
	url.pathname += '/';
	url.searchParams.set('EIO', '4');
	url.searchParams.set('transport', transport);
	return url;
}

/** The URL with the path of Engine.IO as it is shown. */
export function withPath(target: URL): URL {
	const url = new URL(target);
	url.pathname = target.pathname.replace(/\/+$/, '') || '/ws';
	return url;
}
