import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { topics } from '../../demo/simulators/unraid-topics';
import { dialectNamed } from '../../src/dialects';
import { EventReader } from '../../src/dialects/reader';
import { FakeClock } from '../support/fake-clock';

/** Two sides written from the same documents, apart from each other: what one sends, the other must find in order. */
describe('frames of the Unraid simulator', () => {
	for (const generation of ['current', '1.1.0'] as const) {
		it(`are valid to the dialect throughout a round of the story (${generation})`, async () => {
			const clock = new FakeClock();
			const pace = { parity: 800, battery: 280 };
			const simulator = new UnraidSimulator({ clock, generation, story: true, pace });
			const reader = new EventReader({ source: 'tower', dialect: dialectNamed('unraid'), clock, strict: true });
			const types = new Set<string>();
			await simulator.start();
			const socket = new WebSocket(simulator.url);
			socket.on('message', (data) => {
				for (const { type, issues, rejected } of reader.read(String(data))) {
					assert.deepEqual({ type, issues, rejected }, { type, issues: [], rejected: false });
					types.add(type);
				}
			});
			await once(socket, 'open');
			for (let passed = 0; passed < 1_300; passed += 20) {
				clock.advance(20_000);
				socket.ping();
				await once(socket, 'pong');
			}
			for (const topic of Object.keys(topics)) simulator.emit(topic);
			socket.ping();
			await once(socket, 'pong');
			socket.terminate();
			await simulator.stop();
			assert.equal(types.size, generation === 'current' ? Object.keys(topics).length : 9);
			assert.ok(!types.has('unknown'));
		});
	}
});
