import type { Subject, World } from '../model/description';
import type { Device } from '../model/entity';
import { sameJson } from '../model/json';
import { safeKey } from './identity';
import type { Recollection } from './recollection';

/** What {@link Devices} tells the server's device from. */
export interface DeviceOptions {
	/** Endpoint id. */
	readonly source: string;
	readonly url?: URL | null;
	/** Whether disks, containers and the like are devices of their own, connected via the server's. */
	readonly subDevices?: boolean;
	readonly dialect: {
		readonly deviceFrom: readonly string[];
		device(world: World, url: URL | null): Omit<Device, 'identifiers'>;
	};
}

/** The devices of one endpoint: the server's, and those that hang on it. */
export class Devices {
	private server: Device;

	constructor(
		private readonly options: DeviceOptions,
		private readonly recollection: Recollection,
		world: World,
	) {
		this.server = this.read(world);
	}

	/** Whether the server's device has told its name, in this run or an earlier one, or need not. */
	isNamed(world: World): boolean {
		return this.options.dialect.deviceFrom.length === 0 || this.isTold(world) || this.recollection.device !== null;
	}

	/** Reads the server's device anew; whether it changed. */
	refresh(world: World): boolean {
		const device = this.read(world);
		if (sameJson(device, this.server)) return false;
		this.server = device;
		return true;
	}

	/** A thing's device: the server's, or one of its own that is connected via it. */
	of({ subject, ownDevice }: Subject, key: string | null, label: string): Device {
		const { server, options } = this;
		if (!options.subDevices || !ownDevice) return server;
		const [via = ''] = server.identifiers;
		const own = key === null ? subject : `${subject}_${safeKey(key)}`;
		return { identifiers: [`${via}_${own}`], name: `${server.name} ${label || subject}`, via_device: via };
	}

	private read(world: World): Device {
		const { source, dialect, url } = this.options;
		const told = dialect.device(world, url ?? null);
		const { device: remembered } = this.recollection;
		// Until it tells it again it is what it was; and what says nothing of a name leaves it as it is.
		const nameless = told.name === dialect.device({}, url ?? null).name;
		const device = !this.isTold(world)
			? (remembered ?? told)
			: nameless && remembered
				? { ...told, name: remembered.name }
				: told;
		if (this.isTold(world)) this.recollection.device = device;
		return { identifiers: [`agent-stream_${source}`], ...device };
	}

	private isTold(world: World): boolean {
		return this.options.dialect.deviceFrom.some((type) => Object.hasOwn(world, type));
	}
}
