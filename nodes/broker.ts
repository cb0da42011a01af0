import type { NodeAPI } from 'node-red';
import { z } from 'zod';
import { bridgeSettingsSchema } from '../src/mqtt/settings';
import { brokers } from './glue/brokers';
import { defineNode } from './glue/define';
import { optionalNumberField, textField } from './glue/settings';
import { tlsOf } from './glue/tls';

const settings = z.object({
	url: textField(),
	protocolVersion: textField('5'),
	tls: textField(),
	clientId: textField(),
	keepaliveSeconds: optionalNumberField(5, 3_600),
	topicPrefix: textField('agent-stream'),
	discoveryPrefix: textField('homeassistant'),
});

/** How to reach a broker; the bridges that use it connect each for itself. */
export = (RED: NodeAPI): void => {
	defineNode(RED, 'agent-stream-broker', {
		settings,
		credentials: { username: { type: 'text' }, password: { type: 'password' } },
		start({ node, settings: chosen, credentials: { username, password }, release }) {
			const { url, topicPrefix, discoveryPrefix, clientId, keepaliveSeconds } = chosen;
			const tls = tlsOf(RED, chosen.tls);
			const connection = bridgeSettingsSchema.parse({
				url,
				topicPrefix,
				discoveryPrefix,
				protocolVersion: chosen.protocolVersion === '4' ? 4 : 5,
				...(username && { username }),
				...(password && { password }),
				...(clientId && { clientId }),
				...(keepaliveSeconds !== undefined && { keepalive: keepaliveSeconds }),
				...(tls && { tls }),
			});
			brokers.set(node, connection);
			release(() => brokers.delete(node));
			return {};
		},
	});
};
