import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { CustomSimulator } from '../../../demo/simulators/custom';
import { define } from '../../../src/dialects/custom';
import { Endpoint, parseEndpointSettings } from '../../../src/endpoint';
import { systemClock } from '../../../src/model/clock';
import type { StreamEvent } from '../../../src/model/event';
import { Pipeline } from '../../../src/pipeline';
import { FakeClock } from '../../support/fake-clock';

const station = define(readFileSync(join(__dirname, '../../fixtures/custom/weather-station.json'), 'utf8'));
const logger = { debug() {}, info() {}, warn() {}, error() {} };

interface Said {
	readonly op: string;
	readonly n?: number;
	readonly replay?: boolean;
}

describe('the simulated weather station', () => {
	let clock: FakeClock;
	let server: CustomSimulator;
	const open: WebSocket[] = [];

	beforeEach(async () => {
		clock = new FakeClock();
		server = new CustomSimulator({ clock, token: 'sesame' });
		await server.start();
	});
	afterEach(async () => {
		for (const socket of open.splice(0)) socket.terminate();
		await server.stop();
		assert.equal(clock.timers, 0);
	});

	/** A client with what it hears, in order. */
	async function connect() {
		const socket = new WebSocket(server.url);
		open.push(socket);
		const heard: Said[] = [];
		socket.on('message', (data) => {
			heard.push(JSON.parse(String(data)) as Said);
			socket.emit('heard');
		});
		await once(socket, 'open');
		const say = (message: object) => socket.send(JSON.stringify(message));
		const hear = async (op: string, count = 1): Promise<Said> => {
			for (;;) {
				const found = heard.filter((one) => one.op === op);
				const last = found[count - 1];
				if (last) return last;
				await once(socket, 'heard');
			}
		};
		const closed = async (): Promise<number> => ((await once(socket, 'close')) as [number])[0];
		return { socket, heard, say, hear, closed };
	}

	it('wants a hello with the token first, and soon', async () => {
		const good = await connect();
		good.say({ op: 'hello', token: 'sesame' });
		await good.hear('welcome');
		const wrong = await connect();
		const closed = wrong.closed();
		wrong.say({ op: 'hello', token: 'guess' });
		await wrong.hear('denied');
		assert.equal(await closed, 4401);
		const rude = await connect();
		const refused = rude.closed();
		rude.say({ op: 'subscribe', topics: ['air'] });
		assert.equal(await refused, 4401);
		const mute = await connect();
		const given = mute.closed();
		clock.advance(10_000);
		assert.equal(await given, 4401);
	});

	it('tells what was asked for, history first', async () => {
		server.emit('air');
		const { say, hear, heard } = await connect();
		say({ op: 'hello', token: 'sesame' });
		say({ op: 'subscribe', topics: ['air', 'nonsense'] });
		await hear('subscribed');
		assert.equal((await hear('air')).replay, true);
		server.emit('rooms');
		server.emit('air');
		assert.equal((await hear('air', 2)).replay, undefined);
		assert.deepEqual(
			heard.map(({ op }) => op),
			['welcome', 'subscribed', 'air', 'air'],
		);
	});

	it('closes where nobody answers its pings', async () => {
		const { say, hear, closed } = await connect();
		say({ op: 'hello', token: 'sesame' });
		await hear('welcome');
		clock.advance(20_000);
		say({ op: 'pong', n: (await hear('ping')).n });
		say({ op: 'what' });
		await hear('error');
		clock.advance(20_000);
		await hear('ping', 2);
		const gone = closed();
		clock.advance(10_000);
		assert.equal(await gone, 4408);
	});
});

describe('the weather station as docs/custom.md describes it, through endpoint and pipeline', function () {
	this.timeout(20_000);

	it('is greeted, subscribed, read, answered, and found again after a drop', async () => {
		const server = new CustomSimulator({ clock: systemClock, token: 'sesame', speed: 50, story: true });
		await server.start();
		const endpoint = new Endpoint(
			parseEndpointSettings({ id: 'skyline', url: server.url, token: 'sesame', backoffFirst: 10 }),
			{ dialect: station, clock: systemClock, logger, random: Math.random },
		);
		const pipeline = new Pipeline({ source: 'skyline', dialect: station, clock: systemClock, changed: () => {} });
		const events: StreamEvent[] = [];
		endpoint.on('event', (event) => {
			events.push(event);
			pipeline.event(event);
		});
		/** The first event that fits, from the given place on. */
		const wait = async (from: number, fits: (event: StreamEvent) => boolean) => {
			for (;;) {
				const event = events.slice(from).find(fits);
				if (event) return event;
				await once(endpoint, 'event');
			}
		};
		try {
			endpoint.start();
			await Promise.all(['air', 'rooms', 'warning', 'ping'].map((type) => wait(0, (event) => event.type === type)));
			await pipeline.idle();
			const states = new Map(pipeline.entities().map(({ path, state }) => [path, state]));
			assert.equal(typeof states.get('skyline/air/temperature'), 'number');
			assert.equal(typeof states.get('skyline/room/attic/temperature'), 'number');
			assert.ok(['on', 'off'].includes(String(states.get('skyline/room/hall/window'))));
			assert.ok(states.has('skyline/warning/level'));
			assert.equal(pipeline.entities()[0]?.device.name, 'Skyline');
			const before = events.length;
			server.drop();
			assert.equal((await wait(before, ({ type }) => type === 'welcome')).dialect, 'custom');
			await wait(before, ({ replayed }) => replayed);
			await wait(before, ({ type, replayed }) => type === 'air' && !replayed);
			const said = JSON.stringify(server.received);
			assert.match(said, /"op":"pong"/);
			assert.match(said, /"topics":\["air","rooms","warning"\]/);
			assert.doesNotMatch(said, /"error"/);
		} finally {
			await endpoint.stop();
			pipeline.close();
			await server.stop();
		}
	});

	it('shows a token that was refused', async () => {
		const server = new CustomSimulator({ clock: systemClock, token: 'sesame' });
		await server.start();
		const endpoint = new Endpoint(parseEndpointSettings({ id: 'skyline', url: server.url, token: 'guess' }), {
			dialect: station,
			clock: systemClock,
			logger,
			random: Math.random,
		});
		try {
			endpoint.start();
			while (endpoint.state.phase !== 'waiting') await once(endpoint, 'state');
			assert.equal(endpoint.state.cause?.code, 'UNAUTHORIZED');
		} finally {
			await endpoint.stop();
			await server.stop();
		}
	});
});
