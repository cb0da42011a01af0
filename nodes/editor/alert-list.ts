import type { RuleLive } from '../glue/alert-answers';
import { hasLevels } from './alert-fields';
import { RuleForm, type RuleParts } from './alert-form';
import { type Draft, freeId, kindOf, levelsOf, mostRules, newRule, tidy, valueAt } from './alert-rule';

const selector = '#node-input-rules-list';

/** One row: a line that tells the rule in short, and its form, made when it is opened first. */
interface Item {
	rule?: Draft;
	row?: Row;
}

/** The rules of a node in an editable list. */
export class RuleList {
	private readonly element = $(selector);

	constructor(parts: RuleParts) {
		this.element.editableList<Item>({
			addItem: (container, _index, item) => {
				const isNew = item.rule === undefined;
				const rule = item.rule ?? { ...newRule(this.ids()) };
				item.rule = rule;
				item.row = new Row(container, rule, parts, () => this.ids());
				if (isNew) {
					item.row.toggle();
					window.setTimeout(() => container[0]?.scrollIntoView({ block: 'nearest' }), 0);
				}
				this.limit();
				parts.changed();
			},
			removeItem: () => {
				this.limit();
				parts.changed();
			},
			removable: true,
			sortable: '.agent-stream-alert-handle',
			height: 440,
			scrollOnAdd: false,
		});
	}

	/** Adds rules; one with an id that is there already takes its place. Answers how many are new. */
	add(rules: readonly Draft[]): number {
		const kept = new Map(this.read().map((rule) => [rule.id, rule]));
		const before = kept.size;
		for (const rule of rules) kept.set(rule.id, tidy(rule));
		this.element.editableList('empty');
		const all = [...kept.values()].slice(0, mostRules);
		for (const rule of all) this.element.editableList('addItem', { rule });
		return all.length - before;
	}

	/** All rules as they stand. */
	read(): Draft[] {
		return this.items().map(({ row, rule = {} }) => row?.read() ?? rule);
	}

	/** Shows how each rule stands, in the order of {@link read}. */
	show(live: readonly RuleLive[]): void {
		for (const [index, { row }] of this.items().entries()) {
			const one = live[index];
			if (one) row?.show(one);
		}
	}

	/** Ids that are there. */
	ids(): Set<string> {
		return new Set(this.items().map(({ row }) => String(row?.read().id ?? '')));
	}

	private items(): Item[] {
		const items: Item[] = [];
		this.element.editableList('items').each((_index: number, item: unknown) => {
			items.push($(item as HTMLElement).data('data') as Item);
		});
		return items;
	}

	private limit(): void {
		const full = this.element.editableList('length') >= mostRules;
		this.element.closest('.red-ui-editableList').find('.red-ui-editableList-addButton').prop('disabled', full);
	}
}

class Row {
	private form: RuleForm | null = null;
	private readonly title = $('<b>');
	private readonly summary = $('<span>').addClass('agent-stream-soft');
	private readonly badge = $('<span>').addClass('agent-stream-alert-badge');
	private readonly caret = $('<i>').addClass('fa fa-caret-right');
	private readonly live = $('<div>').addClass('agent-stream-alert-live');
	private readonly body = $('<div>').hide();
	private readonly enabled: JQuery;

	constructor(
		container: JQuery,
		private rule: Draft,
		private readonly parts: RuleParts,
		private readonly taken: () => Set<string>,
	) {
		const { translate } = parts;
		this.enabled = $('<input>', { type: 'checkbox', title: translate('button.enabled'), 'data-field': 'enabled' })
			.prop('checked', rule.enabled !== false)
			.on('change', () => parts.changed())
			.on('click', (event) => event.stopPropagation());
		const text = $('<span>').addClass('agent-stream-alert-text').append(this.title, ' ', this.summary);
		$('<div>', { class: 'agent-stream-alert-head', role: 'button', tabindex: 0 })
			.append($('<i>').addClass('fa fa-bars agent-stream-alert-handle'), this.enabled, this.caret, text, this.badge)
			.on('click', () => this.toggle())
			.on('keydown', (event) => {
				if (event.key === 'Enter' && event.target === event.currentTarget) this.toggle();
			})
			.appendTo(container);
		this.body.append(this.live).appendTo(container);
		this.describe();
	}

	/** Opens or closes the form. */
	toggle(): void {
		if (!this.form) this.open();
		const isOpen = this.body.is(':visible');
		this.body.toggle(!isOpen);
		this.caret.attr('class', `fa fa-caret-${isOpen ? 'right' : 'down'}`);
	}

	read(): Draft {
		return tidy({ ...(this.form?.read() ?? this.rule), enabled: this.enabled.is(':checked') });
	}

	/** Everything in it is a stranger's: it goes in as text. */
	show({ error, state, matches, entities, raised, pending, severity }: RuleLive): void {
		const { translate } = this.parts;
		const word = error === null ? translate(`live.${state}`) : translate('live.invalid');
		const many = state === 'pending' ? pending : raised;
		this.badge
			.attr('class', `agent-stream-alert-badge agent-stream-alert-${error === null ? state : 'invalid'}`)
			.attr('title', error ?? '')
			.text(
				`${matches ?? '?'} · ${many > 1 ? `${many} ` : ''}${word}${severity ? ` (${translate(`choice.severity.${severity}`)})` : ''}`,
			);
		this.live.empty();
		if (error !== null) this.live.append($('<div>').addClass('agent-stream-error').text(error));
		const heading = translate(matches === null ? 'live.tooMany' : matches === 0 ? 'live.none' : 'live.matches').replace(
			'__count__',
			String(matches),
		);
		const details = $('<details>').append($('<summary>').text(heading)).appendTo(this.live);
		const list = $('<div>').addClass('agent-stream-alert-entities').appendTo(details);
		for (const { id, name, value } of entities) {
			$('<div>', { title: id })
				.append(
					$('<span>').text(name),
					$('<span>')
						.addClass('agent-stream-soft')
						.text(value === '' ? ` ${translate('live.unknown')}` : ` ${value}`),
				)
				.appendTo(list);
		}
		if ((matches ?? 0) > entities.length) $('<div>').text('…').appendTo(list);
		details.prop('open', this.wasOpen).on('toggle', () => {
			this.wasOpen = details.prop('open') as boolean;
		});
	}

	private wasOpen = false;

	private open(): void {
		const { parts } = this;
		const place = $('<div>').appendTo(this.body);
		const isNew = this.rule.name === '';
		this.form = new RuleForm(place, this.rule, parts);
		place.on('input change', () => this.describe());
		if (!isNew) return;
		// A new rule's id follows its name, until somebody writes one.
		const id = place.find('[data-field="id"]');
		const name = place.find('[data-field="name"]');
		const follow = () => {
			const others = this.taken();
			others.delete(String(id.val()));
			id.val(freeId(String(name.val()), others));
		};
		name.on('input', follow);
		id.on('input', () => name.off('input', follow));
	}

	private describe(): void {
		this.rule = { ...(this.form?.read() ?? this.rule) };
		const { rule, parts } = this;
		this.title.text(String(rule.name ?? '') || parts.translate('button.unnamed'));
		this.summary.text(summaryOf(rule, parts.translate));
	}
}

/** A rule in a few words: `disk temperature · above 45, 55`. */
function summaryOf(rule: Draft, translate: RuleParts['translate']): string {
	const kind = kindOf(rule);
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
			: `${translate(`kind.${kind}`)} ${hasLevels(kind) ? levels.join(', ') : words}`.trim();
	return [about.filter((text) => text !== '').join(' '), what].filter((text) => text !== '').join(' · ');
}
