import type { AlertRule } from '../model/alert';
import type { Entity } from '../model/entity';
import { limits } from '../model/limits';
import { type Judge, judgeOf, type Sight, type Verdict } from './judges';
import { type Kind, kinds } from './kinds';
import { wordOf, worstOf } from './levels';
import type { Machine, Shown, Waits } from './machine';
import { attributeTest, matcher } from './match';

/** A rule that is ready to judge. */
export interface Watch {
	readonly rule: AlertRule;
	readonly kind: Kind;
	readonly judge: Judge;
	readonly matches: (entity: Entity) => boolean;
	readonly attribute: ((entity: Entity) => boolean) | null;
	readonly waits: Waits;
}

/** Makes a rule ready. */
export function watchOf(rule: AlertRule): Watch {
	const kind = kinds[rule.condition.kind];
	const clearFor = rule.clearFor ?? (kind.momentary ? limits.alertMomentary : 0);
	return {
		rule,
		kind,
		judge: judgeOf(rule.condition),
		matches: matcher(rule.entities),
		attribute: attributeTest(rule.entities),
		waits: { raiseFor: kind.momentary ? 0 : rule.raiseFor, clearFor },
	};
}

const unknown: Verdict = { severity: undefined };
const fine: Verdict = { severity: null };

/** What a watch sees of an entity; undefined where nothing is known. */
function seenOf({ rule, kind }: Watch, entity: Entity): { readonly value: unknown } | undefined {
	const { connected, fresh, present } = entity.availability;
	switch (kind.on) {
		case 'presence':
			return connected && fresh ? { value: present } : undefined;
		case 'expression': {
			const { condition } = rule;
			const isAsked = entity.available || (condition.kind === 'jsonata' && condition.unavailable === true);
			return isAsked ? { value: entity.state } : undefined;
		}
		case 'fired':
			return { value: entity.state };
		default: {
			if (!entity.available) return undefined;
			const value = rule.attribute === undefined ? entity.state : entity.attributes[rule.attribute];
			// An entity without a state may still have lost its attribute: both are unknown then.
			return value === null || (value === undefined && entity.state === null) ? undefined : { value };
		}
	}
}

/** Judges an entity as it is now. */
export function look(watch: Watch, entity: Entity, sight: Omit<Sight, 'value'>): Verdict {
	if (watch.attribute && !watch.attribute(entity)) {
		// What is gone with the values is no sign that all is well; what fires is there.
		return (entity.available && entity.state !== null) || watch.kind.on === 'fired' ? fine : unknown;
	}
	const seen = seenOf(watch, entity);
	return seen ? watch.judge({ ...sight, ...seen }) : unknown;
}

/** What an alert shows of an entity that is about to be judged for the first time. */
export function firstShown(rule: AlertRule, name: string, entity: Entity): Shown {
	return {
		rule_name: rule.name,
		name,
		device: entity.device.name,
		source: entity.source,
		value: null,
		unit: null,
		thresholds: {},
		peak: null,
		precision: null,
	};
}

/** What an alert shows after a judgement: of an unknown entity what was last known. */
export function nextShown({ rule, kind }: Watch, entity: Entity, verdict: Verdict, machine: Machine): Shown {
	const { shown, phase } = machine;
	if (verdict.severity === undefined) return shown;
	const value =
		verdict.value ?? scalar(rule.attribute === undefined ? entity.state : entity.attributes[rule.attribute]);
	const unit = entity.unit_of_measurement;
	const isNew = phase === 'ok';
	return {
		...shown,
		name: entity.name,
		device: entity.device.name,
		value: kind.on === 'presence' ? (entity.availability.present ? 'present' : 'missing') : value,
		unit: unit !== null && kind.per ? `${unit}${kind.per}` : unit,
		thresholds: { ...(!isNew && shown.thresholds), ...verdict.thresholds },
		peak: worstOf(kind.worse, isNew ? null : shown.peak, value),
		precision: verdict.value === undefined ? entity.suggested_display_precision : null,
	};
}

function scalar(value: unknown): Shown['value'] {
	if (typeof value === 'number' || typeof value === 'boolean') return value;
	return value === null || value === undefined ? null : wordOf(value).slice(0, limits.textLength);
}
