import { matcher } from '../src/alert/match';
import type { AlertRule } from '../src/model/alert';
import type { Entity } from '../src/model/entity';
import { globs } from '../src/model/glob';

/** Rules and sources that are named one by one; the rest is counted. */
const namedMost = 5;

function named(all: readonly string[]): string {
	const more = all.length - namedMost;
	return more > 0 ? `${all.slice(0, namedMost).join(', ')} and ${more} more` : all.join(', ');
}

/** Which rules have matched no entity so far: most often their selection is wrong. */
export class IdleRules {
	private idle: readonly { readonly rule: AlertRule; readonly matches: (entity: Entity) => boolean }[];

	/** @param source endpoint id of the entities */
	constructor(
		private readonly rules: readonly AlertRule[],
		private readonly source: string,
	) {
		this.idle = rules.map((rule) => ({ rule, matches: matcher(rule.entities) }));
	}

	/** Takes an entity that is new, or may have got another name. */
	saw(entity: Entity): void {
		if (this.idle.length > 0) this.idle = this.idle.filter(({ matches }) => !matches(entity));
	}

	/** What is to be said of those that are left; null where none is. */
	remark(): string | null {
		const idle = this.idle.map(({ rule }) => rule);
		if (idle.length === 0) return null;
		const all =
			this.rules.length === 1 ? 'the only rule matches' : `${idle.length} of ${this.rules.length} rules match`;
		const what = `${all} no entity of the recording: ${named(idle.map(({ id }) => id))}`;
		const elsewhere = idle.flatMap(({ entities: { sources } }) => (globs(sources)([this.source]) ? [] : sources));
		if (elsewhere.length === 0) return what;
		const sources = named([...new Set(elsewhere)]);
		return `${what}; as sources they want ${sources}, and the recording is read as ${this.source}: choose that with --id`;
	}
}
