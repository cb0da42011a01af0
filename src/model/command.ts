import type { Request, StreamRequest, World } from './description';
import type { Entity } from './entity';
import { AgentStreamError } from './errors';
import { limits } from './limits';

/**
 * What a mistake costs. `high` and `destructive` ones are carried out only when they are confirmed; `none` asks for nothing but another
 * part of the stream, and so needs no control.
 */
export type Risk = 'none' | 'low' | 'medium' | 'high' | 'destructive';

/** A parameter's value once it was checked. */
export type ParameterValue = string | number | boolean | object;

/** One parameter of a command. */
export interface Parameter {
	readonly name: string;
	/** What it is, for people. */
	readonly about: string;
	/** `object`: a JSON object that is passed on as it is; `list`: a JSON array. */
	readonly type: 'text' | 'boolean' | 'integer' | 'object' | 'list';
	/** False where it may be left out. */
	readonly required?: boolean;
	/** The words that a text may be. */
	readonly options?: readonly string[];
	/** Least and greatest value of an integer. */
	readonly range?: readonly [least: number, most: number];
	/** What the server wants in its place, looked up in what it sent last (a container's current id); null = not known. */
	readonly resolve?: (value: string, world: World) => string | null;
}

/** Parameters by name, checked and resolved; absent where left out. */
export type Parameters = { readonly [name: string]: ParameterValue | undefined };

/** One command of a dialect: what can be asked of a server, apart from any entity. */
export interface Command<R extends Request | StreamRequest = Request | StreamRequest> {
	/** `[a-z0-9_]`, stable. */
	readonly name: string;
	readonly title: string;
	/** What it is about, to sort it by: array, container, vm, … */
	readonly group: string;
	readonly risk: Risk;
	readonly parameters: readonly Parameter[];
	readonly request: (parameters: Parameters) => R;
}

/** Whether a command is carried out only when it is confirmed. */
export function isDestructive({ risk }: Pick<Command, 'risk'>): boolean {
	return risk === 'high' || risk === 'destructive';
}

/**
 * The request of a command.
 * @param given parameters as a user wrote them
 * @throws AgentStreamError COMMAND_REFUSED, saying which parameter is missing, unknown or wrong
 */
export function commandRequest<R extends Request | StreamRequest>(
	command: Command<R>,
	given: Readonly<Record<string, unknown>>,
	world: World,
): R {
	const unknown = Object.keys(given).find((name) => !command.parameters.some((parameter) => parameter.name === name));
	if (unknown !== undefined) refuse(command, `it has no parameter ${JSON.stringify(unknown.slice(0, 40))}`);
	const values: { [name: string]: ParameterValue } = {};
	for (const parameter of command.parameters) {
		const value = given[parameter.name];
		if (value !== undefined && value !== null && value !== '') {
			values[parameter.name] = checked(command, parameter, value, world);
		} else if (parameter.required !== false) {
			refuse(command, `its parameter ${parameter.name} is missing (${parameter.about})`);
		}
	}
	return command.request(values);
}

function refuse(command: Command, reason: string): never {
	throw new AgentStreamError('COMMAND_REFUSED', `The command ${command.name} is refused: ${reason}.`);
}

function checked(command: Command, parameter: Parameter, value: unknown, world: World): ParameterValue {
	const { name, type, options, range, resolve } = parameter;
	const wrong = (what: string): never => refuse(command, `its parameter ${name} must be ${what}`);
	switch (type) {
		case 'boolean':
			return typeof value === 'boolean' ? value : wrong('true or false');
		case 'integer': {
			const [least, most] = range ?? [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
			const fits = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
			return fits ? value : wrong(`a whole number${range ? ` from ${least} to ${most}` : ''}`);
		}
		case 'object':
			return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : wrong('an object');
		case 'list':
			return Array.isArray(value) ? value : wrong('a list');
		case 'text': {
			if (typeof value !== 'string' || value.length > limits.textLength) return wrong('a text of up to 255 characters');
			if (options && !options.includes(value)) return wrong(`one of ${options.join(', ')}`);
			const resolved = resolve ? resolve(value, world) : value;
			return resolved ?? refuse(command, `the server lists no ${name} ${JSON.stringify(value.slice(0, 80))}`);
		}
	}
}

/** What is wrong with the value that a number or select is to be set to; null where nothing is. */
export function wrongValue({ platform, range, options }: Entity, value: unknown): string | null {
	if (platform === 'select') {
		const words = options ?? [];
		return typeof value === 'string' && words.includes(value)
			? null
			: `its options are ${words.join(', ').slice(0, 200)}`;
	}
	if (platform !== 'number') return null;
	if (typeof value !== 'number' || !Number.isFinite(value) || !range) return 'the value is no number';
	if (value < range.min || value > range.max) return `the value is outside ${range.min} to ${range.max}`;
	const steps = (value - range.min) / range.step;
	return Math.abs(steps - Math.round(steps)) > 1e-6 ? `the value is not on its step of ${range.step}` : null;
}

/** Writes a REST path: every value in it is one percent-encoded name. */
export function restPath(
	parts: TemplateStringsArray,
	...values: readonly (ParameterValue | null | undefined)[]
): string {
	return parts.reduce((path, part, index) => `${path}${encodeURIComponent(String(values[index - 1] ?? ''))}${part}`);
}
