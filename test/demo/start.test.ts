import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connectAsync } from 'mqtt';
import { startBroker } from '../../demo/broker';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { systemClock } from '../../src/model/clock';

/** `npm start` as a child process, with what it prints. */
class Demo {
	readonly child: ChildProcess;
	output = '';
	private readonly exited: Promise<unknown>;

	constructor(...args: string[]) {
		this.child = spawn(process.execPath, ['--import', 'tsx', 'demo/start.ts', '--no-open', ...args]);
		this.exited = once(this.child, 'exit');
		for (const stream of [this.child.stdout, this.child.stderr]) {
			stream?.setEncoding('utf8').on('data', (text: string) => {
				this.output += text;
				this.child.emit('output');
			});
		}
	}

	/** Waits until it has printed what fits. */
	async printed(pattern: RegExp): Promise<string> {
		for (;;) {
			const match = pattern.exec(this.output);
			if (match) return match[1] ?? match[0];
			if (this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode}:\n${this.output}`);
			await Promise.race([once(this.child, 'output'), this.exited]);
		}
	}

	/** Its exit status. */
	async ended(): Promise<number | null> {
		if (this.child.exitCode === null && this.child.signalCode === null) await this.exited;
		return this.child.exitCode;
	}
}

describe('npm start', function () {
	this.timeout(120_000);
	let demo: Demo | undefined;
	/** What a test started besides, to be ended whatever became of the test. */
	const started: (() => Promise<unknown>)[] = [];

	afterEach(async () => {
		if (demo && demo.child.exitCode === null) {
			demo.child.kill('SIGKILL');
			await demo.ended();
		}
		for (const end of started.splice(0).reverse()) await end();
	});

	it('shows simulated servers in the editor, on the dashboard and at the broker, and ends cleanly', async () => {
		demo = new Demo('--port', '0');
		const editor = await demo.printed(/Flow editor +(\S+)/);
		const dashboard = await demo.printed(/Dashboard +(\S+)/);
		const broker = await demo.printed(/MQTT broker +(\S+)/);

		const client = await connectAsync(broker);
		started.push(() => client.endAsync(true));
		const retained = new Map<string, string>();
		const wanted = [
			'agent-stream/tower/server/cpu_temperature',
			'agent-stream/tower/ups/status',
			'agent-stream/demo-claude/total/working',
			'agent-stream/demo-sdlc/total/tasks_completed',
			'agent-stream/demo-agents/agents/known',
			'agent-stream/demo-aios/jobs/processing',
			'agent-stream/demo-skyline/air/temperature',
			'agent-stream/tower/alert/summary',
			'agent-stream/demo-claude/alert/summary',
			'agent-stream/demo-aios/alert/aios-job-failed/problem',
		];
		const complete = new Promise<void>((resolve) => {
			client.on('message', (topic, payload) => {
				retained.set(topic, String(payload));
				const documents = [...retained.keys()].some((name) => name.startsWith('homeassistant/device/'));
				if (documents && wanted.every((name) => retained.has(name))) resolve();
			});
		});
		await client.subscribeAsync(['agent-stream/#', 'homeassistant/#']);
		await complete;
		assert.match(retained.get('agent-stream/tower/server/cpu_temperature') ?? '', /^\d+(\.\d+)?$/);
		assert.match(retained.get('agent-stream/tower/ups/status') ?? '', /[a-z]/i);

		for (const path of ['server', 'agents', 'alerts'].map((page) => dashboard.replace('server', page))) {
			assert.ok(demo.output.includes(path), path);
			const answer: Response = await fetch(path);
			assert.equal(answer.status, 200);
			assert.match(await answer.text(), /<div id="app">/);
		}
		const flows = (await (await fetch(`${editor}flows`)).json()) as { type: string }[];
		const types = new Set(flows.map(({ type }) => type));
		for (const name of ['endpoint', 'connect', 'identify', 'filter', 'entity', 'alert', 'broker', 'mqtt']) {
			assert.ok(types.has(`agent-stream-${name}`), name);
		}
		const headers = { accept: 'application/json' };
		const known = (await (await fetch(`${editor}nodes`, { headers })).json()) as { types: string[] }[];
		const others = ['tab', 'subflow', ...known.flatMap((set) => set.types)];
		assert.deepEqual(
			[...types].filter((type) => !type.startsWith('subflow:') && !others.includes(type)),
			[],
		);
		const line = await demo.printed(/[1-9][\d.]* events\/s · [1-9]\d* entities · [1-9]\d* broker messages\n/);
		assert.ok(Number(/(\d+) entities/.exec(line)?.[1]) > 400);
		// The JSON Web Token that one of the servers wants is told to nobody.
		assert.doesNotMatch(demo.output + JSON.stringify(flows), /eyJ/);

		demo.child.kill('SIGTERM');
		assert.equal(await demo.ended(), 0);
		assert.doesNotMatch(demo.output, /\[node-red\]|error|While ending/i);
	});

	it('uses a real agent and a real broker instead, and switches nothing there', async () => {
		const simulator = new UnraidSimulator({ clock: systemClock });
		await simulator.start();
		started.push(() => simulator.stop());
		const broker = await startBroker(0);
		started.push(() => broker.close());
		const url = `mqtt://127.0.0.1:${broker.port}`;
		const client = await connectAsync(url);
		started.push(() => client.endAsync());
		const arrived = new Promise<void>((resolve) => {
			client.on('message', (topic) => topic === 'agent-stream/tower/server/cpu_temperature' && resolve());
		});
		await client.subscribeAsync('agent-stream/#');
		demo = new Demo('--port', '0', '--endpoint', simulator.url, '--broker', url);
		const editor = await demo.printed(/Flow editor +(\S+)/);
		await arrived;
		const flows = (await (await fetch(`${editor}flows`)).json()) as { type: string; allowControl?: boolean }[];
		assert.equal(flows.find(({ type }) => type === 'agent-stream-endpoint')?.allowControl, false);
		assert.doesNotMatch(demo.output, /Simulated/);
		demo.child.kill('SIGINT');
		assert.equal(await demo.ended(), 0);
	});

	it('says that its port is taken', async () => {
		const taken = createServer().listen(0, '127.0.0.1');
		await once(taken, 'listening');
		const { port } = taken.address() as AddressInfo;
		demo = new Demo('--port', String(port));
		assert.equal(await demo.ended(), 1);
		assert.equal(demo.output, `Port ${port} is taken. Choose another one: npm start -- --port ${port + 1}\n`);
		taken.close();
	});

	it('explains itself when it is used wrongly', async () => {
		demo = new Demo('--port', 'many');
		assert.equal(await demo.ended(), 2);
		assert.match(demo.output, /--port many is no port number\n\nnpm start -- \[options\]/);
	});
});
