/** The demo: simulated servers, a broker and Node-RED with a ready flow, in one process. Run by `npm start`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { systemClock } from '../src/model/clock';
import { startBroker } from './broker';
import { buildIfNeeded } from './build';
import { demoFlow } from './flow';
import type { AgentsOptions } from './flow/agents';
import type { UnraidOptions } from './flow/unraid';
import { reservePort, startNodeRed } from './node-red';
import { type DemoOptions, readOptions, usage } from './options';
import { firstFree, isTaken } from './ports';
import { demoServers, type Simulator } from './servers';
import { UnraidSimulator } from './simulators/unraid';
import { readRecording } from './simulators/unraid-recording';
import { Counter, summary } from './summary';

const ROOT = join(__dirname, '..');
const BROKER_PORT = 1_883;
const UNRAID_PORT = 8_043;
/** The simulated server lives ten times as fast as a real one: a round of its story lasts two minutes. */
const SPEED = 10;
const PACE = { parity: 900, battery: 330 };
const SUMMARY_EVERY = 5_000;

/** What has to be ended, the newest first. */
const running: (() => Promise<void>)[] = [];

async function start(options: DemoOptions): Promise<void> {
	// First of all the one port that must be free, before anything else has to be taken back.
	const server = await reservePort(options.port);
	running.push(async () => {
		server.close();
	});
	buildIfNeeded(ROOT);
	const broker = options.broker ?? (await embeddedBroker());
	const unraid = options.only.includes('unraid') ? await unraidServer(options) : null;
	const agents = await agentServers(options.only);
	const counter = new Counter(broker);
	running.push(() => counter.close());
	const flow = demoFlow({ broker, unraid, agents });
	const nodeRed = await startNodeRed(server, ROOT, flow, (message) => counter.sent(message));
	running.push(() => nodeRed.stop());
	const editor = `http://127.0.0.1:${nodeRed.port}/`;
	const pages = [...(unraid ? ['server'] : []), ...(agents.length > 0 ? ['agents'] : []), 'alerts'];
	const dashboards = pages.map((page) => `${editor}dashboard/${page}`);
	console.log(`\nFlow editor  ${editor}\nDashboard    ${dashboards.join('\n             ')}`);
	console.log(`MQTT broker  ${withoutSecrets(broker)}\n`);
	console.log('Ctrl-C ends everything. What you change in the flow lasts until the next start.\n');
	if (options.open && process.stdout.isTTY && dashboards[0]) show(dashboards[0]);
	const timer = setInterval(() => tell(summary(counter.take())), SUMMARY_EVERY);
	running.push(async () => clearInterval(timer));
}

async function embeddedBroker(): Promise<string> {
	const broker = await startBroker(BROKER_PORT);
	running.push(() => broker.close());
	moved('the broker', BROKER_PORT, broker.port);
	return `mqtt://127.0.0.1:${broker.port}`;
}

async function unraidServer({ endpoint, recording }: DemoOptions): Promise<UnraidOptions> {
	if (endpoint !== null) return { url: endpoint, control: false, speed: 1 };
	const life = recording === null ? { speed: SPEED, pace: PACE, story: true } : { recording: readRecording(recording) };
	const simulator = new UnraidSimulator({ clock: systemClock, ...life });
	await listen('unraid', UNRAID_PORT, simulator);
	return { url: simulator.url, control: true, speed: recording === null ? SPEED : 1 };
}

/** Starts those of the other servers that were chosen. */
async function agentServers(only: readonly string[]): Promise<readonly AgentsOptions[]> {
	const started: AgentsOptions[] = [];
	for (const { name, port, remark, token: make, create } of demoServers.filter((each) => only.includes(each.name))) {
		const token = make?.(systemClock.now());
		const simulator = create(systemClock, token);
		const told = [remark, token === undefined ? undefined : 'wants a token'].filter((words) => words !== undefined);
		await listen(name, port, simulator, told.length > 0 ? ` (${told.join('; ')})` : '');
		started.push({ name, url: simulator.url, token });
	}
	return started;
}

async function listen(name: string, wanted: number, simulator: Simulator, remark = ''): Promise<void> {
	const port = await firstFree(wanted, (candidate) => simulator.start(candidate));
	running.push(() => simulator.stop());
	moved(`the simulated ${name} server`, wanted, port);
	console.log(`Simulated ${name.padEnd(11)} ${simulator.url}${remark}`);
}

function moved(what: string, wanted: number, used: number): void {
	if (used !== wanted) console.log(`Port ${wanted} is taken: ${what} listens on ${used} instead.`);
}

function withoutSecrets(url: string): string {
	const bare = new URL(url);
	bare.username = '';
	bare.password = '';
	return bare.href;
}

/** Opens a page in the browser; where there is none, the address was printed. */
function show(url: string): void {
	const [command, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? [
		'xdg-open',
	];
	spawn(command ?? 'xdg-open', [...args, url], { stdio: 'ignore', detached: true })
		.on('error', () => undefined)
		.unref();
}

/** Writes the running line: over the last one on a terminal, below it in a file. */
function tell(line: string): void {
	if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}`);
	else console.log(line);
}

/** npm passes no signal on to what its shell runs: without this, the demo would outlive an npm that was ended. */
function endWithParent(): void {
	if (process.env.npm_lifecycle_event === undefined) return;
	const parent = process.ppid;
	setInterval(() => process.ppid !== parent && void end(0), 1_000).unref();
}

let ending: Promise<void> | undefined;

/** Ends everything, once. */
function end(status: number): Promise<void> {
	ending ??= (async () => {
		if (process.stdout.isTTY) console.log();
		for (const stop of running.reverse()) {
			await stop().catch((thrown: unknown) => console.error(`While ending: ${message(thrown)}`));
		}
		process.exit(status);
	})();
	return ending;
}

function message(thrown: unknown): string {
	return thrown instanceof Error ? thrown.message : String(thrown);
}

async function main(): Promise<void> {
	let options: DemoOptions;
	try {
		options = readOptions(process.argv.slice(2));
	} catch (thrown) {
		console.error(`${message(thrown)}\n\n${usage}`);
		process.exitCode = 2;
		return;
	}
	if (options.help) {
		console.log(usage);
		return;
	}
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
	endWithParent();
	try {
		await start(options);
	} catch (thrown) {
		const taken = `Port ${options.port} is taken. Choose another one: npm start -- --port ${options.port + 1}`;
		console.error(isTaken(thrown) && running.length === 0 ? taken : message(thrown));
		await end(1);
	}
}

void main();
