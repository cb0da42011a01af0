import type { Json } from './unraid-source';
import type { Tower } from './unraid-tower';

/** A REST call that the simulator got. */
export interface Command {
	readonly method: string;
	/** Below `/api/v1`, as sent. */
	readonly path: string;
	readonly body: unknown;
	/** Milliseconds since 1970. */
	readonly at: number;
}

/** An answer to a REST call. */
export interface Answer {
	readonly status: number;
	readonly body: Json;
}

/** A POST route. */
interface Route {
	readonly path: RegExp;
	/** What it does; throws a {@link Refusal} where the agent refuses. */
	readonly run: (tower: Tower, name: string, body: Json, action: string) => void;
	/** The answer without `success`, where the agent's has none. */
	readonly plain?: true;
}

class Refusal extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

const HEX_ID = /^(?:[0-9a-f]{12}|[0-9a-f]{64})$/;

function confirmed(body: Json): void {
	if (body.confirm !== true) throw new Refusal(400, 'Confirmation required: set confirm to true');
}

/** Containers are addressed by id only: the agent refuses names. */
function container(tower: Tower, id: string): ReturnType<Tower['container']> {
	if (!HEX_ID.test(id)) throw new Refusal(400, 'invalid container ID format: must be 12 or 64 hexadecimal characters');
	if (!tower.containers.some((one) => one.id === id.slice(0, 12))) throw new Refusal(500, `No such container: ${id}`);
	return tower.container(id.slice(0, 12));
}

/** Machines are addressed by name only. */
function machine(tower: Tower, name: string): ReturnType<Tower['machine']> {
	if (!tower.machines.some((one) => one.name === name)) throw new Refusal(500, `Domain not found: ${name}`);
	return tower.machine(name);
}

const MACHINE_STATES = {
	start: 'running',
	restart: 'running',
	reset: 'running',
	resume: 'running',
	pause: 'paused',
	hibernate: 'pmsuspended',
	stop: 'shut off',
	'force-stop': 'shut off',
} as const;

/** What can be commanded. The first group of a path is a name, the last the action. */
const routes: readonly Route[] = [
	{
		path: /^\/docker\/([^/]+)\/(start|stop|restart|pause|unpause|remove|autostart)$/,
		run: (tower, id, body, action) => {
			const one = container(tower, id);
			if (action === 'remove') confirmed(body);
			if (action === 'autostart') {
				if (typeof body.enabled !== 'boolean') throw new Refusal(400, 'Invalid request body');
			} else {
				one[action === 'unpause' ? 'start' : (action as 'start' | 'stop' | 'restart' | 'pause' | 'remove')]();
			}
		},
	},
	{
		path: /^\/vm\/([^/]+)\/(start|stop|restart|pause|resume|hibernate|force-stop|reset)$/,
		run: (tower, name, body, action) => {
			if (action === 'reset') confirmed(body);
			machine(tower, name).state = MACHINE_STATES[action as keyof typeof MACHINE_STATES];
		},
	},
	{
		path: /^\/(array)\/(start|stop|clear-disk-stats)$/,
		run: (tower, _name, _body, action) => {
			if (action === 'start') tower.setArray('STARTED');
			if (action === 'stop') tower.setArray('STOPPED');
			if (action === 'clear-disk-stats') {
				for (const disk of tower.disks) {
					disk.readBytes = 0;
					disk.writeBytes = 0;
				}
			}
		},
	},
	{
		path: /^\/array\/(parity-check)\/(start|stop|pause|resume)$/,
		run: (tower, _name, _body, action) => {
			if (tower.array !== 'STARTED') throw new Refusal(409, 'Array is not started');
			tower.parityCheck(action as 'start' | 'stop' | 'pause' | 'resume');
		},
	},
	{ path: /^\/(notifications)\/archive\/(all)$/, run: (tower) => tower.archiveNotices(), plain: true },
	{
		path: /^\/(fans)\/(speed)$/,
		run: (tower, _name, body) => {
			const fan = tower.fans.find(({ name }) => body.fan_id === `hwmon1_${name}`);
			if (!fan) throw new Refusal(404, 'Fan not found');
			fan.mode = 'manual';
			// A field that is missing counts as 0, which the safety floor raises.
			fan.percent = Math.max(20, typeof body.pwm_percent === 'number' ? body.pwm_percent : 0);
		},
	},
	{
		path: /^\/(system)\/(reboot|shutdown)$/,
		run: (tower) => {
			tower.uptime = 0;
		},
	},
	{ path: /^\/user-scripts\/([^/]+)\/(execute)$/, run: () => undefined },
];

/** Carries out a command on the server. `stamp` makes the time in the answer. */
export function carryOut(tower: Tower, method: string, path: string, body: unknown, stamp: () => string): Answer {
	const fields: Json = typeof body === 'object' && body !== null ? (body as Json) : {};
	for (const route of routes) {
		const match = route.path.exec(path);
		if (!match || method !== 'POST') continue;
		const [, name = '', action = ''] = match;
		try {
			route.run(tower, decodeURIComponent(name), fields, action);
		} catch (thrown) {
			if (!(thrown instanceof Refusal) && !(thrown instanceof URIError)) throw thrown;
			const status = thrown instanceof Refusal ? thrown.status : 400;
			return { status, body: { success: false, message: thrown.message, timestamp: stamp() } };
		}
		const message = `${action} carried out`;
		return { status: 200, body: route.plain ? { message } : { success: true, message, timestamp: stamp() } };
	}
	return { status: 404, body: { success: false, message: `No route ${method} ${path}`, timestamp: stamp() } };
}
