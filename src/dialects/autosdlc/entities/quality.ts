import { subject } from '../../../model/description';
import { count, numeric, type RowSpec, text } from '../../../model/presets';
import type { AutosdlcWorld } from '../tracker';
import type { Quality } from '../tracker/quality';

type World = AutosdlcWorld;

const whose = {
	reads: ['agent', 'task'],
	attributes: { agent: 'agent', task: 'task' },
} as const;

const coverage = (field: 'lines' | 'branches' | 'functions', name: string) =>
	numeric<Quality, World>({
		key: `coverage_${field}`,
		name,
		unit: '%',
		precision: 1,
		decimals: 1,
		icon: 'mdi:shield-check-outline',
		plausible: [0, 100],
		field,
		enabled: field === 'lines',
		when: ({ lines, branches, functions }) => (lines ?? branches ?? functions) !== null,
	});

const tested: Pick<RowSpec<Quality, World>, 'when'> = { when: ({ testedAt }) => testedAt !== null };

/** The newest test result and coverage, whoever they are of. */
export const quality = subject<World, Quality>({
	subject: 'tests',
	from: ['quality'],
	items: ({ quality: latest }) => (latest ? [latest] : null),
	rows: [
		{
			...count({ key: 'total', name: 'Tests', icon: 'mdi:test-tube', field: 'total', ...tested }),
			from: ['total', 'skipped', 'suite', 'testedAt', ...whose.reads],
			attributes: {
				...whose.attributes,
				skipped: 'skipped',
				suite: 'suite',
				time: ({ testedAt }) => (testedAt === null ? undefined : new Date(testedAt).toISOString()),
			},
			ticking: ['time'],
		},
		count({ key: 'passing', name: 'Tests Passing', icon: 'mdi:test-tube', field: 'passing', ...tested }),
		count({ key: 'failing', name: 'Tests Failing', icon: 'mdi:test-tube-off', field: 'failing', ...whose, ...tested }),
		numeric({
			key: 'duration',
			name: 'Test Duration',
			unit: 's',
			deviceClass: 'duration',
			divide: 1_000,
			decimals: 1,
			field: 'duration',
			when: ({ duration }) => duration !== null,
		}),
		coverage('lines', 'Line Coverage'),
		coverage('branches', 'Branch Coverage'),
		coverage('functions', 'Function Coverage'),
		text({
			key: 'phase',
			name: 'Last TDD Phase',
			icon: 'mdi:traffic-light-outline',
			field: 'phase',
			...whose,
			when: ({ phase }) => phase !== null,
		}),
	],
});
