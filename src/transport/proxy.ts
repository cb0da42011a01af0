import type { Agent } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { AgentStreamError } from '../model/errors';
import { parseUrl, shownUrl } from './target';

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL: the one that is set, or else what the environment says: HTTPS_PROXY for wss and https, HTTP_PROXY for
 * ws and http, then ALL_PROXY, unless NO_PROXY names the host; lower case wins, as in curl.
 * @param setting a proxy URL, `none` for no proxy at all, or undefined for the environment
 * @returns null for a direct connection
 * @throws AgentStreamError CONFIG_INVALID for a proxy that is neither http nor https
 */
export function proxyFor(target: URL, setting: string | undefined, environment: Environment): URL | null {
	if (setting === 'none') return null;
	const read = (name: string) => environment[name.toLowerCase()] || environment[name.toUpperCase()] || undefined;
	const secure = target.protocol === 'wss:' || target.protocol === 'https:';
	const named = setting || (read(secure ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? read('ALL_PROXY'));
	if (!named || (!setting && isExcepted(target, read('NO_PROXY') ?? ''))) return null;
	const text = named.includes('://') ? named : `http://${named}`;
	try {
		return parseUrl(text, ['http:', 'https:']);
	} catch {
		const whose = setting ? 'The proxy of this endpoint' : 'The proxy that the environment names';
		const sentence = `${whose} (${shownUrl(text)}) cannot be used: it must be http://host:port or https://host:port. Set proxy to none for a direct connection.`;
		throw new AgentStreamError('CONFIG_INVALID', sentence);
	}
}

/** Whether NO_PROXY names the target: `*`, host, `.domain`, `*.domain`, address or network (`10.0.0.0/8`), each with `:port` or not. */
function isExcepted(target: URL, exceptions: string): boolean {
	const host = bare(target.hostname);
	const secure = target.protocol === 'wss:' || target.protocol === 'https:';
	const port = target.port || (secure ? '443' : '80');
	return exceptions
		.toLowerCase()
		.split(/[\s,]+/)
		.filter((entry) => entry !== '')
		.some((entry) => {
			if (entry === '*') return true;
			const withPort = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry);
			if (withPort && withPort[2] !== port) return false;
			const name = bare(withPort?.[1] ?? entry).replace(/^\*?\./, '');
			return host === name || host.endsWith(`.${name}`) || isInNetwork(host, name);
		});
}

function isInNetwork(host: string, network: string): boolean {
	const [address = '', prefix = '', ...more] = network.split('/');
	const family = isIP(address);
	if (family === 0 || family !== isIP(host) || more.length > 0 || !/^\d{1,3}$/.test(prefix)) return false;
	if (Number(prefix) > (family === 4 ? 32 : 128)) return false;
	const list = new BlockList();
	const type = family === 4 ? 'ipv4' : 'ipv6';
	list.addSubnet(address, Number(prefix), type);
	return list.check(host, type);
}

function bare(host: string): string {
	return host.replace(/^\[|\]$/g, '');
}

/** A way through a proxy, for one request. */
export interface Tunnel {
	readonly agent: Agent;
	/** What the proxy answered to CONNECT; null while it has not. */
	readonly status: number | null;
	/** Gives up a tunnel that is still being dug: Node knows nothing of its socket until the proxy has answered. */
	cut(): void;
}

/** A tunnel by HTTP CONNECT. The package is loaded here, when it is first needed. */
export async function tunnelThrough(proxy: URL): Promise<Tunnel> {
	const { HttpsProxyAgent } = await import('https-proxy-agent');
	const digging = new AbortController();
	const agent = new HttpsProxyAgent(proxy, { signal: digging.signal });
	let status: number | null = null;
	agent.once('proxyConnect', (answer: { statusCode: number }) => {
		status = answer.statusCode;
	});
	return {
		agent,
		get status() {
			return status;
		},
		cut: () => {
			if (status === null) digging.abort();
		},
	};
}
