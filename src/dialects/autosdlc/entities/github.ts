import { type Row, subject } from '../../../model/description';
import { event } from '../../../model/presets';
import type { AutosdlcWorld } from '../tracker';
import { type GitHub, issueActions, pullRequestActions, type Reference, runStates } from '../tracker/github';

type World = AutosdlcWorld;

const last = (
	field: 'issue' | 'pullRequest' | 'run',
	row: Pick<Row<GitHub, World>, 'key' | 'name' | 'icon'>,
): Row<GitHub, World> => {
	const of =
		(name: keyof Reference) =>
		(item: GitHub): string | number | undefined =>
			item[field]?.[name] ?? undefined;
	return {
		...row,
		platform: 'sensor',
		from: [field],
		when: (item) => item[field] !== null,
		value: (item) => item[field]?.state ?? null,
		attributes: {
			title: of('title'),
			number: of('number'),
			repository: of('repository'),
			branch: of('branch'),
			action: of('action'),
			url: of('url'),
		},
	};
};

/** What GitHub's webhooks told. */
export const github = subject<World, GitHub>({
	subject: 'github',
	from: ['github'],
	items: ({ github: news }) => (news ? [news] : null),
	rows: [
		last('issue', { key: 'issue', name: 'Last GitHub Issue', icon: 'mdi:alert-circle-outline' }),
		last('pullRequest', { key: 'pull_request', name: 'Last GitHub Pull Request', icon: 'mdi:source-pull' }),
		last('run', { key: 'run', name: 'Last GitHub Workflow Run', icon: 'mdi:play-circle-outline' }),
		event({
			key: 'issue_update',
			name: 'GitHub Issue',
			icon: 'mdi:alert-circle-outline',
			options: issueActions,
			from: ['issues'],
			happenings: ({ issues }) => issues,
		}),
		event({
			key: 'pull_request_update',
			name: 'GitHub Pull Request',
			icon: 'mdi:source-pull',
			options: pullRequestActions,
			from: ['pullRequests'],
			happenings: ({ pullRequests }) => pullRequests,
		}),
		event({
			key: 'run_update',
			name: 'GitHub Workflow Run',
			icon: 'mdi:play-circle-outline',
			options: runStates,
			from: ['runs'],
			happenings: ({ runs }) => runs,
		}),
	],
});
