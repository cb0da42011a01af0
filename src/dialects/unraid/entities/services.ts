import { type Row, subject } from '../../../model/description';
import { binary } from '../../../model/presets';
import type { DataOf, World } from './items';

type NetworkServices = DataOf<'network_services'>;
type ServiceState = NonNullable<NetworkServices['smb']>;

/** A service of the server with the agent's word for it. */
interface Service extends ServiceState {
	readonly key: string;
}

function servicesOf(world: World): readonly Service[] | null {
	const services = world.network_services;
	if (!services) return null;
	return Object.entries(services).flatMap(([key, service]) =>
		typeof service === 'object' && service !== null ? [{ ...service, key }] : [],
	);
}

/** Network services. Natural key: the agent's word for each. */
export const networkService = subject<World, Service>({
	subject: 'network_service',
	from: ['network_services'],
	items: servicesOf,
	key: (service) => service.key,
	label: (service) => service.name || service.key,
	rows: [
		binary({
			key: 'running',
			name: '{label} Service',
			short: 'Running',
			deviceClass: 'running',
			category: 'diagnostic',
			icon: 'mdi:server-network',
			enabled: false,
			from: ['running', 'enabled', 'port'],
			is: ({ running }) => running ?? null,
			attributes: { enabled: 'enabled', port: 'port' },
		}),
	],
});

const enabledRow = <I extends { readonly enabled?: boolean | null | undefined }>(
	name: string,
	icon: string,
	attributes: NonNullable<Row<I, World>['attributes']>,
	from: readonly (keyof I & string)[],
): Row<I, World> =>
	binary<I, World>({
		key: 'enabled',
		name,
		category: 'diagnostic',
		icon,
		enabled: false,
		from: ['enabled' as keyof I & string, ...from],
		is: ({ enabled }) => enabled ?? null,
		attributes,
	});

/** Whether Docker is switched on in the settings. */
export const dockerService = subject<World, DataOf<'docker_settings'>>({
	subject: 'docker',
	from: ['docker_settings'],
	items: (world) => (world.docker_settings ? [world.docker_settings] : null),
	rows: [enabledRow('Docker Enabled', 'mdi:docker', { image_path: 'image_path' }, ['image_path'])],
});

/** Whether virtual machines are switched on in the settings. */
export const vmService = subject<World, DataOf<'vm_settings'>>({
	subject: 'vms',
	from: ['vm_settings'],
	items: (world) => (world.vm_settings ? [world.vm_settings] : null),
	rows: [enabledRow('VM Manager Enabled', 'mdi:desktop-tower', {}, [])],
});
