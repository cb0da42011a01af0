import { type Level, type OtherEntity, type Severity, severities } from '../model/alert';
import type { Entity } from '../model/entity';

/** How bad a severity is: -1 for none, then upwards. */
export function rank(severity: Severity | null): number {
	return severity === null ? -1 : severities.indexOf(severity);
}

/** A level as it is now, and who set it; see `alertSchema.threshold_source`. */
export interface Threshold {
	readonly value: number;
	readonly source: string;
}

/** The level that each severity has. */
export type Thresholds = Readonly<Partial<Record<Severity, Threshold>>>;

/** Finds another entity of an entity's endpoint. */
export type FindEntity = (from: Entity, wanted: OtherEntity) => Entity | undefined;

/** The natural key of the entity that a level asks for. */
export function keyOfOther({ subject, key }: Entity, wanted: OtherEntity): string | null {
	return wanted.key ?? (wanted.subject === subject ? key : null);
}

/** The number that a value is or spells; null where it is none. */
export function numberOf(value: unknown): number | null {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** The worst of some values; null where there is none among them, or values have no worst. */
export function worstOf(worse: 'more' | 'less' | undefined, ...values: readonly unknown[]): number | null {
	const numbers = values.filter((value) => typeof value === 'number');
	if (!worse || numbers.length === 0) return null;
	return worse === 'more' ? Math.max(...numbers) : Math.min(...numbers);
}

/** A value as a word; what there is not is the empty one. */
export function wordOf(value: unknown): string {
	if (value === undefined || value === null) return '';
	if (typeof value !== 'object') return String(value);
	try {
		return JSON.stringify(value) ?? '';
	} catch {
		// An attribute that somebody made by hand, and that has no JSON.
		return '';
	}
}

/** A level for an entity: its own attribute, else another entity, else the rule's own number; null where there is none. */
export function thresholdOf(
	{ attribute, entity: wanted, value }: Level,
	entity: Entity,
	find: FindEntity,
): Threshold | null {
	if (attribute) {
		const own = numberOf(entity.attributes[attribute.name]);
		if (own !== null) {
			const setBy = attribute.from === undefined ? undefined : entity.attributes[attribute.from];
			return { value: own, source: typeof setBy === 'string' && setBy !== '' ? setBy : `attribute:${attribute.name}` };
		}
	}
	if (wanted) {
		const other = find(entity, wanted);
		const level = other?.available
			? numberOf(wanted.attribute === undefined ? other.state : other.attributes[wanted.attribute])
			: null;
		if (other && level !== null) return { value: level, source: `entity:${other.unique_id}` };
	}
	return value === undefined ? null : { value, source: 'rule' };
}
