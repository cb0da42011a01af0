import {
	entityFields,
	type Field,
	fieldsOf,
	hasLevels,
	kinds,
	nameFields,
	severityWords,
	textFields,
	timeFields,
	valueFields,
} from './alert-fields';
import { freshId, Inputs, type Translate } from './alert-inputs';
import { LevelForm } from './alert-level';
import { type Draft, isKind, isObject, kindOf, levelsOf, putAt, valueAt } from './alert-rule';
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

/** What is wrong, in words, by the paths that it is about. */
export type Told = ReadonlyMap<string, string>;

/** The form of one rule. */
export class RuleForm {
	private readonly groups: readonly Inputs[];
	private readonly kind: JQuery;
	private readonly condition: JQuery;
	/** The chosen kind's condition as it was before anything was typed. */
	private base: Draft = {};
	private kindInputs: Inputs | null = null;
	private levels: readonly LevelForm[] = [];
	/** What was typed into fields of kinds that are not chosen now: kinds share some. */
	private readonly typed = new Map<Field, unknown>();
	private typedLevels: readonly Draft[] | null = null;

	constructor(
		place: JQuery,
		private readonly rule: Draft,
		private readonly parts: RuleParts,
	) {
		const { translate } = parts;
		place.addClass('agent-stream-alert-rule').on('input change', () => parts.changed());
		const names = this.group(place, null, nameFields);
		const which = this.group(place, 'entities', entityFields);
		suggestWords(which.at('entities.subjects'), parts.subjects);
		this.heading(place, 'condition');
		const line = $('<div>').addClass('agent-stream-alert-grid').appendTo(place);
		this.kind = this.offerKinds(line);
		const value = new Inputs(line, valueFields, rule, translate);
		this.condition = $('<div>').appendTo(place);
		this.showCondition();
		const times = this.group(place, 'times', timeFields);
		const texts = this.group(place, 'texts', textFields);
		this.offerPlaceholders(place, texts);
		this.groups = [names, which, value, times, texts];
	}

	/** The rule as it was typed. What has no field stays as it was. */
	read(): Draft {
		const rule = this.groups.reduce((made, inputs) => inputs.read(made), this.rule);
		return { ...rule, condition: this.readCondition() };
	}

	/** Shows what is wrong where it is wrong. */
	tell(told: Told): void {
		for (const inputs of this.groups) inputs.tell(told);
		const wrong = below(told, 'condition.');
		this.kindInputs?.tell(wrong);
		for (const [index, level] of this.levels.entries()) level.tell(below(wrong, `levels.${index}.`));
	}

	private offerKinds(line: JQuery): JQuery {
		const { translate } = this.parts;
		const id = freshId();
		const select = $('<select>', { id, 'data-field': 'condition.kind' });
		for (const kind of kinds) select.append($('<option>', { value: kind, text: translate(`kind.${kind}`) }));
		const now = kindOf(this.rule);
		if (!isKind(now)) select.append($('<option>', { value: now, text: now }));
		$('<div>')
			.addClass('agent-stream-alert-field')
			.append($('<label>', { for: id, text: translate('field.kind') }), select)
			.appendTo(line);
		return select.val(now).on('change', () => {
			this.remember();
			this.showCondition();
		});
	}

	private readCondition(): Draft {
		const condition = this.kindInputs?.read(this.base) ?? this.base;
		return this.levels.length > 0 || hasLevels(String(this.base.kind))
			? { ...condition, levels: this.levels.map((level) => level.read()) }
			: condition;
	}

	/** Keeps what was typed for the kind that is shown, before another is. */
	private remember(): void {
		const condition = this.readCondition();
		const kind = String(this.base.kind);
		for (const field of fieldsOf(kind)) this.typed.set(field, valueAt(condition, field.path));
		if (hasLevels(kind)) this.typedLevels = levelsOf({ condition });
	}

	/** A condition of the chosen kind, with what is known already. A new one is a warning. */
	private conditionOf(kind: string): Draft {
		const saved = valueAt(this.rule, 'condition');
		const begun: Draft = isObject(saved) && saved.kind === kind ? saved : { kind };
		const fields = fieldsOf(kind);
		const made = fields
			.filter((field) => this.typed.has(field))
			.reduce((condition, field) => putAt(condition, field.path, this.typed.get(field)), begun);
		if (hasLevels(kind)) return { ...made, levels: this.typedLevels ?? levelsOf({ condition: begun }) };
		const isNew = made.severity === undefined && begun !== saved;
		return isNew && fields.some(({ path }) => path === 'severity') ? { ...made, severity: 'warning' } : made;
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
	private showCondition(): void {
		const { translate } = this.parts;
		const kind = String(this.kind.val());
		this.base = this.conditionOf(kind);
		this.condition.empty();
		$('<div>')
			.addClass('agent-stream-soft agent-stream-alert-about')
			.text(translate(isKind(kind) ? `about.${kind}` : 'problem.kind'))
			.appendTo(this.condition);
		this.levels = [];
		if (hasLevels(kind)) this.showLevels(levelsOf({ condition: this.base }));
		const grid = $('<div>').addClass('agent-stream-alert-grid').appendTo(this.condition);
		this.kindInputs = new Inputs(grid, fieldsOf(kind), this.base, translate);
	}

	private showLevels(levels: readonly Draft[]): void {
		const { translate, changed } = this.parts;
		const list = $('<div>').appendTo(this.condition);
		const add = $('<button>', { type: 'button', class: 'red-ui-button red-ui-button-small' })
			.append($('<i>').addClass('fa fa-plus'), $('<span>').text(` ${translate('button.level')}`))
			.appendTo(this.condition);
		const limit = () => add.toggle(this.levels.length < severityWords.length);
		const show = (level: Draft) => {
			const form = new LevelForm(list, level, translate, () => {
				this.levels = this.levels.filter((one) => one !== form);
				limit();
				add.trigger('focus');
				changed();
			});
			this.levels = [...this.levels, form];
			limit();
			return form;
		};
		add.on('click', () => {
			const used = this.levels.map((level) => level.severity());
			const severity = [...severityWords].reverse().find((word) => !used.includes(word)) ?? 'warning';
			show({ severity }).focus();
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
			$('<button>', { type: 'button', text: `{${name}}` })
				.on('click', () => {
					const area = target[0] as HTMLTextAreaElement | undefined;
					area?.setRangeText(`{${name}}`, area.selectionStart, area.selectionEnd, 'end');
					target.trigger('input').trigger('focus');
				})
				.appendTo(line);
		}
	}
}

/** What is told of what stands below a path, by the rest of the path. */
function below(told: Told, path: string): Told {
	return new Map([...told].flatMap(([at, text]) => (at.startsWith(path) ? [[at.slice(path.length), text]] : [])));
}
