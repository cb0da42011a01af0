import type { Endpoint } from './endpoint';
import type { Clock, Timer } from './model/clock';
import { type Command, commandRequest, isDestructive, wrongValue } from './model/command';
import type { Request, StreamRequest } from './model/description';
import { AgentStreamError, asAgentStreamError } from './model/errors';
import type { StreamEvent } from './model/event';
import { isFields } from './model/fields';
import { limits } from './model/limits';
import { Pipeline } from './pipeline';

/** A command on an entity. */
export interface EntityCommand {
	readonly unique_id: string;
	/** `on`, `off`, `press`, `set` or `install`. */
	readonly action: string;
	/** What a number or select is set to. */
	readonly value?: string | number | undefined;
}

/** A command of the dialect, by name. */
export interface NamedCommand {
	readonly name: string;
	readonly parameters: Readonly<Record<string, unknown>>;
}

/** What became of a command that was carried out. */
export interface Carried {
	/** HTTP method; null where it was a message on the stream. */
	readonly method: string | null;
	/** Below the server's REST base; null as above. */
	readonly path: string | null;
	/** What was sent. */
	readonly body: unknown;
	/** HTTP status; null as above. */
	readonly status: number | null;
	/** The server's answer: parsed JSON, or text, or the data of the event that answers; null where it had none. */
	readonly answer: unknown;
}

/** A command that may be carried out when its turn comes. */
interface Order {
	/** Commands of one line wait for each other. */
	readonly line: string;
	/** Two orders with one key are the same. */
	readonly key: string;
	readonly request: () => Request | StreamRequest;
}

interface Line {
	/** Orders that are under way or wait. */
	readonly keys: Set<string>;
	last: Promise<unknown>;
}

/**
 * Carries out commands on one endpoint: each once, one after another for one entity, destructive ones only when confirmed.
 * Keeps the newest data of what can be commanded (a container's current id), and nothing where control is not allowed.
 */
export class Control {
	private readonly pipeline: Pipeline;
	private readonly lines = new Map<string, Line>();
	private readonly outdated = new Set<string>();
	private timer: Timer | undefined;

	constructor(
		private readonly endpoint: Endpoint,
		private readonly clock: Clock,
	) {
		this.pipeline = new Pipeline({
			source: endpoint.id,
			dialect: endpoint.dialect ?? 'auto',
			clock,
			tables: (dialect) => dialect && { ...dialect, subjects: dialect.subjects.flatMap(commanded) },
			changed: () => {},
		});
		if (endpoint.allowControl) endpoint.on('event', this.heard);
	}

	/** Event types without which it does not know what can be commanded; empty = all, as long as the dialect is not known. */
	get types(): string[] {
		const subjects = this.endpoint.dialect?.subjects.flatMap(commanded) ?? [];
		return [...new Set(subjects.flatMap(({ from }) => from))];
	}

	/** The commands of the dialect; none while it is not known. */
	get commands(): readonly Command[] {
		return this.endpoint.dialect?.commands ?? [];
	}

	/**
	 * Carries out a command, and has fetched soon after what it changed.
	 * @param confirmed whether somebody said that a destructive one is meant
	 * @throws AgentStreamError COMMAND_REFUSED (nothing was sent), LIMIT_REACHED, NOT_CONNECTED, SEND_FAILED, UNAUTHORIZED, REST_FAILED, NO_ANSWER
	 */
	async run(command: EntityCommand | NamedCommand, confirmed: boolean): Promise<Carried> {
		if ('name' in command) this.mustExist(command.name);
		if (!this.isHarmless(command)) this.endpoint.mustAllowControl();
		const order = 'unique_id' in command ? this.entityOrder(command, confirmed) : this.namedOrder(command, confirmed);
		return await this.inTurn(order, () => {
			const request = order.request();
			return 'message' in request ? this.say(request) : this.carryOut(request);
		});
	}

	/** Stops listening and fetching. What is under way ends by itself. */
	close(): void {
		this.endpoint.off('event', this.heard);
		this.pipeline.close();
		this.clock.cancel(this.timer);
		this.timer = undefined;
	}

	private mustExist(name: string): void {
		if (this.commands.some((each) => each.name === name)) return;
		const reason = this.endpoint.dialect ? 'no such command' : 'told no protocol yet';
		refuse(`${this.endpoint.id} has ${reason}: ${name.slice(0, 80)}`);
	}

	/** Whether it only asks for another part of the stream. */
	private isHarmless(command: EntityCommand | NamedCommand): boolean {
		return 'name' in command && this.commands.some(({ name, risk }) => name === command.name && risk === 'none');
	}

	private readonly heard = (event: StreamEvent): void => this.pipeline.event(event);

	private entityOrder({ unique_id: id, action, value }: EntityCommand, confirmed: boolean): Order {
		const entity = this.pipeline.entity(id);
		if (entity?.command?.destructive) mustBeConfirmed(id, confirmed);
		const wrong = entity && wrongValue(entity, value);
		if (wrong) refuse(`${id} is not set: ${wrong}`);
		return {
			line: id,
			key: JSON.stringify([action, value]),
			request: () => {
				const request = this.pipeline.command(id, action, value);
				return { changes: entity ? [entity.event_type] : [], ...request };
			},
		};
	}

	private namedOrder({ name, parameters }: NamedCommand, confirmed: boolean): Order {
		const command = this.commands.find((each) => each.name === name);
		if (!command) return refuse(`${this.endpoint.id} has no such command: ${name.slice(0, 80)}`);
		if (isDestructive(command)) mustBeConfirmed(`The command ${name}`, confirmed);
		const key = JSON.stringify([name, parameters]);
		return { line: key, key, request: () => commandRequest(command, parameters, this.pipeline.world) };
	}

	/** Orders of one line one after another; the same one only once. */
	private async inTurn<T>({ line: name, key }: Order, work: () => Promise<T>): Promise<T> {
		const line = this.lines.get(name) ?? { keys: new Set(), last: Promise.resolve() };
		if (line.keys.has(key)) refuse(`${name} does that already: the same command is under way`);
		if (line.keys.size > limits.commandsWaiting) {
			throw new AgentStreamError('LIMIT_REACHED', `${limits.commandsWaiting} commands wait for ${name} already.`);
		}
		this.lines.set(name, line);
		line.keys.add(key);
		const asked = this.clock.now();
		const mine = line.last.then(() => {
			const waited = this.clock.now() - asked;
			if (waited > limits.commandExpiry * 1_000) refuse(`${name} was busy for ${Math.round(waited / 1_000)} s`);
			return work();
		});
		line.last = mine.catch(() => undefined);
		try {
			return await mine;
		} finally {
			line.keys.delete(key);
			if (line.keys.size === 0) this.lines.delete(name);
		}
	}

	private async carryOut(request: Request): Promise<Carried> {
		const { method, path, body = null, changes = [], announces } = request;
		const { status, body: answer } = await this.endpoint.request(request);
		if (announces) {
			const at = new Date(this.clock.now()).toISOString();
			this.endpoint.announce(announces.type, { ...announces.data, ...messageOf(answer), at });
		}
		this.fetchSoon(changes);
		return { method, path, body, status, answer };
	}

	/** Sends a message on the stream, and waits for the event that answers it. */
	private async say({ message, answer }: StreamRequest): Promise<Carried> {
		const carried = { method: null, path: null, body: message, status: null };
		const { endpoint, clock } = this;
		if (!answer) {
			endpoint.send(message);
			return { ...carried, answer: null };
		}
		return await new Promise((resolve, reject) => {
			const end = (): void => {
				clock.cancel(timer);
				endpoint.off('event', listen);
			};
			const listen = (event: StreamEvent): void => {
				if (!answer(event)) return;
				end();
				resolve({ ...carried, answer: event.data });
			};
			const timer = clock.after(limits.answerWithin, () => {
				end();
				const seconds = limits.answerWithin / 1_000;
				const sentence = `${endpoint.id} did not answer within ${seconds} s; it may still do what it was told.`;
				reject(new AgentStreamError('NO_ANSWER', sentence));
			});
			endpoint.on('event', listen);
			try {
				endpoint.send(message);
			} catch (thrown) {
				end();
				reject(asAgentStreamError(thrown, 'SEND_FAILED'));
			}
		});
	}

	/** One round for all commands of this moment. */
	private fetchSoon(types: readonly string[]): void {
		for (const type of types) this.outdated.add(type);
		if (this.timer !== undefined || this.outdated.size === 0) return;
		this.timer = this.clock.after(limits.refreshAfter, () => {
			this.timer = undefined;
			const outdated = [...this.outdated];
			this.outdated.clear();
			void this.endpoint.refresh(outdated);
		});
	}
}

/** What of a subject can be commanded: a list of one, or of none. */
function commanded<S extends { readonly rows: readonly { readonly command?: unknown }[] }>(subject: S): S[] {
	const rows = subject.rows.filter(({ command }) => command !== undefined);
	return rows.length > 0 ? [{ ...subject, rows }] : [];
}

function mustBeConfirmed(what: string, confirmed: boolean): void {
	if (!confirmed) refuse(`${what} can do harm and was not confirmed: it needs confirm = true in its payload`);
}

function refuse(reason: string): never {
	throw new AgentStreamError('COMMAND_REFUSED', `${reason}. Nothing was sent.`);
}

function messageOf(answer: unknown): { message?: string } {
	const message = isFields(answer) ? answer.message : null;
	return typeof message === 'string' ? { message: message.slice(0, limits.shownText) } : {};
}
