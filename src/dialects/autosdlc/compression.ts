import { gunzipSync } from 'node:zlib';
import { AgentStreamError } from '../../model/errors';
import type { Frame } from '../../model/event';
import { type Fields, isFields } from '../../model/fields';
import { parseJson } from '../../model/json';
import { limits } from '../../model/limits';

/**
 * The JSON of a frame: text, bytes, or bytes that are compressed by gzip; data that is compressed by itself (`metadata.compressed`) too.
 * The messages of a list stay packed until each is taken out: one that is broken must not cost the others.
 * @throws AgentStreamError FRAME_INVALID; its `detail` is that of `parseJson`, `too_large` or `compression`
 */
export function decode(frame: Frame): unknown {
	return expanded(parseJson(isGzip(frame) ? unzipped(frame, limits.frameSize) : frame));
}

/** How many bytes the packed data of one frame may still have when unpacked: a list of small messages can hold a bomb in each. */
export interface Budget {
	left: number;
}

/** What one frame may unpack to: no more than a frame may be. */
export const frameBudget = (): Budget => ({ left: limits.frameSize });

/**
 * A message with its data as JSON: unpacked, where it is text and the metadata say that it is compressed.
 * @throws AgentStreamError FRAME_INVALID as {@link decode}
 */
export function expanded(value: unknown, budget = frameBudget()): unknown {
	if (!isPacked(value)) return value;
	const bytes = unzipped(Buffer.from(value.data, 'base64'), budget.left);
	budget.left -= bytes.length;
	return { ...value, data: parseJson(bytes) };
}

/** Whether a message's data is still compressed. */
function isPacked(value: unknown): value is Fields & { readonly data: string } {
	return (
		isFields(value) && typeof value.data === 'string' && isFields(value.metadata) && value.metadata.compressed === true
	);
}

function isGzip(frame: Frame): frame is Uint8Array {
	return typeof frame !== 'string' && frame[0] === 0x1f && frame[1] === 0x8b;
}

/** What gzip has packed, as long as it is no larger than `most` bytes: a few bytes can unpack to gigabytes. */
function unzipped(bytes: Uint8Array, most: number): Uint8Array {
	if (bytes.length > limits.frameSize || most < 1) throw tooLarge();
	try {
		return gunzipSync(bytes, { maxOutputLength: most });
	} catch (thrown) {
		if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(thrown);
		throw new AgentStreamError('FRAME_INVALID', 'The compressed data cannot be unpacked.', thrown, 'compression');
	}
}

function tooLarge(cause?: unknown): AgentStreamError {
	const sentence = `The compressed data is above the limit of ${limits.frameSize} bytes.`;
	return new AgentStreamError('FRAME_INVALID', sentence, cause, 'too_large');
}
