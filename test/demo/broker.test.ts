import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connectAsync, type MqttClient } from 'mqtt';
import { type EmbeddedBroker, startBroker } from '../../demo/broker';

describe('the demo broker', () => {
	let broker: EmbeddedBroker;
	const clients: MqttClient[] = [];

	before(async () => {
		broker = await startBroker(0);
	});
	after(async () => {
		for (const client of clients) await client.endAsync(true);
		await broker.close();
	});

	async function client(
		protocolVersion: 4 | 5,
		clientId = `test-${protocolVersion}-${clients.length}`,
	): Promise<MqttClient> {
		const connected = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
			protocolVersion,
			clientId,
			reconnectPeriod: 0,
		});
		clients.push(connected);
		return connected;
	}

	for (const [from, to] of [
		[4, 5],
		[5, 4],
		[5, 5],
	] as const) {
		it(`carries messages from MQTT ${from} to MQTT ${to}, retained and live, at every QoS`, async () => {
			const [sender, receiver] = [await client(from), await client(to)];
			const topic = `from/${from}/to/${to}`;
			await sender.publishAsync(`${topic}/kept`, 'retained', { retain: true, qos: 1 });
			await receiver.subscribeAsync(`${topic}/#`, { qos: 2 });
			const [, kept, { retain }] = (await once(receiver as never, 'message')) as [string, Buffer, { retain: boolean }];
			assert.deepEqual([kept.toString(), retain], ['retained', true]);
			for (const qos of [0, 1, 2] as const) {
				const arrived = once(receiver as never, 'message');
				await sender.publishAsync(`${topic}/live`, `qos ${qos}`, { qos });
				assert.equal(((await arrived) as [string, Buffer])[1].toString(), `qos ${qos}`);
			}
			await receiver.unsubscribeAsync([`${topic}/#`, 'nothing']);
		});
	}

	it('names a client that has no name, and publishes the will of one that is cut off', async () => {
		const watcher = await client(4);
		await watcher.subscribeAsync('will');
		const nameless = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
			protocolVersion: 5,
			clientId: '',
			reconnectPeriod: 0,
			will: {
				topic: 'will',
				payload: Buffer.from('gone'),
				qos: 1,
				retain: false,
				properties: { willDelayInterval: 0 },
			},
		});
		const arrived = once(watcher as never, 'message');
		nameless.stream.destroy();
		assert.equal(((await arrived) as [string, Buffer])[1].toString(), 'gone');
		await nameless.endAsync(true);
	});
});
