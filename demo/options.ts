import { parseArgs } from 'node:util';
import { demoServers } from './servers';

/** What the demo is told on the command line. */
export interface DemoOptions {
	/** Protocols that are shown. */
	readonly only: readonly string[];
	/** Stream of a real Unraid server; null = the simulators. */
	readonly endpoint: string | null;
	/** A recording that the Unraid simulator plays instead of its own story; null = its story. */
	readonly recording: string | null;
	/** A real broker; null = the embedded one. */
	readonly broker: string | null;
	/** Port of Node-RED; 0 = any free one. */
	readonly port: number;
	/** Whether to show the dashboard in the browser. */
	readonly open: boolean;
	readonly help: boolean;
}

/** Protocols that the demo has, by the names of their dialects. */
const protocols: readonly string[] = ['unraid', ...demoServers.map(({ name }) => name)];

/** The demo's usage, as `--help` and a mistake show it. */
export const usage = `npm start -- [options]

Starts Node-RED with a ready flow, and for it an MQTT broker and a simulated server of every protocol.

  --only NAMES     some of the protocols alone, separated by commas: ${protocols.join(', ')}
  --endpoint URL   a real Unraid server instead of all simulated ones (ws://tower:8043/api/v1/ws)
  --recording FILE what the Unraid simulator plays instead of its own story (made by agent-stream record)
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
			only: { type: 'string' },
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
	const only = chosen(values.only, values.endpoint === undefined ? protocols : ['unraid']);
	if (!only.includes('unraid') && (values.endpoint ?? values.recording) !== undefined) {
		throw new Error('--endpoint and --recording are for unraid: name it in --only as well');
	}
	const port = Number(values.port);
	if (!/^\d+$/.test(values.port) || port > 65_535) throw new Error(`--port ${values.port} is no port number`);
	return {
		only,
		endpoint: url('--endpoint', values.endpoint, ['ws:', 'wss:']),
		recording: values.recording ?? null,
		broker: url('--broker', values.broker, ['mqtt:', 'mqtts:', 'ws:', 'wss:']),
		port,
		open: !values['no-open'],
		help: values.help,
	};
}

function chosen(names: string | undefined, fallback: readonly string[]): readonly string[] {
	if (names === undefined) return fallback;
	const words = names.split(',').map((word) => word.trim());
	const wrong = words.find((word) => !protocols.includes(word));
	if (wrong !== undefined) throw new Error(`--only knows no ${wrong || 'empty name'}, but ${protocols.join(', ')}`);
	return protocols.filter((name) => words.includes(name));
}

function url(name: string, text: string | undefined, schemes: readonly string[]): string | null {
	if (text === undefined) return null;
	if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol)) {
		throw new Error(`${name} needs a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`);
	}
	return text;
}
