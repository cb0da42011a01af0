import { wrongValue } from '../model/command';
import type { Entity } from '../model/entity';
import { AgentStreamError } from '../model/errors';
import { isFields } from '../model/fields';
import { CONFIRMED } from './discovery';

/** A command that came on an entity's command topic. */
export interface BridgeCommand {
	/** Endpoint id of the entity. */
	readonly source: string;
	readonly unique_id: string;
	/** `on`, `off`, `press`, `set` or `install`. */
	readonly action: string;
	/** What a number or select is set to. */
	readonly value?: string | number;
	readonly topic: string;
	/** True where the payload confirmed it: `{"confirm":true}`. */
	readonly confirmed: boolean;
}

/** Longest command payload: the longest option of a select. */
const LONGEST = 255;

/**
 * Reads a command's payload.
 * @throws AgentStreamError COMMAND_REFUSED when the entity takes no such command, or the payload is not what it takes
 */
export function readCommand(entity: Entity, topic: string, payload: string): BridgeCommand {
	const refuse = (reason: string): never => {
		throw new AgentStreamError('COMMAND_REFUSED', `Command on ${topic} refused: ${reason}.`);
	};
	if (payload.length > LONGEST) refuse(`longer than ${LONGEST} characters`);
	const { action, value } = wanted(entity, payload, refuse);
	if (!entity.command?.actions.includes(action)) refuse(`${entity.unique_id} has no action "${action}"`);
	const { source, unique_id } = entity;
	return {
		source,
		unique_id,
		action,
		topic,
		confirmed: isConfirmed(payload),
		...(value === undefined ? {} : { value }),
	};
}

type Refuse = (reason: string) => never;

function wanted(entity: Entity, payload: string, refuse: Refuse): { action: string; value?: string | number } {
	switch (entity.platform) {
		case 'switch': {
			const word = payload.toLowerCase();
			return word === 'on' || word === 'off' ? { action: word } : refuse('a switch takes "on" or "off"');
		}
		case 'button':
			return pressed(entity, payload, 'PRESS', refuse) ?? { action: 'press' };
		case 'update':
			return pressed(entity, payload, 'INSTALL', refuse) ?? { action: 'install' };
		case 'number':
			return { action: 'set', value: numberOf(entity, payload, refuse) };
		case 'select':
			return { action: 'set', value: fitting(entity, payload, refuse) };
		default:
			return refuse(`a ${entity.platform} takes no commands`);
	}
}

/** Destructive commands ask for a confirmation in the payload, which also comes from Home Assistant's own button. */
function pressed(entity: Entity, payload: string, word: string, refuse: Refuse): undefined {
	if (isConfirmed(payload)) return;
	if (entity.command?.destructive) refuse(`it can do harm and needs the payload ${CONFIRMED}`);
	if (payload !== word) refuse(`the payload must be ${word}`);
}

function isConfirmed(payload: string): boolean {
	try {
		const parsed: unknown = JSON.parse(payload);
		return isFields(parsed) && parsed.confirm === true;
	} catch {
		return false;
	}
}

function numberOf(entity: Entity, payload: string, refuse: Refuse): number {
	const value = /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(payload) ? Number(payload) : Number.NaN;
	return fitting(entity, value, refuse);
}

function fitting<V extends string | number>(entity: Entity, value: V, refuse: Refuse): V {
	const wrong = wrongValue(entity, value);
	return wrong === null ? value : refuse(wrong);
}
