import { type AlertChange, type AlertRule, type RuleStatus, type Severity, severities } from '../model/alert';
import type { Entity } from '../model/entity';
import { groupOf } from './groups';
import type { Verdict } from './judges';
import { rank } from './levels';
import { createMachine, type Machine } from './machine';
import type { SilenceWatch } from './silences';
import { changeOf } from './teller';
import { firstShown, nextShown, type Watch } from './watch';

/** How a rule stands, from its machines. */
export function statusOf(
	rule: string,
	own: readonly Machine[],
	matches: number,
	mutedUntil: number | null,
): RuleStatus {
	const raised = own.filter(({ phase }) => phase === 'raised');
	return {
		rule,
		matches,
		pending: own.filter(({ phase }) => phase === 'pending').length,
		raised: raised.length,
		acknowledged: raised.filter(({ acknowledged }) => acknowledged).length,
		unknown: own.filter(({ phase, unknown }) => phase !== 'ok' && unknown).length,
		severity: raised.reduce<Severity | null>((a, { severity }) => (rank(severity) > rank(a) ? severity : a), null),
		mutedUntil,
	};
}

/** What an alert about an entity would look like now. */
export function tryOut(watch: Watch, entity: Entity, verdict: Verdict, now: number): AlertChange {
	const machine = createMachine(watch.rule, entity.unique_id, firstShown(watch.rule, entity.name, entity));
	const severity = verdict.severity ?? worstOf(watch.rule);
	Object.assign(machine, { since: now, raisedAt: now, severity, count: 1 });
	machine.shown = nextShown(watch, entity, { ...verdict, severity }, machine);
	return changeOf(machine, { state: 'raised', test: true }, now, entity.attributes);
}

/** What an alert about the silence of what an entity belongs to would look like now. */
export function trySilence({ rule }: SilenceWatch, entity: Entity, now: number): AlertChange {
	const { per, severity } = rule.condition;
	const { target, name } = groupOf(entity, per);
	const shown = { ...firstShown(rule, name, entity), value: 'disconnected' };
	const machine = { ...createMachine(rule, target, shown), since: now, raisedAt: now, severity, count: 1 };
	return changeOf(machine, { state: 'raised', test: true }, now, per === 'entity' ? entity.attributes : {});
}

/** The worst that a rule can be: what is shown where nothing is wrong. */
function worstOf({ condition }: AlertRule): Severity {
	if (!('levels' in condition)) return condition.severity;
	return condition.levels.reduce<Severity>(
		(a, { severity }) => (rank(severity) > rank(a) ? severity : a),
		severities[0],
	);
}
