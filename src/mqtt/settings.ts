import { z } from 'zod';
import { limits } from '../model/limits';

const protocols: ReadonlySet<string> = new Set(['mqtt:', 'mqtts:', 'ws:', 'wss:']);

const isBrokerUrl = (text: string): boolean => {
	if (!URL.canParse(text)) return false;
	const { protocol, hostname } = new URL(text);
	return protocols.has(protocol) && hostname !== '';
};

const brokerUrl = z.string().refine(isBrokerUrl, {
	message: 'must be a URL that begins with mqtt://, mqtts://, ws:// or wss://',
});

/** A topic prefix: levels without wildcards and control characters, none of them empty, no system topic. */
const topicPrefix = z
	.string()
	.max(128)
	.refine((text) => /^[^/+#\p{C}]+(\/[^/+#\p{C}]+)*$/u.test(text) && !text.startsWith('$'), {
		message: 'must be a topic without wildcards, empty levels or a leading $',
	});

const pem = z.union([z.string(), z.instanceof(Uint8Array)]);

/** How a bridge reaches its broker, and what it publishes there. Passwords stay in here: no log, state or error names them. */
export const bridgeSettingsSchema = z.object({
	/** `mqtt://host:1883`; also mqtts, ws, wss. */
	url: brokerUrl,
	/** 5, or 4 for MQTT 3.1.1. A broker that refuses 5 gets 4. */
	protocolVersion: z.union([z.literal(4), z.literal(5)]).default(5),
	/** Must be unique on the broker; by default one is made for every start. */
	clientId: z.string().min(1).max(128).optional(),
	username: z.string().optional(),
	password: z.string().optional(),
	tls: z
		.object({
			ca: z.union([pem, z.array(pem)]).optional(),
			cert: pem.optional(),
			key: pem.optional(),
			passphrase: z.string().optional(),
			servername: z.string().optional(),
			rejectUnauthorized: z.boolean().optional(),
		})
		.optional(),
	/** Seconds between signs of life. */
	keepalive: z.number().int().min(5).max(3_600).default(30),
	topicPrefix: topicPrefix.default('agent-stream'),
	/** Home Assistant's discovery prefix. */
	discoveryPrefix: topicPrefix.default('homeassistant'),
	/** One document per device, one message per entity (the classic form), or none. */
	discovery: z.enum(['device', 'entity', 'off']).default('device'),
	/** Whether commands are taken, and entities announced that need them. */
	commands: z.boolean().default(false),
	/** Name of this bridge among those of the same prefix; it must stay the same over restarts. */
	instance: z.string().min(1).max(64).default('bridge'),
	/** A device's discovery document above this is split by subject. */
	documentSize: z.number().int().min(1_024).default(limits.documentSize),
	/** What nobody reports any more for this long (ms) is removed; null = never. */
	removeAfter: z.number().int().min(0).nullable().default(limits.removeAfter),
});
/** See {@link bridgeSettingsSchema}. */
export type BridgeSettings = Readonly<z.output<typeof bridgeSettingsSchema>>;
/** Settings before defaults are filled in. */
export type BridgeSettingsInput = z.input<typeof bridgeSettingsSchema>;
