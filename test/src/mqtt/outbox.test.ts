import assert from 'node:assert/strict';
import type { AgentStreamError } from '../../../src/model/errors';
import type { BrokerConnection } from '../../../src/mqtt/connection';
import type { Message } from '../../../src/mqtt/message';
import { Outbox } from '../../../src/mqtt/outbox';
import { FakeClock } from '../../support/fake-clock';

const message = (topic: string): Message => ({ topic, payload: 'on', retain: true, kind: 'state' });

/** An outbox on a connection whose acknowledgements the test gives. */
function outbox() {
	const acknowledge = new Map<string, (error?: Error) => void>();
	const reported: AgentStreamError[] = [];
	const connection: Pick<BrokerConnection, 'window' | 'largest' | 'batch' | 'publish'> = {
		window: 10,
		largest: null,
		batch: (write) => write(),
		publish: ({ topic }, done) => void acknowledge.set(topic, done),
	};
	const events = { room: () => undefined, report: (error: AgentStreamError) => void reported.push(error) };
	return { box: new Outbox(connection as BrokerConnection, new FakeClock(), events), acknowledge, reported };
}

describe('Outbox', () => {
	it('gives back what a breaking connection failed, as well as what nobody answered', () => {
		const { box, acknowledge, reported } = outbox();
		box.send([message('done'), message('failed'), message('waiting')]);
		acknowledge.get('done')?.();
		// mqtt.js fails its waiting messages before it says that the connection is gone.
		acknowledge.get('failed')?.(new Error('Connection closed'));
		assert.deepEqual(
			box.close().map(({ topic }) => topic),
			['failed', 'waiting'],
		);
		assert.deepEqual(reported, []);
	});

	it('reports what the broker refused with a reason, and does not give it back', () => {
		const { box, acknowledge, reported } = outbox();
		box.send([message('refused')]);
		acknowledge.get('refused')?.(Object.assign(new Error('Not authorized'), { code: 135 }));
		assert.deepEqual(box.close(), []);
		assert.equal(reported[0]?.code, 'BROKER_PROTOCOL');
	});
});
