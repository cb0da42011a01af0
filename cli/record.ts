import { appendFileSync, closeSync, openSync } from 'node:fs';
import { recordingLine } from '../src/replay/recording';
import { required, text } from './arguments';
import { closeAll } from './closing';
import { command } from './command';
import { endpointOf, endpointOptions } from './endpoint';
import { say, untilEnd } from './io';
import { forOption } from './options';

/** `agent-stream record`: writes down what a server sends. */
export const record = command(
	{
		name: 'record',
		about: 'Writes every frame that a server sends to a file, with its time, exactly as it came',
		argument: null,
		options: {
			...endpointOptions(),
			out: required(text('FILE', 'the file; one that exists is overwritten')),
			for: forOption(),
		},
	},
	async ({ values }, io, output) => {
		// Frames only: nothing is asked of REST.
		const quiet = { snapshot: false, pollEvery: 0, fallback: false };
		const endpoint = endpointOf(values, { id: 'record', ...quiet }, io);
		const file = openSync(values.out, 'w');
		const failed = new AbortController();
		let start: number | undefined;
		let frames = 0;
		endpoint.on('state', ({ phase }) => {
			if (phase === 'open') start ??= io.clock.now();
		});
		endpoint.on('frame', (frame, received) => {
			start ??= received;
			try {
				// At once, so that nothing is lost however the process ends; one line after the other, so that memory stays bounded.
				appendFileSync(file, recordingLine(Math.max(0, Math.round(received - start)), frame));
				frames += 1;
			} catch (thrown) {
				failed.abort(thrown);
			}
		});
		try {
			endpoint.start();
			await untilEnd(io, output, values.for, failed.signal);
		} finally {
			await closeAll(
				() => endpoint.stop(),
				() => closeSync(file),
			);
		}
		failed.signal.throwIfAborted();
		const seconds = start === undefined ? 0 : (io.clock.now() - start) / 1_000;
		say(io, `${frames} frames of ${seconds.toFixed(1)} s are in ${values.out}`);
	},
);
