import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Recorded, readRecording } from '../src/replay/recording';
import { parseRestReplies } from '../src/replay/rest';
import { ReplayServer } from '../src/replay/server';
import { flag, number, text, UsageError, withDefault } from './arguments';
import { command } from './command';
import { say, untilEnd } from './io';

const ends = ['hold', 'loop', 'once'] as const;

/** `agent-stream replay`: serves a recording as the agent did. */
export const replay = command(
	{
		name: 'replay',
		about: 'Serves a recording on 127.0.0.1, to every client from its first frame; then the connection stays open',
		argument: 'FILE',
		options: {
			port: withDefault(number('N', 'port; 0 = any free one', [0, 65_535], true), 8043),
			path: text('P', 'the only path for WebSocket clients (default: any)', (path) =>
				path.startsWith('/') ? null : 'must begin with /',
			),
			speed: withDefault(number('X', '2 = twice as fast, 0 = no waiting', [0, 1_000_000]), 1),
			rest: text('FILE', 'answers to GET as JSON: {path: {status, contentType, body|bodyText}}'),
			hold: flag("after the last frame, repeat each type's last frame at its cadence"),
			loop: flag('after the last frame, start again'),
			once: flag('after the last frame, close the connection'),
		},
	},
	async ({ values, argument }, io, output) => {
		const [end = 'open', another] = ends.filter((each) => values[each]);
		if (another) throw new UsageError(`--${end} and --${another} exclude each other`);
		const frames: Recorded[] = [];
		for await (const recorded of readRecording(createReadStream(argument ?? ''))) frames.push(recorded);
		const rest = values.rest === undefined ? new Map() : parseRestReplies(await readFile(values.rest, 'utf8'));
		const { port, path, speed } = values;
		const server = new ReplayServer({ frames, port, path, speed, end, rest }, io.clock);
		await server.start();
		server.on('clients', (count) => say(io, `${count} connected`));
		// A failed write ends the command by way of `untilEnd`.
		server.on('command', (command) => void output.json(command).catch(() => {}));
		try {
			// Whoever reads that we serve may end us at once: by then the signal is awaited.
			const ended = untilEnd(io, output, undefined);
			say(io, `serving ${frames.length} frames on ${server.url}${path === undefined ? ' (any path)' : ''}`);
			await ended;
		} finally {
			await server.stop();
		}
	},
);
