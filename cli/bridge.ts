import { Control } from '../src/control';
import type { ConnectionState } from '../src/endpoint';
import { neededTypes } from '../src/entities/needs';
import { type AgentStreamError, asAgentStreamError } from '../src/model/errors';
import { Bridge } from '../src/mqtt/bridge';
import { bridgeSettingsSchema } from '../src/mqtt/settings';
import { Pipeline } from '../src/pipeline';
import { flag, required, text, withDefault, word } from './arguments';
import { command } from './command';
import { endpointOf, endpointOptions } from './endpoint';
import { stderrLogger, untilEnd } from './io';
import { chosenDialect, forOption, idOption, wrongBy } from './options';
import { StateFile } from './state-file';
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
			state: text('FILE', 'keeps totals and what was published over restarts'),
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
		const kept = new StateFile(path, io, () => ({ memory: pipeline.save(), ledger: mqtt.ledger }));
		const { memory, ledger } = kept.read();
		const settings = bridgeSettingsSchema.parse({
			url: values.broker,
			discovery: values.discovery,
			discoveryPrefix: values['discovery-prefix'],
			topicPrefix: values['topic-prefix'],
			commands: allowControl,
			// One bridge per endpoint: so several share a broker and a prefix, and each finds its own topics again.
			instance: id,
		});
		const mqtt = new Bridge(settings, { clock, logger, random: Math.random, version: version(), ledger });
		const pipeline = new Pipeline({
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

		endpoint.on('event', (event) => pipeline.event(event));
		const ask = () => endpoint.dialect && endpoint.want(neededTypes(endpoint.dialect));
		ask();
		// A protocol that is to be recognised is known by its first event.
		endpoint.once('event', ask);
		const control = new Control(endpoint, clock);
		endpoint.on('state', ({ phase, pollingSince }: ConnectionState) => {
			const polling = pollingSince !== undefined;
			pipeline.connection(phase === 'open' || polling, polling);
		});
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
			mqtt.start();
			endpoint.start();
			await untilEnd(io, output, values.for, failed.signal);
		} finally {
			await endpoint.stop();
			control.close();
			pipeline.close();
			await mqtt.stop();
			kept.close();
		}
		failed.signal.throwIfAborted();
	},
);
