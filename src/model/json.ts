import { AgentStreamError } from './errors';
import type { Frame } from './event';
import { limits } from './limits';

/**
 * The JSON object or array that a frame holds.
 * @throws AgentStreamError FRAME_INVALID; its `detail` is `too_large`, `empty`, `not_json` or `scalar`
 */
export function parseJson(frame: Frame): object {
	const size = frame.length;
	if (size > limits.frameSize) {
		throw fault('too_large', `A frame of ${size} characters is above the limit of ${limits.frameSize}.`);
	}
	const text = typeof frame === 'string' ? frame : Buffer.from(frame.buffer, frame.byteOffset, size).toString('utf8');
	if (text.trim() === '') {
		throw fault('empty', 'The frame is empty (some servers send that where a value was no number).');
	}
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (thrown) {
		const why = thrown instanceof Error ? thrown.message.slice(0, 120) : 'unreadable';
		throw fault('not_json', `The frame is not JSON: ${why}`);
	}
	if (typeof value !== 'object' || value === null) {
		throw fault('scalar', 'The frame is JSON but neither an object nor an array.');
	}
	return value;
}

function fault(detail: string, message: string): AgentStreamError {
	return new AgentStreamError('FRAME_INVALID', message, undefined, detail);
}

/**
 * Whether JSON is nested deeper than `depth`, as is everything that contains itself. Walks level by level, each object once per level:
 * neither depth nor loops can exhaust stack or memory.
 */
export function nestedDeeper(value: unknown, depth: number): boolean {
	let level = new Set<object>(typeof value === 'object' && value !== null ? [value] : []);
	for (let at = 0; level.size > 0; at += 1) {
		if (at > depth) return true;
		const next = new Set<object>();
		for (const node of level) {
			for (const child of Object.values(node)) if (typeof child === 'object' && child !== null) next.add(child);
		}
		level = next;
	}
	return false;
}

/** Whether two JSON values are the same; only for values whose depth is bounded. */
export function sameJson(a: unknown, b: unknown): boolean {
	if (a === b) return true;
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
	if (Array.isArray(a)) {
		if (!Array.isArray(b) || a.length !== b.length) return false;
		for (let index = 0; index < a.length; index += 1) if (!sameJson(a[index], b[index])) return false;
		return true;
	}
	if (Array.isArray(b)) return false;
	const left = a as { readonly [key: string]: unknown };
	const right = b as { readonly [key: string]: unknown };
	let keys = 0;
	for (const key in left) {
		if (!Object.hasOwn(right, key) || !sameJson(left[key], right[key])) return false;
		keys += 1;
	}
	for (const _ in right) keys -= 1;
	return keys === 0;
}

/**
 * A message as JSON text.
 * @throws AgentStreamError SEND_FAILED where it has none (a function, a circle)
 */
export function jsonMessage(message: object): string {
	let text: string | undefined;
	try {
		text = JSON.stringify(message);
	} catch {
		// A circular one: the same as one that has no JSON.
	}
	if (text !== undefined) return text;
	throw new AgentStreamError('SEND_FAILED', 'The message cannot be written as JSON: nothing was sent.');
}
