import { isFields } from '../../../model/fields';
import { limits } from '../../../model/limits';
import { Roster } from '../../roster';
import { labelOf, textOf } from '../values';
import type { Part, PartHandlers } from './part';

/** How one environment is; null = not known. */
export interface Deployment {
	readonly environment: string;
	readonly id: string | null;
	/** The server's word. */
	readonly status: string | null;
	readonly version: string | null;
	/** Health of components by name, in the server's words; null where it tells of none. */
	readonly components: { readonly [name: string]: string } | null;
	readonly message: string | null;
	readonly url: string | null;
	/** Milliseconds since 1970. */
	readonly at: number;
}

/** Environments by name: at most `limits.autosdlcDeployments`; the one that was told of longest ago leaves. */
export class Deployments implements Part<readonly Deployment[]> {
	private readonly roster = new Roster<Deployment>(limits.autosdlcDeployments);

	readonly handlers: PartHandlers = {
		deployment_status: (data, event) => {
			const environment = textOf(data.environment);
			if (environment === null) return false;
			const known = this.roster.get(environment);
			const deployment: Deployment = {
				environment,
				id: textOf(data.deploymentId),
				status: textOf(data.status),
				version: textOf(data.version) ?? known?.version ?? null,
				components: componentsOf(data.components) ?? known?.components ?? null,
				message: textOf(data.message),
				url: textOf(data.url),
				at: event.at,
			};
			this.roster.set(environment, deployment, event.received);
			return true;
		},
	};

	picture(): readonly Deployment[] {
		return this.roster.list().map(({ item }) => item);
	}
}

const healthFields = ['status', 'health', 'state'];

/** Health by name, of a list with names or of an object; null where it is neither. */
function componentsOf(given: unknown): { readonly [name: string]: string } | null {
	const entries: readonly (readonly [unknown, unknown])[] | null = Array.isArray(given)
		? given.map((each: unknown) => [labelOf(each), isFields(each) ? each : null])
		: isFields(given)
			? Object.entries(given)
			: null;
	if (!entries) return null;
	const found = entries.slice(0, limits.autosdlcComponents).flatMap(([name, value]): [string, string][] => {
		const label = textOf(name);
		return label === null
			? []
			: [[label, labelOf(isFields(value) ? value : { status: value }, healthFields) ?? 'unknown']];
	});
	return Object.fromEntries(found);
}
