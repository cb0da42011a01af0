import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Shown } from './compare';

const execute = promisify(execFile);

/** What Home Assistant made of our discovery, and what it shows. */
export interface Dump {
	readonly ha_version: string;
	readonly devices: readonly { readonly name: string; readonly identifiers: unknown; readonly entities: number }[];
	readonly entities: readonly (Shown & { readonly enabled: boolean })[];
	/** Repairs that it asks its user for. */
	readonly issues: readonly unknown[];
}

/** One record of its log. */
export interface LogRecord {
	/** In its own local time, as `logsSince` takes it. */
	readonly time: string;
	readonly level: string;
	readonly logger: string;
	readonly text: string;
	readonly kind: string;
}

/** One change of a state, `at` in milliseconds since 1970. */
export interface SeenChange {
	readonly at: number;
	readonly entity_id: string;
	readonly state: string | null;
}

/** Where the program is. @throws Error that says how to tell it, where it is missing */
export function oracleProgram(): string {
	const program = process.env.HA_ORACLE;
	const how =
		'set HA_ORACLE to the program ha-oracle, which starts a real Home Assistant (HA_ORACLE=/path/to/ha-oracle npm run test:ha); ' +
		'it must have been set up once: ha-oracle setup';
	if (!program) throw new Error(`HA_ORACLE is not set: ${how}`);
	if (!existsSync(program)) throw new Error(`There is no ${program}: ${how}`);
	return program;
}

/** A real Home Assistant, driven by `ha-oracle`: one instance of our own, empty at the start and gone at the end. */
export class Oracle {
	private constructor(
		private readonly program: string,
		private readonly name: string,
		readonly version: string,
	) {}

	/** Starts it with an empty configuration and an MQTT integration for this broker. */
	static async start(name: string, broker: string): Promise<Oracle> {
		const program = oracleProgram();
		// What an interrupted run left.
		await execute(program, ['stop', '--name', name, '--purge']);
		const { stdout } = await execute(program, ['run', '--name', name, '--broker', broker]);
		return new Oracle(program, name, String((JSON.parse(stdout) as { ha_version: unknown }).ha_version));
	}

	/** Ends it and deletes its data. */
	async stop(): Promise<void> {
		await this.run('stop', '--purge');
	}

	/** Home Assistant alone, not the broker; it stays away for some seconds. Resolves when it is ready again. */
	async restart(away = 0): Promise<void> {
		await this.run('restart', '--down', String(away));
	}

	/** All entities of the MQTT integration, once there are as many and no more come. */
	async dump(least = 0): Promise<Dump> {
		const wait = least > 0 ? ['--min-entities', String(least)] : [];
		return JSON.parse(
			await this.run('dump', '--platform', 'mqtt', '--settle', '1', '--timeout', '30', ...wait),
		) as Dump;
	}

	/** Enables what is disabled by default. Home Assistant reloads at once, and again 30 s later. @returns entity ids */
	async enable(): Promise<string[]> {
		return (JSON.parse(await this.run('enable', 'mqtt')) as { enabled: string[] }).enabled;
	}

	/** An action, as a user would call it. */
	async call(service: string, entity: string, data: object = {}): Promise<void> {
		await this.run('call', service, '--entity', entity, '--data', JSON.stringify(data));
	}

	/** Waits for a state. @returns what it was in the end */
	async state(entity: string, expected: string, seconds: number): Promise<string> {
		const args = ['state', '--name', this.name, entity, '--expect', expected, '--timeout', String(seconds)];
		// It ends with 1 where the state did not come: what it prints tells the state either way.
		const { stdout } = await execute(this.program, args).catch((thrown: { stdout?: string }) => ({
			stdout: thrown.stdout ?? '',
		}));
		return String((JSON.parse(stdout || '{}') as { state?: unknown }).state);
	}

	/** What it complained about so far, less the noise of its start. */
	async logs(): Promise<LogRecord[]> {
		const text = await this.run('logs', '--json');
		return text
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => JSON.parse(line) as LogRecord);
	}

	/** Collects every change of a state until it is stopped. Resolves when it watches. */
	async watch(): Promise<{ readonly changes: readonly SeenChange[]; stop(): void }> {
		const child = spawn(this.program, ['watch', '--name', this.name], { stdio: ['ignore', 'pipe', 'inherit'] });
		const changes: SeenChange[] = [];
		let begin = 0;
		await new Promise<void>((resolve, reject) => {
			child.once('error', reject);
			child.once('exit', (status) => reject(new Error(`ha-oracle watch ended with ${status}`)));
			createInterface({ input: child.stdout }).on('line', (line) => {
				const told = JSON.parse(line) as { ms: number; epoch?: number; entity_id: string; state: string | null };
				if (told.epoch === undefined) {
					changes.push({ at: begin + told.ms, entity_id: told.entity_id, state: told.state });
				} else {
					begin = told.epoch * 1_000;
					resolve();
				}
			});
		});
		return { changes, stop: () => child.kill() };
	}

	private async run(command: string, ...args: readonly string[]): Promise<string> {
		const { stdout } = await execute(this.program, [command, '--name', this.name, ...args], {
			maxBuffer: 256 * 1024 * 1024,
		});
		return stdout;
	}
}

/** Counts of the Python program that a shared checkout has beside it, for the same files; null where it is not there. */
export async function parityTool(reference: string, dump: string, allowed: string): Promise<string | null> {
	const program = join(oracleProgram(), '../../parity/parity');
	if (!existsSync(program)) return null;
	// It ends with 1 where something is unexplained.
	const { stdout } = await execute('python3', [program, reference, dump, '--allow', allowed], {
		maxBuffer: 64 * 1024 * 1024,
	}).catch((thrown: { stdout?: string }) => ({ stdout: thrown.stdout ?? '' }));
	return stdout.trimEnd().split('\n').at(-1) ?? '';
}
