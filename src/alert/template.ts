import type { AlertChange } from '../model/alert';
import { limits } from '../model/limits';
import { wordOf } from './levels';

/** What a template may ask for, besides `{attribute.<name>}`. */
export type Facts = Omit<AlertChange, 'text'>;

/** Who set a level, as people say it. */
function sourceText(source: string | null): string {
	if (source === null) return '';
	const [kind, name] = source.split(/:(.*)/s);
	if (kind === 'rule') return 'the rule';
	if (kind === 'attribute' && name) return `its ${name}`;
	return kind === 'entity' && name ? name : source;
}

const two = (number: number): string => String(number).padStart(2, '0');

/** A moment by this machine's local time. */
function moment(time: string): string {
	const date = new Date(time);
	const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
	return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const units = [
	['d', 86_400],
	['h', 3_600],
	['min', 60],
	['s', 1],
] as const;

/** `2 h 5 min`: the two largest units that are not 0. */
export function durationText(seconds: number): string {
	let rest = Math.max(0, Math.round(seconds));
	const parts: string[] = [];
	for (const [unit, size] of units) {
		const count = Math.floor(rest / size);
		rest -= count * size;
		if (count > 0) parts.push(`${count} ${unit}`);
		else if (parts.length > 0) break;
	}
	return parts.slice(0, 2).join(' ') || '0 s';
}

/** A number with the decimals that its entity shows; other values as they are. */
function valueText(value: AlertChange['value'], precision: number | null): string {
	if (typeof value === 'number') {
		return precision === null ? String(Number(value.toFixed(3))) : String(Number(value.toFixed(precision)));
	}
	return value === null ? 'unknown' : String(value);
}

/** Every placeholder. One that has nothing to say is empty. */
const placeholders: { readonly [name: string]: (facts: Facts, precision: number | null) => string } = {
	value: ({ value }, precision) => valueText(value, precision),
	unit: ({ unit }) => unit ?? '',
	threshold: ({ threshold }) => (threshold === null ? '' : valueText(threshold, null)),
	source: ({ threshold_source: source }) => sourceText(source),
	since: ({ since }) => moment(since),
	duration: ({ duration }) => durationText(duration),
	peak: ({ peak }, precision) => (peak === null ? '' : valueText(peak, precision)),
	name: ({ name }) => name,
	device: ({ device }) => device,
	endpoint: ({ source }) => source,
	entity: ({ entity }) => entity,
	severity: ({ severity }) => severity,
	state: ({ state }) => state,
	rule: ({ rule_name: name }) => name,
	count: ({ count }) => String(count),
	reminder: ({ reminder }) => (reminder === 0 ? '' : String(reminder)),
	reason: ({ reason }) => reason ?? '',
};

/** Names of all placeholders, for the editor. */
export const placeholderNames: readonly string[] = Object.keys(placeholders);

const placeholder = /\{([A-Za-z_]+)(?:\.([^{}]{1,100}))?\}/g;
const optional = /\[([^[\]{}]*\{[^[\]]*)\]/g;

/**
 * The text of a template. `{name}` is replaced once, from a fixed table, and nothing in it is ever run; what is missing is empty. A part in
 * square brackets is left out where the first placeholder in it is empty. Gaps that are left are closed.
 */
export function fill(
	template: string,
	facts: Facts,
	precision: number | null,
	attributes: { readonly [name: string]: unknown },
): string {
	const read = (name: string, attribute: string | undefined): string => {
		if (attribute === undefined)
			return Object.hasOwn(placeholders, name) ? (placeholders[name]?.(facts, precision) ?? '') : '';
		const own = name === 'attribute' && Object.hasOwn(attributes, attribute);
		return own ? wordOf(attributes[attribute]).slice(0, limits.textLength) : '';
	};
	const kept = template.replace(optional, (_, part: string) => {
		const [, name = '', attribute] = /\{([A-Za-z_]+)(?:\.([^{}]{1,100}))?\}/.exec(part) ?? [];
		return read(name, attribute) === '' ? '' : part;
	});
	return kept
		.replace(placeholder, (_, name: string, attribute?: string) => read(name, attribute))
		.replace(/[^\S\n]+([,.;:)])/g, '$1')
		.replace(/[^\S\n]{2,}/g, ' ')
		.trim()
		.slice(0, limits.alertText);
}
