import { subject } from '../../../model/description';
import { count } from '../../../model/presets';
import { type DataOf, listed, type World } from './items';

type Network = NonNullable<NonNullable<DataOf<'docker_networks_update'>['networks']>[number]>;

const networksOf = (world: World) =>
	world.docker_networks_update ? (listed(world.docker_networks_update.networks) ?? []) : null;

/** Docker's networks. Natural key: the name; the id changes whenever one is made anew. */
export const dockerNetwork = subject<World, Network>({
	subject: 'docker_network',
	from: ['docker_networks_update'],
	items: networksOf,
	key: (network) => network.name ?? '',
	label: (network) => network.name ?? '',
	rows: [
		{
			key: 'containers',
			platform: 'sensor',
			name: 'Docker Network {label} Containers',
			short: 'Containers',
			stateClass: 'measurement',
			category: 'diagnostic',
			icon: 'mdi:lan',
			enabled: false,
			from: ['container_names', 'driver', 'scope', 'subnet', 'gateway', 'internal'],
			value: (network) => network.container_names?.length ?? 0,
			attributes: {
				containers: (network) => (network.container_names?.length ? [...network.container_names].sort() : undefined),
				driver: 'driver',
				scope: 'scope',
				subnet: 'subnet',
				gateway: 'gateway',
				internal: 'internal',
			},
		},
	],
});

/** The networks together. */
interface Networks {
	readonly networks: number;
}

/** How many networks Docker has. */
export const dockerNetworks = subject<World, Networks>({
	subject: 'docker',
	from: ['docker_networks_update'],
	items: (world) => {
		const networks = networksOf(world);
		return networks && [{ networks: networks.length }];
	},
	rows: [
		count({
			key: 'networks',
			name: 'Docker Networks',
			category: 'diagnostic',
			icon: 'mdi:lan',
			enabled: false,
			field: 'networks',
		}),
	],
});
