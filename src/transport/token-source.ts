import type { Clock, Timer } from '../model/clock';
import { type AgentStreamError, asAgentStreamError } from '../model/errors';
import { limits } from '../model/limits';
import { jwtExpiry } from './expiry';
import type { LogLimiter } from './log-limiter';
import { Login, REFUSED } from './login';
import type { Environment } from './proxy';
import type { EndpointSettings } from './settings';

/** What a {@link TokenSource} is made of. */
export interface TokenSourceOptions {
	readonly settings: Pick<EndpointSettings, 'token' | 'login' | 'tls' | 'proxy'>;
	readonly clock: Clock;
	/** A number from 0 up to 1, for the jitter. */
	readonly random: () => number;
	/** Where proxies are looked up: `process.env`. */
	readonly environment: Environment;
	readonly log: LogLimiter;
	/** There is another token than before. */
	changed(token: string | null): void;
}

/** A day: no timer is set for longer. */
const longestWait = 86_400_000;
/** A token that expires within this is worth a warning: a week. */
const expiresSoon = 604_800_000;

/**
 * The token of one endpoint. Without a login it is what the user sets. With one it is fetched when it is first needed, renewed before it
 * expires, and fetched anew where the server refuses it, but not more often than a refused attempt is repeated.
 */
export class TokenSource {
	private held: string | null;
	/** When the held token expires, in milliseconds since 1970; null = it does not say. */
	private expires: number | null;
	private isRefused = false;
	private login: Login | null = null;
	private underWay: Promise<string | null> | null = null;
	private timer: Timer | undefined;
	/** Changes when somebody sets a token, or closes: what was under way then counts no more. */
	private generation = 0;
	private loggedIn = Number.NEGATIVE_INFINITY;
	private failures = 0;
	/** The last failure, and until when it stands for another attempt. */
	private failure: { readonly error: AgentStreamError; readonly until: number } | null = null;
	/** The token whose expiry was told. */
	private told: string | null = null;

	constructor(private readonly options: TokenSourceOptions) {
		this.held = options.settings.token || null;
		this.expires = jwtExpiry(this.held, options.clock.now(), false);
	}

	/** The token as it is now; null = there is none, or not yet. */
	get current(): string | null {
		return this.held;
	}

	/**
	 * The token for an attempt; it is fetched where there is none that can be used.
	 * @throws AgentStreamError LOGIN_FAILED
	 */
	async token(): Promise<string | null> {
		if (!this.options.settings.login) {
			this.tellExpiry();
			return this.held;
		}
		if (!this.isUsable()) return await this.fetch();
		if (!this.timer) this.schedule();
		return this.held;
	}

	/**
	 * The server has refused this token. Never rejects: what fails is logged, and told by the next `token()`.
	 * @returns whether there is another one by now
	 */
	async refused(token: string | null): Promise<boolean> {
		if (!this.options.settings.login) return false;
		if (token !== this.held) return this.held !== null;
		this.isRefused = true;
		if (this.mayFetch()) return await this.renew();
		// What comes next is due later now, unless a login has failed: that has a wait of its own.
		if (!this.failure) this.schedule();
		return false;
	}

	/** Uses this token from now on; null = none, or with a login: the next one that it brings. */
	set(token: string | null): void {
		this.forget();
		this.failure = null;
		this.failures = 0;
		this.take(token, jwtExpiry(token, this.options.clock.now(), false));
	}

	/** Ends what is under way, and every timer. The next `token()` begins anew. */
	close(): void {
		this.forget();
		this.login?.close();
		this.login = null;
	}

	private forget(): void {
		this.generation += 1;
		this.underWay = null;
		this.options.clock.cancel(this.timer);
		this.timer = undefined;
	}

	private isUsable(): boolean {
		const { held, expires, isRefused } = this;
		const now = this.options.clock.now();
		// A token that has expired when it comes is the best there is.
		const isOver = expires !== null && expires <= now && Math.abs(now - this.loggedIn) >= limits.loginEvery;
		return held !== null && !isOver && (!isRefused || !this.mayFetch());
	}

	/** Whether the last login is so long ago that a token that is refused again may be replaced again. */
	private mayFetch(): boolean {
		return this.untilFetch() === 0;
	}

	/** Milliseconds until {@link mayFetch}; a clock that was set back does not make it longer. */
	private untilFetch(): number {
		return Math.max(0, limits.backoffRefused - Math.abs(this.options.clock.now() - this.loggedIn));
	}

	/** One login at a time, whoever waits for it; while the last failure stands, that. */
	private async fetch(): Promise<string | null> {
		const { failure, options } = this;
		if (this.underWay) return await this.underWay;
		if (failure && failure.until > options.clock.now()) throw failure.error;
		const { generation } = this;
		const fetching = this.grant(generation).finally(() => {
			if (this.generation === generation) this.underWay = null;
		});
		this.underWay = fetching;
		return await fetching;
	}

	private async grant(generation: number): Promise<string | null> {
		const { clock, environment, settings } = this.options;
		if (!settings.login) return this.held;
		this.login ??= new Login({ login: settings.login, settings, clock, environment });
		this.loggedIn = clock.now();
		try {
			const { token, expires } = await this.login.grant();
			if (this.generation !== generation) return this.held;
			this.failures = 0;
			this.failure = null;
			this.take(token, expires);
			return token;
		} catch (thrown) {
			const error = asAgentStreamError(thrown, 'LOGIN_FAILED');
			if (this.generation === generation) this.failure = { error, until: clock.now() + this.wait(error) };
			throw error;
		}
	}

	/** How long a failed login is not repeated: a connection that was refused waits longer than that. */
	private wait({ detail }: AgentStreamError): number {
		this.failures += 1;
		if (detail === REFUSED) return limits.backoffRefused;
		const step = limits.backoffFirst * 2 ** Math.min(this.failures - 1, 30);
		return (Math.min(step, limits.backoffLongest) * (1 + this.options.random())) / 2;
	}

	private take(token: string | null, expires: number | null): void {
		const isOther = token !== this.held;
		this.held = token;
		this.expires = expires;
		this.isRefused = false;
		this.schedule();
		if (isOther) this.options.changed(token);
	}

	private schedule(): void {
		const { clock, settings, random } = this.options;
		clock.cancel(this.timer);
		this.timer = undefined;
		if (!settings.login || this.expires === null) return;
		const life = this.expires - clock.now();
		if (life <= 0) return;
		const due = Math.max(life - limits.renewBefore, life / 2);
		const jitter = random() * Math.min(life / 10, limits.renewBefore / 2);
		const wait = Math.max(due - jitter, limits.loginEvery, this.isRefused ? this.untilFetch() : 0);
		this.timer = clock.after(Math.min(wait, longestWait), () => {
			this.timer = undefined;
			if (wait > longestWait) this.schedule();
			else void this.renew();
		});
	}

	/** Fetches another token; where that fails, again and again as long as the old one lasts. */
	private async renew(): Promise<boolean> {
		const { clock, log } = this.options;
		const { generation } = this;
		try {
			return (await this.fetch()) !== null;
		} catch (thrown) {
			if (this.generation !== generation) return false;
			const { code, message } = asAgentStreamError(thrown, 'LOGIN_FAILED');
			log.say('warn', 'login', `the token could not be renewed: ${message} [${code}]`);
			const next = Math.max(this.failure?.until ?? 0, clock.now());
			if (!this.timer && this.expires !== null && next < this.expires) {
				this.timer = clock.after(next - clock.now(), () => {
					this.timer = undefined;
					void this.renew();
				});
			}
			return false;
		}
	}

	/** A token that nothing renews: says once when it expires. */
	private tellExpiry(): void {
		const { held, expires, options } = this;
		if (held === null || expires === null || this.told === held) return;
		this.told = held;
		const left = expires - options.clock.now();
		const sentence = `the token ${left <= 0 ? 'expired' : 'expires'} at ${new Date(expires).toISOString()}; set a new one, or a login that fetches it.`;
		options.log.say(left <= expiresSoon ? 'warn' : 'info', 'token', sentence);
	}
}
