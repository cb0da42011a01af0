import type { Entity } from '../model/entity';
import { AgentStreamError } from '../model/errors';
import { CONFIRMED } from './discovery';

/** A command that came on an entity's command topic. */
export interface BridgeCommand {
	readonly unique_id: string;
	/** `on`, `off`, `press`, `set` or `install`. */
	readonly action: string;
	/** What a number or select is set to. */
	readonly value?: string | number;
	readonly topic: string;
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
	return { unique_id: entity.unique_id, action, topic, ...(value === undefined ? {} : { value }) };
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
			return entity.options?.includes(payload)
				? { action: 'set', value: payload }
				: refuse(`its options are ${JSON.stringify(entity.options ?? []).slice(0, LONGEST)}`);
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
		return typeof parsed === 'object' && parsed !== null && (parsed as { confirm?: unknown }).confirm === true;
	} catch {
		return false;
	}
}

function numberOf(entity: Entity, payload: string, refuse: Refuse): number {
	const value = /^\s*[+-]?(\d+\.?\d*|\.\d+)\s*$/.test(payload) ? Number(payload) : Number.NaN;
	const { range } = entity;
	if (!Number.isFinite(value) || !range) return refuse('no number');
	if (value < range.min || value > range.max) refuse(`outside ${range.min} to ${range.max}`);
	const steps = (value - range.min) / range.step;
	if (Math.abs(steps - Math.round(steps)) > 1e-6) refuse(`not on its step of ${range.step}`);
	return value;
}
