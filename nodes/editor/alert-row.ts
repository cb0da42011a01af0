import type { RuleLive } from '../glue/alert-answers';
import { hasLevels } from './alert-fields';
import { RuleForm, type RuleParts, type Told } from './alert-form';
import { freshId, labelAt } from './alert-inputs';
import { LiveView } from './alert-live';
import { problemsOf } from './alert-problems';
import { type Draft, freeId, isKind, kindOf, levelsOf, putAt, valueAt } from './alert-rule';

/** One rule: a line that tells it in short, and its form, made when it is opened first. */
export class RuleRow {
	private form: RuleForm | null = null;
	private readonly title = $('<b>');
	private readonly summary = $('<span>').addClass('agent-stream-soft');
	private readonly caret = $('<i>', { class: 'fa fa-caret-right', 'aria-hidden': 'true' });
	private readonly problems = $('<div>').addClass('agent-stream-error agent-stream-alert-problems');
	private readonly place = $('<div>');
	private readonly body: JQuery;
	private readonly head: JQuery;
	private readonly live: LiveView;
	private readonly enabled: JQuery;
	private readonly remove: JQuery;
	/** What the runtime has against it, or another rule's id. */
	private refused: string | null = null;
	private isTwin = false;

	constructor(
		private readonly container: JQuery,
		private rule: Draft,
		private readonly parts: RuleParts,
		private readonly taken: () => ReadonlySet<string>,
	) {
		this.live = new LiveView(parts.translate);
		const id = freshId();
		this.enabled = $('<input>', { type: 'checkbox', 'data-field': 'enabled' })
			.on('change', () => parts.changed())
			.on('click', (event) => event.stopPropagation());
		this.head = $('<button>', { type: 'button', class: 'agent-stream-alert-text' })
			.attr({ 'aria-expanded': 'false', 'aria-controls': id })
			.append(this.caret, this.title, ' ', this.summary);
		$('<div>', { class: 'agent-stream-alert-head' })
			.append(
				$('<i>', { class: 'fa fa-bars agent-stream-alert-handle', 'aria-hidden': 'true' }),
				this.enabled,
				this.head,
				this.live.badge,
			)
			.on('click', () => this.toggle())
			.appendTo(container);
		this.body = $('<div>', { id }).hide().append(this.problems, this.live.matches, this.place).appendTo(container);
		this.remove = container.siblings('.red-ui-editableList-item-remove').attr('role', 'button');
		this.replace(rule);
	}

	/** Shows another rule in its place. */
	replace(rule: Draft): void {
		const isOpen = this.body.is(':visible');
		this.rule = rule;
		this.refused = null;
		this.form = null;
		this.place.empty().off();
		this.enabled.prop('checked', rule.enabled !== false);
		if (isOpen) this.open();
		this.describe();
	}

	/** Opens or closes the form. */
	toggle(): void {
		if (!this.form) this.open();
		const isOpen = !this.body.is(':visible');
		this.body.toggle(isOpen);
		this.caret.attr('class', `fa fa-caret-${isOpen ? 'down' : 'right'}`);
		this.head.attr('aria-expanded', String(isOpen));
		if (isOpen) this.show();
	}

	/** Scrolls the list so that it is seen, from its top where it is longer than the list. */
	show(): void {
		const [row] = this.container.closest('li');
		const [list] = this.container.closest('.red-ui-editableList-container');
		if (!row || !list) return;
		const [inner, outer] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
		if (inner.bottom > outer.bottom || inner.top < outer.top) list.scrollTop += inner.top - outer.top;
	}

	/** Puts the cursor into its name. */
	focus(): void {
		window.setTimeout(() => this.place.find('[data-field="name"]').trigger('focus'), 0);
	}

	/** The rule as it stands. What nobody touched is as it was. */
	read(): Draft {
		const rule = this.form?.read() ?? this.rule;
		const isOn = this.enabled.is(':checked');
		return isOn === (rule.enabled !== false) ? rule : putAt(rule, 'enabled', isOn ? undefined : false);
	}

	/** Shows how it stands; everything that is told is a stranger's, and goes in as text. */
	tell(live: RuleLive, isTwin: boolean): void {
		this.refused = live.error;
		this.isTwin = isTwin;
		this.live.show(live, this.judge());
	}

	private open(): void {
		const { parts, place } = this;
		this.form = new RuleForm(place, this.rule, parts);
		place.on('input change', () => this.describe());
		this.judge();
		if (this.rule.name !== '') return;
		// A new rule's id follows its name, until somebody writes one.
		const id = place.find('[data-field="id"]');
		const name = place.find('[data-field="name"]');
		const follow = () => {
			const others = new Set(this.taken());
			others.delete(String(id.val()));
			id.val(freeId(String(name.val()), others));
		};
		name.on('input', follow);
		id.on('input', () => name.off('input', follow));
	}

	private describe(): void {
		const { translate } = this.parts;
		const rule = this.read();
		const name = String(rule.name ?? '') || translate('button.unnamed');
		this.title.text(name);
		this.summary.text(summaryOf(rule, translate));
		this.enabled.attr({ title: translate('button.enabled'), 'aria-label': `${translate('button.enabled')}: ${name}` });
		this.remove.attr('aria-label', `${translate('button.remove')}: ${name}`);
		this.judge();
	}

	/** What is wrong, said above the form and at the fields: what can be told at once, else what the runtime says. Answers it. */
	private judge(): string {
		const { translate } = this.parts;
		const found = problemsOf(this.read()).map(({ path, word }): [string, string] => [
			path,
			translate(`problem.${word}`),
		]);
		const told: Told = new Map([
			...(found.length === 0 && this.refused !== null ? [refusal(this.refused)] : []),
			...found,
			...(this.isTwin ? ([['id', translate('problem.sameId')]] as const) : []),
		]);
		const lines = [...told].map(([path, text]) => {
			const label = labelAt(path);
			return [label === null ? path : translate(label), text].filter((part) => part !== '').join(': ');
		});
		this.problems.text(lines.join('\n'));
		this.form?.tell(told);
		return lines.join(' ');
	}
}

/** Where and what the runtime refuses. */
function refusal(error: string): [path: string, text: string] {
	const [, path = '', text = ''] = /^([\w.]*): (.*)$/s.exec(error) ?? [];
	return text === '' ? ['', error] : [path, text];
}

/** A rule in a few words: `disk temperature · above 45, 55`. */
function summaryOf(rule: Draft, translate: RuleParts['translate']): string {
	const kind = kindOf(rule);
	const word = isKind(kind) ? translate(`kind.${kind}`) : kind;
	const listed = (path: string): string => {
		const value = valueAt(rule, path);
		return Array.isArray(value) ? value.join(', ') : '';
	};
	const about = [
		listed('entities.subjects'),
		listed('entities.rows'),
		listed('entities.classes'),
		listed('entities.entities'),
	];
	const levels = levelsOf(rule).map((level) => String(level.value ?? valueAt(level, 'attribute.name') ?? '…'));
	const words = listed('condition.states') || listed('condition.types');
	const what =
		kind === 'boolean'
			? `${translate('kind.is')} ${translate(`choice.on.${valueAt(rule, 'condition.on') !== false}`)}`
			: `${word} ${hasLevels(kind) ? levels.join(', ') : words}`.trim();
	return [about.filter((text) => text !== '').join(' '), what].filter((text) => text !== '').join(' · ');
}
