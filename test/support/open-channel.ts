import assert from 'node:assert/strict';
import type { Frame } from '../../src/model/event';
import type { Channel, End, Transport } from '../../src/transport/channel';

/** One channel, and promises of what happens to it. */
export interface OpenedChannel {
	readonly channel: Channel;
	readonly frames: readonly Frame[];
	readonly whenOpened: Promise<void>;
	readonly whenEnded: Promise<End>;
	/** Resolves when this many frames have come. */
	whenFrames(count: number): Promise<void>;
}

/** Opens a channel; it must end once at most, and say nothing after that. */
export function openChannel(transport: Transport): OpenedChannel {
	const frames: Frame[] = [];
	let opened = () => {};
	let ended = (_end: End) => {};
	let framed = () => {};
	const whenOpened = new Promise<void>((resolve) => (opened = resolve));
	const whenEnded = new Promise<End>((resolve) => (ended = resolve));
	let isOver = false;
	const channel: Channel = transport.open({
		opened: () => {
			assert.ok(!isOver, 'opened after the end');
			opened();
		},
		frame: (frame) => {
			assert.ok(!isOver, 'a frame after the end');
			frames.push(frame);
			framed();
		},
		ended: (end) => {
			assert.ok(!isOver, 'a second end');
			isOver = true;
			ended(end);
		},
	});
	const whenFrames = (count: number) =>
		new Promise<void>((resolve) => {
			framed = () => frames.length >= count && resolve();
			framed();
		});
	return { channel, frames, whenOpened, whenEnded, whenFrames };
}
