import { type Field, kindFields, levelFields, otherFields, ruleFields } from './alert-fields';
import { type Draft, fieldText, fieldValue, putAt, valueAt } from './alert-rule';

/** Texts of the node's catalogue, by what follows `agent-stream-alert.`. */
export type Translate = (key: string) => string;

const labelOf = ({ label, path }: Field): string => label ?? `field.${path}`;

/** The key of the label of what stands at a path of a rule; null where there is no field for it. */
export function labelAt(path: string): string | null {
	const [, level] = /^condition\.levels\.\d+\.(.+)$/.exec(path) ?? [];
	const fields = level
		? [...levelFields, ...otherFields]
		: path.startsWith('condition.')
			? Object.values(kindFields).flat()
			: ruleFields;
	const rest = level ?? path.replace(/^condition\./, '');
	const found = fields.find((field) => rest === field.path || rest.startsWith(`${field.path}.`));
	if (found) return labelOf(found);
	return { 'condition.kind': 'field.kind', 'condition.levels': 'field.value' }[path] ?? null;
}

let count = 0;

/** An id that no other element of the form has. */
export function freshId(): string {
	count += 1;
	return `agent-stream-alert-field-${count}`;
}

interface Entry {
	readonly field: Field;
	readonly input: JQuery;
	readonly problem: JQuery;
	/** What stood in it at first: what was not touched is not written. */
	readonly before: string;
}

/** Some fields of a rule with their labels, and how to read them back. */
export class Inputs {
	private readonly entries: readonly Entry[];

	/**
	 * @param place where they go
	 * @param holder the rule, or the part of it, that the paths of the fields start from
	 */
	constructor(
		place: JQuery,
		fields: readonly Field[],
		private readonly holder: Draft,
		private readonly translate: Translate,
	) {
		this.entries = fields.map((field) => this.entry(place, field));
	}

	/** A rule, or the part of it, with what was typed. What has no field here, and what nobody touched, is as it was. */
	read(holder: Draft): Draft {
		return this.entries.reduce<Draft>((made, { field, input, before }) => {
			const text = textOf(input);
			return text === before ? made : putAt(made, field.path, fieldValue(field, text));
		}, holder);
	}

	/** Shows what is wrong at the fields, by their paths. */
	tell(problems: ReadonlyMap<string, string>): void {
		for (const { field, input, problem } of this.entries) {
			// Lists have problems in their parts.
			const [, text = ''] =
				[...problems].find(([path]) => path === field.path || path.startsWith(`${field.path}.`)) ?? [];
			if (problem.text() === text) continue;
			problem.text(text);
			input.toggleClass('input-error', text !== '');
			if (text === '') input.removeAttr('aria-invalid aria-describedby');
			else input.attr({ 'aria-invalid': 'true', 'aria-describedby': problem.attr('id') ?? '' });
		}
	}

	/** The input of one field. */
	at(path: string): JQuery {
		return this.entries.find(({ field }) => field.path === path)?.input ?? $();
	}

	private entry(place: JQuery, field: Field): Entry {
		const id = freshId();
		const input = this.input(field).attr({ id, 'data-field': field.path });
		const label = $('<label>', { for: id, text: this.translate(labelOf(field)) });
		const problem = $('<div>', { id: `${id}-problem`, class: 'agent-stream-error agent-stream-alert-problem' });
		$('<div>')
			.addClass(field.wide ? 'agent-stream-alert-field agent-stream-alert-wide' : 'agent-stream-alert-field')
			.append(label, input, problem)
			.appendTo(place);
		return { field, input, problem, before: textOf(input) };
	}

	private input(field: Field): JQuery {
		const { kind, path, choices = [], standard, hint } = field;
		const text = fieldText(field, valueAt(this.holder, path));
		if (kind === 'choice' || kind === 'flag') {
			const select = $('<select>');
			for (const value of choices)
				select.append($('<option>', { value, text: this.translate(`choice.${path}.${value}`) }));
			// What is no choice is shown, and kept, all the same.
			if (text !== '' && !choices.includes(text)) select.append($('<option>', { value: text, text }));
			return select.val(text || (standard ?? choices[0] ?? ''));
		}
		const input = kind === 'long' ? $('<textarea>', { rows: 2 }) : $('<input>', { type: 'text' });
		return input.attr('placeholder', hint ? this.translate(`hint.${hint}`) : '').val(text);
	}
}

/** As the browser gives it back: it makes line ends its own. */
const textOf = (input: JQuery): string => String(input.val() ?? '');
