import type { RuleLive } from '../glue/alert-answers';
import type { RuleParts } from './alert-form';
import { twins } from './alert-problems';
import { RuleRow } from './alert-row';
import { type Draft, mostRules, newRule } from './alert-rule';

const selector = '#node-input-rules-list';

/** One row of the list. */
interface Item {
	rule?: Draft;
	row?: RuleRow;
}

/** What became of rules that were to be added. */
export interface Added {
	readonly added: number;
	readonly replaced: number;
	/** There was no room for these. */
	readonly left: number;
}

/** The rules of a node in an editable list. */
export class RuleList {
	private readonly element = $(selector);

	constructor(parts: RuleParts) {
		this.element.editableList<Item>({
			addItem: (container, _index, item) => {
				const isNew = item.rule === undefined;
				const rule: Draft = item.rule ?? { ...newRule(this.ids()) };
				item.rule = rule;
				item.row = new RuleRow(container, rule, parts, () => this.ids());
				if (isNew) {
					item.row.toggle();
					item.row.focus();
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
			height: leastHeight,
			scrollOnAdd: false,
		});
	}

	/** Shows rules as they are: also those that cannot work. */
	load(rules: readonly Draft[]): void {
		for (const rule of rules) this.element.editableList('addItem', { rule });
	}

	/** Adds rules; one with an id that is there already takes its place. */
	add(rules: readonly Draft[]): Added {
		const there = new Map(this.rows().map((row) => [row.read().id, row]));
		const fresh = rules.filter(({ id }) => !there.has(id));
		const fitting = fresh.slice(0, Math.max(0, mostRules - this.rows().length));
		for (const rule of rules) there.get(rule.id)?.replace(rule);
		this.load(fitting);
		if (fitting.length > 0) this.rows().at(-fitting.length)?.show();
		return { added: fitting.length, replaced: rules.length - fresh.length, left: fresh.length - fitting.length };
	}

	/** All rules as they stand. */
	read(): Draft[] {
		return this.rows().map((row) => row.read());
	}

	/** All rules as they stand, and how to tell of those very rules how they do. */
	ask(): { readonly rules: readonly Draft[]; readonly tell: (live: readonly RuleLive[]) => void } {
		const rows = this.rows();
		const rules = rows.map((row) => row.read());
		const double = twins(rules);
		const tell = (live: readonly RuleLive[]) => {
			for (const [index, row] of rows.entries()) {
				const one = live[index];
				if (one) row.tell(one, double.has(rules[index]?.id));
			}
		};
		return { rules, tell };
	}

	/** Ids that are there. */
	ids(): Set<string> {
		return new Set(this.read().map(({ id }) => String(id ?? '')));
	}

	/** Takes so much more room, in px; where it is below 0, less. */
	resize(more: number): void {
		const now = this.element.closest('.red-ui-editableList-container').height() ?? leastHeight;
		this.element.editableList('height', Math.max(leastHeight, Math.floor(now + more)));
	}

	private rows(): RuleRow[] {
		const rows: RuleRow[] = [];
		this.element.editableList('items').each((_index: number, item: unknown) => {
			const place = $(item as HTMLElement);
			const { row } = place.data('data') as Item;
			// A rule that was removed fades out first.
			if (row && !place.closest('li').hasClass('red-ui-editableList-item-deleting')) rows.push(row);
		});
		return rows;
	}

	private limit(): void {
		const full = this.element.editableList('length') >= mostRules;
		this.element.closest('.red-ui-editableList').find('.red-ui-editableList-addButton').prop('disabled', full);
	}
}

/** Height of the list where there is no more room, px. */
const leastHeight = 440;
