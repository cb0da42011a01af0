/** What the simulated server has when it starts: one table per kind of thing. Names and numbers are invented. */

/** A disk, or something that the agent lists as one. */
export interface Disk {
	readonly id: string;
	readonly device: string;
	readonly name: string;
	readonly role: 'parity' | 'parity2' | 'data' | 'cache' | 'unknown' | 'docker_vdisk' | 'log';
	readonly model: string;
	readonly serial: string;
	readonly size: number;
	used: number;
	readonly filesystem: string;
	readonly mount: string;
	/** Temperature at rest, °C; null for what has no sensor. */
	readonly rest: number | null;
	/** °C; meaningless in standby. */
	temperature: number;
	standby: boolean;
	status: 'DISK_OK' | 'DISK_DSBL' | 'DISK_NP' | 'DISK_INVALID';
	smart: 'PASSED' | 'FAILED' | 'UNKNOWN' | '';
	smartErrors: number;
	readonly hours: number;
	readBytes: number;
	writeBytes: number;
}

/** A container. */
export interface Container {
	id: string;
	readonly name: string;
	readonly image: string;
	/** As the agent tells it, wrong for an image with a registry port. */
	readonly version: string;
	state: 'running' | 'paused' | 'exited';
	readonly network: string;
	readonly ip: string;
	readonly port: number | null;
	/** CPU share in percent at ordinary work. */
	readonly load: number;
	readonly memory: number;
	readonly memoryLimit: number;
	readonly policy: string;
	restarts: number;
	/** Seconds since it was started. */
	uptime: number;
	received: number;
	sent: number;
}

/** A virtual machine. */
export interface Machine {
	readonly id: string;
	readonly name: string;
	state: 'running' | 'paused' | 'shut off' | 'pmsuspended';
	readonly cpus: number;
	readonly memory: number;
	readonly autostart: boolean;
	read: number;
	written: number;
}

/** A network interface. */
export interface Interface {
	readonly name: string;
	readonly mac: string;
	readonly ip: string;
	/** Mbit/s. */
	readonly speed: number;
	/** False for bridges and machines' interfaces, whose details the agent cannot tell. */
	readonly physical: boolean;
	up: boolean;
	received: number;
	sent: number;
}

/** A user share. */
export interface Share {
	readonly name: string;
	readonly comment: string;
	used: number;
	free: number;
	readonly storage: 'cache' | 'array' | 'cache+array';
	readonly useCache: 'only' | 'yes' | 'no' | 'prefer';
}

const TB = 1_000_000_000_000;
const GB = 1_000_000_000;
const GIB = 1_073_741_824;

function disk(
	name: string,
	device: string,
	role: Disk['role'],
	size: number,
	used: number,
	rest: number,
	more: Partial<Disk> = {},
): Disk {
	const serial = `2GJ${device.toUpperCase()}8AB`;
	return {
		id: `WDC_WD180EDGZ-11B2DA0_${serial}`,
		device,
		name,
		role,
		model: 'WDC WD180EDGZ-11B2DA0',
		serial,
		size,
		used: Math.round(used),
		filesystem: role === 'data' ? 'xfs' : 'GPT: 4KiB-aligned',
		mount: role === 'data' ? `/mnt/${name}` : '',
		rest,
		temperature: rest,
		standby: false,
		status: 'DISK_OK',
		smart: 'PASSED',
		smartErrors: 0,
		hours: 28_734,
		readBytes: 409_600 * 1_000_000,
		writeBytes: 204_800 * 1_000_000,
		...more,
	};
}

/** Six array disks (two of them parity), the cache pool, the boot stick, and the two pseudo disks that the agent adds. */
export const disks = (): Disk[] => [
	disk('parity', 'sdb', 'parity', 18 * TB, 0, 33),
	disk('parity2', 'sdc', 'parity2', 18 * TB, 0, 35),
	disk('disk1', 'sdd', 'data', 14 * TB, 8.54 * TB, 34),
	disk('disk2', 'sde', 'data', 12 * TB, 7.32 * TB, 38),
	disk('disk3', 'sdf', 'data', 8 * TB, 4.88 * TB, 35),
	disk('disk4', 'sdg', 'data', 8 * TB, 6.96 * TB, 36),
	disk('cache', 'nvme0n1', 'cache', TB, 0.61 * TB, 44, {
		id: 'Samsung_SSD_980_PRO_1TB_S5GXNX0T',
		model: 'Samsung SSD 980 PRO 1TB',
		serial: 'S5GXNX0T',
		filesystem: 'zfs',
		mount: '/mnt/cache',
	}),
	disk('flash', 'sda', 'unknown', 30_752_636_928, 1_100_000_000, 0, {
		id: 'SanDisk_Ultra_Fit_4C530001230410110253',
		model: 'SanDisk Ultra Fit',
		serial: '4C530001230410110253',
		filesystem: 'unknown',
		mount: '/boot',
		rest: null,
		standby: true,
		smart: 'UNKNOWN',
		readBytes: 20_430_000,
		writeBytes: 0,
	}),
	disk('Docker vDisk', '/mnt/user/system/docker/docker.img', 'docker_vdisk', 40 * GIB, 20 * GIB, 0, {
		id: 'docker_vdisk',
		model: '',
		serial: '',
		filesystem: 'btrfs',
		mount: '/var/lib/docker',
		rest: null,
		smart: '',
		readBytes: 20_430_000,
		writeBytes: 0,
	}),
	disk('Log', 'tmpfs', 'log', 134_217_728, 5_242_880, 0, {
		id: 'log_filesystem',
		model: '',
		serial: '',
		filesystem: 'tmpfs',
		mount: '/var/log',
		rest: null,
		smart: '',
		readBytes: 20_430_000,
		writeBytes: 0,
	}),
];

function container(
	id: string,
	name: string,
	image: string,
	load: number,
	port: number | null,
	more: Partial<Container> = {},
): Container {
	return {
		id,
		name,
		image,
		version: image.split(':')[1] ?? 'latest',
		state: 'running',
		network: 'bridge',
		ip: `172.17.0.${2 + Number.parseInt(id.slice(0, 1), 16)}`,
		port,
		load,
		memory: Math.round((150 + load * 40) * 1_048_576),
		memoryLimit: 2 * GIB,
		policy: 'unless-stopped',
		restarts: 0,
		uptime: 3 * 86_400,
		received: 500_000_000,
		sent: 200_000_000,
		...more,
	};
}

/** Five containers; the registry port of `db` makes the agent tell a wrong version. */
export const containers = (): Container[] => [
	container('a8ec3fe855e1', 'plex', 'plexinc/pms-docker:latest', 4, 32_400, { network: 'host' }),
	container('32bd010d6849', 'sonarr', 'lscr.io/linuxserver/sonarr:4.0.9', 1.5, 8_989),
	container('3d92d4dfd4d4', 'home-assistant', 'ghcr.io/home-assistant/home-assistant:stable', 3, null, {
		network: 'host',
		ip: '',
		policy: 'always',
	}),
	container('c1105bb24ccd', 'db', 'registry.local:5000/pg/postgres:16-alpine', 2, 5_432),
	container('c75a00bdaeb0', 'backup', 'offen/docker-volume-backup:v2', 0.5, null, { restarts: 1 }),
];

/** Three machines: running, paused and off. */
export const machines = (): Machine[] => [
	{
		id: '72ee10e1adf156559b8427925982219a',
		name: 'Windows 11',
		state: 'running',
		cpus: 4,
		memory: 16 * GIB,
		autostart: true,
		read: 17 * GB,
		written: 6 * GB,
	},
	{
		id: '0327aa42e9895885a5fed6c50c3ec8dd',
		name: 'ubuntu-server',
		state: 'paused',
		cpus: 2,
		memory: 4 * GIB,
		autostart: false,
		read: GB,
		written: GB,
	},
	{
		id: 'a617d4bd4b2e551c893e7489ef4c4393',
		name: 'hassos (test) "ü"',
		state: 'shut off',
		cpus: 2,
		memory: 2 * GIB,
		autostart: false,
		read: 0,
		written: 0,
	},
];

/** Two ports, their bridge, Docker's bridge and a machine's interface. */
export const interfaces = (): Interface[] => [
	nic('eth0', 'a8:a1:59:12:34:56', '', 2_500, true),
	nic('eth1', 'a8:a1:59:12:34:57', '10.0.0.20', 1_000, true),
	nic('br0', 'a8:a1:59:12:34:56', '192.168.1.20', 2_500, false),
	nic('docker0', '02:42:7f:aa:bb:cc', '172.17.0.1', 10_000, false),
	nic('vnet0', 'fe:54:00:11:22:33', '', 10, false),
];

function nic(name: string, mac: string, ip: string, speed: number, physical: boolean): Interface {
	return { name, mac, ip, speed, physical, up: true, received: speed * 4_000_000, sent: speed * 1_700_000 };
}

/** Shares on the cache, on the array and on both. */
export const shares = (): Share[] => [
	share('appdata', 'application data', 0.217 * TB, 0.39 * TB, 'cache', 'only'),
	share('Media', 'Movies, TV & 4K <HDR>', 17.5 * TB, 10 * TB, 'cache+array', 'yes'),
	share('isos', '', 0.039 * TB, 10 * TB, 'array', 'no'),
	share('Backups & Archive', '', 5.5 * TB, 10 * TB, 'cache+array', 'prefer'),
];

function share(
	name: string,
	comment: string,
	used: number,
	free: number,
	storage: Share['storage'],
	useCache: Share['useCache'],
): Share {
	return { name, comment, used: Math.round(used), free: Math.round(free), storage, useCache };
}

/** A notification of the server. */
export interface Notice {
	readonly id: string;
	readonly title: string;
	readonly subject: string;
	readonly description: string;
	readonly importance: 'normal' | 'warning' | 'alert';
	/** Milliseconds since 1970. */
	readonly at: number;
	archived: boolean;
}
