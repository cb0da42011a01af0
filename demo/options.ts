import { parseArgs } from 'node:util';

/** What the demo is told on the command line. */
export interface DemoOptions {
	/** Stream of a real agent; null = the simulator. */
	readonly endpoint: string | null;
	/** A recording that the simulator plays instead of its own story; null = its story. */
	readonly recording: string | null;
	/** A real broker; null = the embedded one. */
	readonly broker: string | null;
	/** Port of Node-RED; 0 = any free one. */
	readonly port: number;
	/** Whether to show the dashboard in the browser. */
	readonly open: boolean;
	readonly help: boolean;
}

/** The demo's usage, as `--help` and a mistake show it. */
export const usage = `npm start -- [options]

Starts Node-RED with a ready flow, and for it a simulated Unraid server and an MQTT broker.

  --endpoint URL   a real agent instead of the simulator (ws://tower:8043/api/v1/ws)
  --recording FILE what the simulator plays instead of its own story (made by agent-stream record)
  --broker URL     a real broker instead of the embedded one (mqtt://[user:password@]host[:port])
  --port N         port of Node-RED (default 1880; 0 = any free one)
  --no-open        do not open the dashboard in the browser
  --help           this text
`;

/**
 * Reads the arguments after the script's name.
 * @throws Error with a sentence for the user
 */
export function readOptions(args: readonly string[]): DemoOptions {
	const { values } = parseArgs({
		args: [...args],
		options: {
			endpoint: { type: 'string' },
			recording: { type: 'string' },
			broker: { type: 'string' },
			port: { type: 'string', default: '1880' },
			'no-open': { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.endpoint !== undefined && values.recording !== undefined) {
		throw new Error('--recording is for the simulator: leave --endpoint out');
	}
	const port = Number(values.port);
	if (!/^\d+$/.test(values.port) || port > 65_535) throw new Error(`--port ${values.port} is no port number`);
	return {
		endpoint: url('--endpoint', values.endpoint, ['ws:', 'wss:']),
		recording: values.recording ?? null,
		broker: url('--broker', values.broker, ['mqtt:', 'mqtts:', 'ws:', 'wss:']),
		port,
		open: !values['no-open'],
		help: values.help,
	};
}

function url(name: string, text: string | undefined, schemes: readonly string[]): string | null {
	if (text === undefined) return null;
	if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol)) {
		throw new Error(`${name} needs a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
	}
	return text;
}
