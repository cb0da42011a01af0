import { Control } from '../src/control';
import type { ConnectionState } from '../src/endpoint';
import { neededTypes } from '../src/entities/needs';
import { readMemory } from '../src/entities/recollection';
import { type AgentStreamError, asAgentStreamError } from '../src/model/errors';
import { limits } from '../src/model/limits';
import type { Logger } from '../src/model/logger';
import { Bridge } from '../src/mqtt/bridge';
import { bridgeSettingsSchema } from '../src/mqtt/settings';
import { Pipeline } from '../src/pipeline';
import { flag, required, text, withDefault, word } from './arguments';
import { closeAll } from './closing';
import { command } from './command';
import { endpointOf, endpointOptions } from './endpoint';
import { stderrLogger, untilEnd } from './io';
import { chosenDialect, forOption, idOption, wrongBy } from './options';
import { type Saved, StateFile } from './state-file';
import { version } from './version';

const { url, discovery, discoveryPrefix, topicPrefix } = bridgeSettingsSchema.shape;

/** `agent-stream bridge`: the whole pipeline headless, from the endpoint to the broker. */
export const bridge = command(
	{
		name: 'bridge',
		about: 'Publishes a server over MQTT and announces it to Home Assistant, until it is told to end',
		argument: null,
		options: {
			...endpointOptions(),
			id: required(idOption()),
			broker: required(text('URL', 'MQTT broker: mqtt://, mqtts://, ws:// or wss://', wrongBy(url))),
			discovery: withDefault(
				word(discovery.unwrap().options, 'form of Home Assistant discovery'),
				discovery.parse(undefined),
			),
			'discovery-prefix': withDefault(
				text('P', 'discovery prefix', wrongBy(discoveryPrefix)),
				discoveryPrefix.parse(undefined),
			),
			'topic-prefix': withDefault(
				text('P', 'prefix of all topics', wrongBy(topicPrefix)),
				topicPrefix.parse(undefined),
			),
			'allow-control': flag('carry out commands from Home Assistant on the server'),
			state: text('FILE', 'keeps totals and what was published over restarts besides the broker'),
			for: forOption(),
		},
	},
	async ({ values }, io, output) => {
		const { id, state: path, 'allow-control': allowControl } = values;
		const { clock } = io;
		const logger = stderrLogger(io);
		const warn = ({ code, message }: AgentStreamError) => logger.warn(`${code}: ${message}`);
		const failed = new AbortController();

		const endpoint = endpointOf(values, { id, allowControl }, io);
		let pipeline: Pipeline | undefined;
		const current = (): Saved => ({ memory: pipeline?.save() ?? {}, ledger: mqtt.ledger });
		const kept = new StateFile(path, io, current);
		const saved = kept.read();
		const settings = bridgeSettingsSchema.parse({
			url: values.broker,
			discovery: values.discovery,
			discoveryPrefix: values['discovery-prefix'],
			topicPrefix: values['topic-prefix'],
			commands: allowControl,
			// One bridge per endpoint: so several share a broker and a prefix, and each finds its own topics again.
			instance: id,
		});
		// What ends the program is said once, at its end.
		const quiet: Logger = { ...logger, warn: (line) => failed.signal.aborted || logger.warn(line) };
		const mqtt = new Bridge(settings, {
			clock,
			logger: quiet,
			random: Math.random,
			version: version(),
			memory: () => pipeline?.save(),
			...(saved.ledger === undefined ? {} : { ledger: saved.ledger }),
		});
		const connect = (memory: Saved['memory']): void => {
			const made = new Pipeline({
				source: id,
				dialect: chosenDialect(values),
				clock,
				memory,
				waitForName: true,
				url: new URL(values.endpoint),
				report: warn,
				changed: (changes) => {
					mqtt.apply(changes);
					kept.changed();
				},
			});
			pipeline = made;
			endpoint.on('event', (event) => made.event(event));
			endpoint.on('state', ({ phase, pollingSince }: ConnectionState) => {
				const polling = pollingSince !== undefined;
				made.connection(phase === 'open' || polling, polling);
			});
			endpoint.start();
		};

		const ask = () => endpoint.dialect && endpoint.want(neededTypes(endpoint.dialect));
		ask();
		// A protocol that is to be recognised is known by its first event.
		endpoint.once('event', ask);
		const control = new Control(endpoint, clock);
		mqtt.on('command', (given) => {
			control.run(given, given.confirmed).then(
				() => logger.info(`${given.unique_id}: ${given.action} was carried out`),
				(thrown: unknown) => warn(asAgentStreamError(thrown, 'REST_FAILED')),
			);
		});
		let accepted = false;
		mqtt.on('state', ({ phase, cause }) => {
			accepted ||= phase === 'open';
			if (!accepted && cause?.code === 'BROKER_UNAUTHORIZED') failed.abort(cause);
		});

		try {
			const end = new AbortController();
			const ended = untilEnd(io, output, values.for, failed.signal).finally(() => end.abort());
			mqtt.start();
			const memory = kept.isThere ? saved.memory : await recall(mqtt, logger, ended);
			if (!end.signal.aborted) connect(memory);
			await ended;
		} finally {
			await closeAll(
				() => endpoint.stop(),
				() => control.close(),
				() => pipeline?.close(),
				() => mqtt.stop(),
				() => kept.close(),
			);
		}
		failed.signal.throwIfAborted();
	},
);

/** What an earlier run kept at the broker; the stream waits for it for a moment only. */
async function recall(mqtt: Bridge, logger: Logger, ended: Promise<void>): Promise<Saved['memory']> {
	const found = await Promise.race([mqtt.recall(limits.recallWithin), ended.then(() => null)]);
	if (found === undefined) {
		logger.warn('the broker cannot be asked for the totals of an earlier run: energy counts from 0');
	}
	return readMemory(found);
}
