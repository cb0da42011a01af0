import type { Happening } from '../../../model/description';
import type { StreamEvent } from '../../../model/event';
import { labelOf, textOf } from '../values';
import { Chronicle, noted, type Part, type PartHandlers, wordOf } from './part';

/** The last issue, pull request or workflow run that was told of. */
export interface Reference {
	/** The server's word: open, closed, merged, in_progress, success, … */
	readonly state: string | null;
	readonly action: string | null;
	/** Number of the issue or pull request, id of the run. */
	readonly number: string | null;
	readonly title: string | null;
	readonly repository: string | null;
	readonly branch: string | null;
	readonly url: string | null;
	/** Milliseconds since 1970. */
	readonly at: number;
}

/** What GitHub's webhooks told; null = nothing yet. */
export interface GitHub {
	readonly issue: Reference | null;
	readonly pullRequest: Reference | null;
	readonly run: Reference | null;
	readonly issues: readonly Happening[];
	readonly pullRequests: readonly Happening[];
	readonly runs: readonly Happening[];
}

/** What can happen to an issue: GitHub's own actions; everything else is `updated`. */
export const issueActions = ['opened', 'closed', 'reopened', 'assigned', 'labeled', 'commented', 'updated'] as const;
/** What can happen to a pull request. */
export const pullRequestActions = [
	...['opened', 'closed', 'merged', 'reopened', 'review_requested', 'reviewed', 'updated'],
] as readonly string[];
/** What can become of a workflow run. */
export const runStates = ['queued', 'in_progress', 'success', 'failure', 'cancelled', 'updated'] as const;
/** GitHub's further words for a run that did not succeed. */
const failures: ReadonlySet<string> = new Set(['timed_out', 'startup_failure']);

/** The newest of each kind, and what happened last. */
export class GitHubNews implements Part<GitHub> {
	private readonly chronicle = new Chronicle();
	private news: GitHub = { issue: null, pullRequest: null, run: null, issues: [], pullRequests: [], runs: [] };

	readonly handlers: PartHandlers = {
		github_issue_update: (data, event) => {
			const issue = referenceOf(data, event, textOf(data.state), labelOf(data.number));
			const happening = this.chronicle.happening(
				event,
				wordOf(issueActions, data.action ?? data.state, 'updated'),
				shown(issue),
			);
			this.news = { ...this.news, issue, issues: noted(this.news.issues, happening) };
			return true;
		},
		github_pr_update: (data, event) => {
			const state = data.merged === true ? 'merged' : textOf(data.state);
			const pullRequest = referenceOf(data, event, state, labelOf(data.number));
			const word = state === 'merged' ? state : wordOf(pullRequestActions, data.action ?? state, 'updated');
			const pullRequests = noted(this.news.pullRequests, this.chronicle.happening(event, word, shown(pullRequest)));
			this.news = { ...this.news, pullRequest, pullRequests };
			return true;
		},
		github_workflow_update: (data, event) => {
			const state = textOf(data.conclusion) ?? textOf(data.status);
			const title = textOf(data.name) ?? labelOf(data.workflow) ?? textOf(data.title);
			const run = { ...referenceOf(data, event, state, labelOf(data.runId)), title, branch: textOf(data.branch) };
			const word = failures.has(state?.toLowerCase() ?? '')
				? 'failure'
				: wordOf(runStates, state ?? data.action, 'updated');
			const happening = this.chronicle.happening(event, word, shown(run));
			this.news = { ...this.news, run, runs: noted(this.news.runs, happening) };
			return true;
		},
	};

	picture(): GitHub {
		return this.news;
	}
}

function referenceOf(
	data: { readonly action?: unknown; readonly title?: unknown; readonly repository?: unknown; readonly url?: unknown },
	event: StreamEvent,
	state: string | null,
	number: string | null,
): Reference {
	return {
		state: state ?? textOf(data.action),
		action: textOf(data.action),
		number,
		title: textOf(data.title),
		repository: labelOf(data.repository, ['full_name', 'fullName', 'name']),
		branch: null,
		url: textOf(data.url),
		at: event.at,
	};
}

/** Home Assistant keeps the attribute `state` to itself. */
function shown({ at: _, state: status, ...reference }: Reference) {
	return { status, ...reference };
}
