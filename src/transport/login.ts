import type { Clock } from '../model/clock';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { parsePath } from '../model/path';
import { expiryAt, jwtExpiry } from './expiry';
import { type HttpAnswer, HttpClient } from './http';
import type { Environment } from './proxy';
import { type EndpointSettings, type LoginSettings, parseToken } from './settings';
import { parseUrl, shownUrl } from './target';

/** What a login needs. */
export interface LoginOptions {
	readonly login: LoginSettings;
	/** TLS settings and proxy are those of the endpoint. */
	readonly settings: Pick<EndpointSettings, 'tls' | 'proxy'>;
	readonly clock: Clock;
	/** Where proxies are looked up: `process.env`. */
	readonly environment: Environment;
}

/** A token, and when it expires (ms since 1970); null = it does not say. */
export interface Granted {
	readonly token: string;
	readonly expires: number | null;
}

/** `detail` of a LOGIN_FAILED that will most likely come again: the server has answered, but with no token. */
export const REFUSED = 'refused';

/** Asks a server for tokens. What it sends and what it is answered is told to nobody. */
export class Login {
	private readonly http: HttpClient;

	constructor(private readonly options: LoginOptions) {
		this.http = new HttpClient(options.clock, options.environment);
	}

	/** @throws AgentStreamError LOGIN_FAILED, its `detail` `refused` where the server has answered */
	async grant(): Promise<Granted> {
		const { login, settings } = this.options;
		const { url, method = 'POST', headers } = login;
		const [body, contentType] = bodyOf(login);
		let answer: HttpAnswer;
		try {
			answer = await this.http.exchange({
				method,
				url: parseUrl(url, ['http:', 'https:']),
				access: { token: null, headers, tls: settings.tls, proxy: settings.proxy },
				body,
				contentType,
				timeout: limits.loginTimeout,
				largest: limits.loginBody,
			});
		} catch (thrown) {
			throw failed(`The login failed: ${asAgentStreamError(thrown, 'LOGIN_FAILED').message}`);
		}
		return this.read(answer);
	}

	/** Gives up what is under way, for good. */
	close(): void {
		this.http.close();
	}

	private read({ status, headers, text }: HttpAnswer): Granted {
		const { login, clock } = this.options;
		const who = `The login at ${shownUrl(login.url)}`;
		if (status < 200 || status > 299) {
			const [advice, isRefusal] = adviceFor(status, redirect(headers.location, login.url));
			throw failed(`${who} was answered with HTTP ${status}: ${advice}.`, isRefusal ? REFUSED : undefined);
		}
		const value = jsonOf(text);
		if (value === undefined) throw failed(`${who} was not answered with JSON; check the login URL.`, REFUSED);
		const { tokenPath, expiresPath } = login;
		const paths = tokenPath === undefined ? ['access_token', 'token'] : [tokenPath];
		const found = paths.flatMap((path) => at(value, path)).find((each) => typeof each === 'string' && each !== '');
		if (typeof found !== 'string') {
			const sentence = `${who} brought no token at ${paths.join(' or ')}; set the token path to where it stands in the answer.`;
			throw failed(sentence, REFUSED);
		}
		const token = asToken(found.replace(/^Bearer\s+/i, ''));
		if (token === null) throw failed(`${who} brought a token that holds spaces or special characters.`, REFUSED);
		const now = clock.now();
		const said = expiresPath === undefined ? null : expiryAt(at(value, expiresPath)[0], now);
		return { token, expires: said ?? jwtExpiry(token, now, true) ?? expiryAt(at(value, 'expires_in')[0], now) };
	}
}

/** What an HTTP status other than 2xx means: advice, and whether repeating will hardly help. */
function adviceFor(status: number, location: string | null): [advice: string, isRefusal: boolean] {
	if (status === 404 || status === 405) return ['there is no such login; check its URL and method', true];
	if (status === 407) return ['the proxy wants credentials; set them in the proxy URL', true];
	if (status === 429 || status >= 500) return ['it is not ready; we keep trying', false];
	if (status >= 400) return ['it refuses us; check the body of the login, its user name and password', true];
	if (status >= 300) return [`it redirects to ${location ?? 'an unknown place'}; use that URL`, true];
	return ['it does not answer as a login does; check its URL', true];
}

function redirect(location: string | undefined, base: string): string | null {
	return location !== undefined && URL.canParse(location, base) ? shownUrl(new URL(location, base)) : null;
}

function bodyOf({ body, contentType }: LoginSettings): [text: string | undefined, contentType: string] {
	const isText = typeof body === 'string';
	const text = body === undefined || isText ? body : JSON.stringify(body);
	const isJson = !isText || typeof jsonOf(body) === 'object';
	return [text, contentType ?? (isJson ? 'application/json' : 'application/x-www-form-urlencoded')];
}

function at(value: unknown, path: string): readonly unknown[] {
	return parsePath(path)?.(value) ?? [];
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function asToken(text: string): string | null {
	try {
		return parseToken(text);
	} catch {
		return null;
	}
}

function failed(sentence: string, detail?: string): AgentStreamError {
	return new AgentStreamError('LOGIN_FAILED', sentence, undefined, detail);
}
