import {
	type Container,
	containers,
	type Disk,
	disks,
	type Interface,
	interfaces,
	type Machine,
	machines,
	type Notice,
	type Share,
	shares,
} from './unraid-inventory';
import { heat, work } from './unraid-physics';

/** How a container is told what to do; each answers itself. */
export interface ContainerControl {
	start(): void;
	stop(): void;
	pause(): void;
	restart(): void;
	/** Takes it off the list. */
	remove(): void;
	readonly state: Container['state'];
}

/** How fast slow things happen, in seconds of the server's life. */
export interface Pace {
	/** A whole parity check. */
	readonly parity: number;
	/** The battery from full to empty. */
	readonly battery: number;
}

/** Battery charge, percent, below which the UPS also says LOWBATT. */
const LOW_BATTERY = 10;
/** A server's life is calculated in steps of at most this many seconds. */
const STEP = 5;
/** Catching up after a pause of the machine stops here, seconds. */
const LONGEST_CATCH_UP = 3_600;

/**
 * The simulated server: what is in it and how that changes. CPU load follows the work of containers and machines, heat
 * follows load, fans follow heat; disks warm up with the parity check; the battery drains while the mains are away.
 */
export class Tower {
	readonly hostname = 'Tower';
	uptime = 270_000;
	readonly disks: Disk[] = disks();
	readonly machines: Machine[] = machines();
	readonly interfaces: Interface[] = interfaces();
	readonly shares: Share[] = shares();
	readonly cores: number[] = Array.from({ length: 8 }, () => 10);
	cpuTemperature = 42;
	boardTemperature = 35;
	readonly fans = [
		{ name: 'fan1', rpm: 900, percent: 40, mode: 'automatic' },
		{ name: 'fan2', rpm: 1_180, percent: 54, mode: 'automatic' },
		{ name: 'fan3', rpm: 0, percent: 0, mode: 'off' },
	];
	readonly gpu = { temperature: 41, utilization: 6 };
	array: 'STARTED' | 'STOPPED' = 'STARTED';
	readonly parity = { status: '' as '' | 'running' | 'paused', progress: 0 };
	readonly power = { present: true, status: 'ONLINE', charge: 100 };
	readonly notices: Notice[] = [];
	/** Extra work that a script asks for, percent of the CPU. */
	extraLoad = 0;
	private present: Container[] = containers();

	/**
	 * @param random numbers from 0 to just below 1; a seeded row makes the life repeatable
	 * @param pace how fast slow things happen
	 * @param changed told of the topics that the agent sends at once after a change, because it watches their files
	 */
	constructor(
		private readonly random: () => number,
		private readonly pace: Pace,
		private readonly changed: (topic: string) => void,
	) {}

	get containers(): readonly Container[] {
		return this.present;
	}

	/** Use of the whole CPU, percent. */
	get load(): number {
		return this.cores.reduce((sum, core) => sum + core, 0) / this.cores.length;
	}

	/** Lets `seconds` of the server's life pass. */
	live(seconds: number): void {
		let left = Math.min(seconds, LONGEST_CATCH_UP);
		while (left > 0) {
			const step = Math.min(STEP, left);
			this.step(step);
			left -= step;
		}
	}

	/** @throws Error where there is no such disk, by name or device */
	disk(name: string): Disk {
		return found(
			this.disks.find((disk) => disk.name === name || disk.device === name),
			`disk ${name}`,
		);
	}

	/** Sends a disk to sleep or wakes it. */
	setDiskStandby(name: string, standby: boolean): void {
		const disk = this.disk(name);
		disk.standby = standby;
		if (!standby) disk.temperature = (disk.rest ?? 0) - 5;
		this.changed('disk_list_update');
	}

	/** Sets the state of a disk in the array. */
	setDiskStatus(name: string, status: Disk['status']): void {
		this.disk(name).status = status;
		this.changed('disk_list_update');
		this.changed('array_status_update');
	}

	/** Sets what the UPS says: words of apcupsd (`ONLINE`, `ONBATT`) or flags of NUT (`OL`, `OB`); null takes it away. */
	ups(status: string | null): void {
		this.power.present = status !== null;
		if (status !== null) this.power.status = status;
	}

	/** @throws Error where there is no such container, by name or id */
	container(name: string): ContainerControl {
		const one = found(
			this.present.find((container) => container.name === name || container.id === name),
			`container ${name}`,
		);
		const run = (): void => {
			if (one.state !== 'running') one.uptime = one.state === 'paused' ? one.uptime : 0;
			one.state = 'running';
		};
		return {
			start: run,
			stop: () => {
				one.state = 'exited';
			},
			pause: () => {
				one.state = 'paused';
			},
			restart: () => {
				one.uptime = 0;
				one.restarts += 1;
				one.state = 'running';
			},
			remove: () => {
				this.present = this.present.filter((container) => container !== one);
			},
			get state() {
				return one.state;
			},
		};
	}

	/** Puts a container that was removed back, as a new one of the same name: with another id, as Docker does. */
	recreate(name: string): void {
		if (this.present.some((container) => container.name === name)) return;
		const one = found(
			containers().find((container) => container.name === name),
			`container ${name}`,
		);
		const id = Array.from({ length: 12 }, () => Math.floor(this.random() * 16).toString(16)).join('');
		this.present = [...this.present, { ...one, id, uptime: 0 }];
	}

	/** @throws Error where there is no such machine, by name or id */
	machine(name: string): Machine {
		return found(
			this.machines.find((machine) => machine.name === name || machine.id === name),
			`machine ${name}`,
		);
	}

	/** @throws Error where there is no such interface */
	setLink(name: string, up: boolean): void {
		found(
			this.interfaces.find((one) => one.name === name),
			`interface ${name}`,
		).up = up;
	}

	/** Starts, pauses, resumes or stops the parity check. */
	parityCheck(action: 'start' | 'pause' | 'resume' | 'stop'): void {
		if (action === 'start' || action === 'stop') this.parity.progress = 0;
		this.parity.status = action === 'stop' ? '' : action === 'pause' ? 'paused' : 'running';
		this.changed('array_status_update');
	}

	/** Starts or stops the array; a running parity check ends with it. */
	setArray(state: Tower['array']): void {
		this.array = state;
		if (state === 'STOPPED') this.parityCheck('stop');
		this.changed('array_status_update');
		this.changed('disk_list_update');
	}

	/** Adds an unread notification. */
	notify(title: string, subject: string, importance: Notice['importance'], at: number): void {
		const id = `${title.replace(/\W+/g, '_')}_${Math.floor(at / 1_000)}_${this.notices.length}.notify`;
		this.notices.push({ id, title, subject, description: '', importance, at, archived: false });
		this.changed('notifications_update');
	}

	/** Marks all notifications as read. */
	archiveNotices(): void {
		for (const notice of this.notices) notice.archived = true;
		this.changed('notifications_update');
	}

	private step(seconds: number): void {
		this.uptime += seconds;
		work(this, seconds, this.random);
		heat(this, seconds, this.random);
		this.check(seconds);
		this.mains(seconds);
	}

	private check(seconds: number): void {
		if (this.parity.status !== 'running') return;
		this.parity.progress += (100 / this.pace.parity) * seconds;
		if (this.parity.progress >= 100) this.parityCheck('stop');
	}

	private mains(seconds: number): void {
		const { power } = this;
		const words = power.status.split(' ');
		if (words.includes('ONBATT')) {
			power.charge = Math.max(0, power.charge - (100 / this.pace.battery) * seconds);
			power.status = power.charge < LOW_BATTERY ? 'ONBATT LOWBATT' : 'ONBATT';
		} else if (words.includes('ONLINE')) {
			power.charge = Math.min(100, power.charge + (100 / (this.pace.battery * 2)) * seconds);
		}
	}
}

function found<T>(one: T | undefined, what: string): T {
	if (one === undefined) throw new Error(`The simulated server has no ${what}`);
	return one;
}
