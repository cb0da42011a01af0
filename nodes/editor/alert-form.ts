import {
	entityFields,
	type Field,
	hasLevels,
	type Kind,
	kindFields,
	kinds,
	levelFields,
	otherFields,
	severityWords,
	textFields,
	timeFields,
	valueFields,
} from './alert-fields';
import { Inputs, type Translate } from './alert-inputs';
import { type Draft, kindOf, levelsOf, tidy, valueAt } from './alert-rule';
import { suggestWords } from './suggest';

/** What the form of a rule needs of the rest. */
export interface RuleParts {
	readonly translate: Translate;
	/** Called whenever anything was typed. */
	readonly changed: () => void;
	/** What entities can be about. */
	readonly subjects: () => readonly string[];
	/** Names of placeholders in texts. */
	readonly placeholders: () => readonly string[];
}

const nameFields: readonly Field[] = [
	{ path: 'name', kind: 'text', required: true, hint: 'name' },
	{ path: 'id', kind: 'text', required: true, hint: 'id' },
];

/** The form of one rule. */
export class RuleForm {
	private readonly groups: Inputs[] = [];
	private readonly kind: JQuery;
	private readonly condition: JQuery;
	private kindInputs: Inputs | null = null;
	private levels: { readonly inputs: readonly Inputs[]; readonly place: JQuery }[] = [];

	constructor(
		place: JQuery,
		private readonly rule: Draft,
		private readonly parts: RuleParts,
	) {
		const { translate } = parts;
		place.addClass('agent-stream-alert-rule').on('input change', () => parts.changed());
		this.groups.push(this.group(place, null, nameFields));
		const which = this.group(place, 'entities', entityFields);
		suggestWords(which.at('entities.subjects'), parts.subjects);
		this.groups.push(which);
		this.heading(place, 'condition');
		const line = $('<div>').addClass('agent-stream-alert-grid').appendTo(place);
		this.kind = $('<select>', { 'data-field': 'condition.kind', 'aria-label': translate('section.condition') });
		for (const kind of kinds) this.kind.append($('<option>', { value: kind, text: translate(`kind.${kind}`) }));
		$('<div>')
			.addClass('agent-stream-alert-field')
			.append($('<label>').text(translate('field.kind')), this.kind)
			.appendTo(line);
		this.groups.push(new Inputs(line, valueFields, rule, translate));
		this.condition = $('<div>').appendTo(place);
		this.kind.val(kindOf(rule)).on('change', () => this.showCondition({}));
		this.showCondition(valueAt(rule, 'condition') as Draft);
		this.groups.push(this.group(place, 'times', timeFields));
		const texts = this.group(place, 'texts', textFields);
		this.groups.push(texts);
		this.offerPlaceholders(place, texts);
	}

	/** The rule as it was typed. */
	read(): Draft {
		const rule: Record<string, unknown> = { enabled: this.rule.enabled };
		for (const inputs of this.groups) inputs.read(rule);
		const condition: Record<string, unknown> = { kind: String(this.kind.val()) };
		if (hasLevels(String(this.kind.val()))) {
			condition.levels = this.levels.map(({ inputs }) => {
				const level: Record<string, unknown> = {};
				for (const group of inputs) group.read(level);
				return level;
			});
		}
		this.kindInputs?.read(condition);
		return tidy({ ...rule, condition });
	}

	private group(place: JQuery, section: string | null, fields: readonly Field[]): Inputs {
		if (section !== null) this.heading(place, section);
		const grid = $('<div>').addClass('agent-stream-alert-grid').appendTo(place);
		return new Inputs(grid, fields, this.rule, this.parts.translate);
	}

	private heading(place: JQuery, section: string): void {
		$('<h5>')
			.text(this.parts.translate(`section.${section}`))
			.appendTo(place);
	}

	/** The fields of the chosen kind, with what stood in them. */
	private showCondition(condition: Draft): void {
		const { translate } = this.parts;
		const kind = String(this.kind.val()) as Kind;
		this.condition.empty();
		$('<div>')
			.addClass('agent-stream-soft agent-stream-alert-about')
			.text(translate(`about.${kind}`))
			.appendTo(this.condition);
		this.levels = [];
		if (hasLevels(kind)) this.showLevels(levelsOf({ condition }));
		const grid = $('<div>').addClass('agent-stream-alert-grid').appendTo(this.condition);
		// A new condition is a warning.
		const holder = { severity: 'warning', ...condition };
		this.kindInputs = new Inputs(grid, kindFields[kind], holder, translate);
	}

	private showLevels(levels: readonly Draft[]): void {
		const { translate, changed } = this.parts;
		const list = $('<div>').appendTo(this.condition);
		const add = $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' })
			.append($('<i>').addClass('fa fa-plus'), $('<span>').text(` ${translate('button.level')}`))
			.appendTo(this.condition);
		const limit = () => add.toggle(this.levels.length < severityWords.length);
		const show = (level: Draft) => {
			const place = $('<div>').addClass('agent-stream-alert-level').appendTo(list);
			const own = $('<div>').addClass('agent-stream-alert-grid').appendTo(place);
			const other = $('<div>').addClass('agent-stream-alert-grid').appendTo(place);
			const inputs = [new Inputs(own, levelFields, level, translate), new Inputs(other, otherFields, level, translate)];
			const entry = { inputs, place };
			this.levels.push(entry);
			const link = $('<a>', { href: '#', text: translate('button.other') }).appendTo(place);
			const open = valueAt(level, 'entity') !== undefined;
			other.toggle(open);
			link.toggle(!open).on('click', (event) => {
				event.preventDefault();
				other.show();
				link.hide();
			});
			$('<button>', {
				type: 'button',
				class: 'red-ui-button red-ui-button-small',
				title: translate('button.removeLevel'),
			})
				.append($('<i>').addClass('fa fa-remove'))
				.on('click', () => {
					this.levels = this.levels.filter((one) => one !== entry);
					place.remove();
					limit();
					changed();
				})
				.prependTo(place);
			limit();
		};
		add.on('click', () => {
			const used = this.levels.map(({ inputs }) => inputs[0]?.at('severity').val());
			show({ severity: [...severityWords].reverse().find((severity) => !used.includes(severity)) ?? 'warning' });
			changed();
		});
		for (const level of levels.length > 0 ? levels : [{ severity: 'warning' }]) show(level);
	}

	/** Placeholders that go where the cursor was last. */
	private offerPlaceholders(place: JQuery, texts: Inputs): void {
		let target = texts.at('text');
		for (const path of ['text', 'clearText']) {
			texts.at(path).on('focus', () => {
				target = texts.at(path);
			});
		}
		const line = $('<div>').addClass('agent-stream-alert-placeholders').appendTo(place);
		for (const name of [...this.parts.placeholders(), 'attribute.role']) {
			$('<a>', { href: '#', text: `{${name}}` })
				.on('click', (event) => {
					event.preventDefault();
					const area = target[0] as HTMLTextAreaElement | undefined;
					area?.setRangeText(`{${name}}`, area.selectionStart, area.selectionEnd, 'end');
					target.trigger('input').trigger('focus');
				})
				.appendTo(line);
		}
	}
}
