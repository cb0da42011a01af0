import { subject } from '../../../model/description';
import { binary, text } from '../../../model/presets';
import type { AutosdlcWorld } from '../tracker';
import type { Deployment } from '../tracker/deployments';
import { isHealthy } from '../tracker/words';
import { nameText } from '../values';

/** Environments that are deployed to. Natural key: the name of the environment. */
export const deployment = subject<AutosdlcWorld, Deployment>({
	subject: 'deployment',
	kept: true,
	from: ['deployments'],
	items: ({ deployments }) => deployments ?? null,
	key: ({ environment }) => environment,
	label: ({ environment }) => nameText(environment),
	rows: [
		text({
			key: 'status',
			name: 'Deployment {label}',
			icon: 'mdi:rocket-launch-outline',
			field: 'status',
			reads: ['id', 'message', 'url', 'at'],
			attributes: {
				deployment: 'id',
				message: 'message',
				url: 'url',
				time: ({ at }) => new Date(at).toISOString(),
			},
			ticking: ['time'],
		}),
		text({
			key: 'version',
			name: 'Deployment {label} Version',
			icon: 'mdi:tag-outline',
			field: 'version',
			when: ({ version }) => version !== null,
		}),
		binary({
			key: 'problem',
			name: 'Deployment {label} Components',
			deviceClass: 'problem',
			from: ['components'],
			when: ({ components }) => components !== null,
			is: ({ components }) => components && Object.values(components).some((health) => !isHealthy(health)),
			attributes: { components: ({ components }) => components ?? undefined },
		}),
	],
});
