import type { Field } from './alert-fields';
import { type Draft, fieldText, fieldValue, putAt, valueAt } from './alert-rule';

/** Texts of the node's catalogue, by what follows `agent-stream-alert.`. */
export type Translate = (key: string) => string;

let count = 0;

/** Whether a field can be used as it is typed. */
function fits(field: Field, text: string): boolean {
	const value = fieldValue(field, text);
	if (value === undefined) return !field.required;
	return (field.kind !== 'number' && field.kind !== 'duration') || typeof value === 'number';
}

/** Some fields of a rule with their labels, and how to read them back. */
export class Inputs {
	private readonly inputs: (readonly [Field, JQuery])[] = [];

	/**
	 * @param place where they go
	 * @param holder the rule, or the part of it, that the paths of the fields start from
	 */
	constructor(
		place: JQuery,
		fields: readonly Field[],
		holder: Draft,
		private readonly translate: Translate,
	) {
		for (const field of fields) {
			const input = this.input(field).val(fieldText(field, valueAt(holder, field.path)));
			// A choice that was never made is its first.
			if (input.is('select') && input.val() === null) input.find('option').first().prop('selected', true);
			count += 1;
			const id = `agent-stream-alert-field-${count}`;
			const label = $('<label>', { for: id, text: translate(field.label ?? `field.${field.path}`) });
			input.attr({ id, 'data-field': field.path });
			$('<div>')
				.addClass(field.wide ? 'agent-stream-alert-field agent-stream-alert-wide' : 'agent-stream-alert-field')
				.append(label, input)
				.appendTo(place);
			const check = () => input.toggleClass('input-error', !fits(field, String(input.val() ?? '')));
			input.on('input change', check);
			check();
			this.inputs.push([field, input]);
		}
	}

	/** Puts what was typed into an object. */
	read(into: Record<string, unknown>): void {
		for (const [field, input] of this.inputs) {
			const value = fieldValue(field, String(input.val() ?? ''));
			if (value !== undefined) putAt(into, field.path, value);
		}
	}

	/** The input of one field. */
	at(path: string): JQuery {
		return this.inputs.find(([field]) => field.path === path)?.[1] ?? $();
	}

	private input(field: Field): JQuery {
		const { kind, path, choices = [], hint } = field;
		if (kind === 'choice' || kind === 'flag') {
			const select = $('<select>');
			for (const value of choices)
				select.append($('<option>', { value, text: this.translate(`choice.${path}.${value}`) }));
			return select;
		}
		const input = kind === 'long' ? $('<textarea>', { rows: 2 }) : $('<input>', { type: 'text' });
		return input.attr('placeholder', hint ? this.translate(`hint.${hint}`) : '');
	}
}
