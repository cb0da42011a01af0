import type { Clock } from '../src/model/clock';
import { AgentsApiSimulator } from './simulators/agents-api';
import { jsonWebToken } from './simulators/agents-api-token';
import { AiosSimulator } from './simulators/aios';
import { AutosdlcSimulator } from './simulators/autosdlc';
import { ClaudeCodeSimulator } from './simulators/claude-code';
import { CustomSimulator } from './simulators/custom';

/** What the demo needs of a simulated server. */
export interface Simulator {
	readonly url: string;
	/** @throws Error with code `EADDRINUSE` where the port is taken */
	start(port?: number): Promise<void>;
	stop(): Promise<void>;
}

/** One protocol beside Unraid's, and the server of the demo that speaks it. */
export interface DemoServer {
	/** Name of its dialect. */
	readonly name: string;
	/** The port that it listens on where it is free. */
	readonly port: number;
	/** Why that port, where it is not the protocol's usual one. */
	readonly remark?: string;
	/** A token that this server asks for; made at every start, and told to nobody but the flow's credentials. */
	token?(now: number): string;
	create(clock: Clock, token: string | undefined): Simulator;
}

const day = 86_400_000;
const life = (clock: Clock, speed: number) => ({ clock, speed, story: true });

/** The servers of the agents page, in the order in which they stand there. A round of each one's story takes one to two minutes. */
export const demoServers: readonly DemoServer[] = [
	{
		name: 'claude-code',
		port: 4_000,
		create: (clock) => new ClaudeCodeSimulator(life(clock, 2)),
	},
	{
		name: 'autosdlc',
		port: 3_000,
		create: (clock) => new AutosdlcSimulator(life(clock, 1)),
	},
	{
		name: 'agents-api',
		port: 8_001,
		remark: 'its usual port is 8000, as that of AIOS',
		token: (now) => jsonWebToken('demo', now + 30 * day),
		create: (clock, token) => new AgentsApiSimulator({ ...life(clock, 3), ...(token && { token }) }),
	},
	{
		name: 'aios',
		port: 8_000,
		create: (clock) => new AiosSimulator(life(clock, 2)),
	},
	{
		name: 'custom',
		port: 9_000,
		create: (clock) => new CustomSimulator(life(clock, 2)),
	},
];
