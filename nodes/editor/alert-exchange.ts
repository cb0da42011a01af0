import type { EditorRED } from 'node-red';
import type { AlertPresets, AlertsLive } from '../glue/alert-answers';
import type { Translate } from './alert-inputs';
import type { Added, RuleList } from './alert-list';
import { twins } from './alert-problems';
import { type Draft, isObject, missing, mostRules, type Offer } from './alert-rule';

declare const RED: EditorRED;

/** Largest file of rules that is read, in bytes: far above what 200 rules take. */
const largestFile = 1_048_576;

const button = (name: string) => $(`#agent-stream-alert-${name}`);

/** What the buttons above the list work with. */
export interface ExchangeParts {
	readonly list: RuleList;
	readonly translate: Translate;
	/** Asks the runtime what it thinks of rules. */
	readonly ask: (rules: readonly unknown[]) => Promise<AlertsLive>;
	/** What an export is called. */
	readonly fileName: () => string;
	/** The dialect that is offered first. */
	readonly spoken: string | undefined;
}

/** Offers the presets of each dialect, import and export. */
export function offerExchange(
	{ list, translate, ask, fileName, spoken }: ExchangeParts,
	dialects: AlertPresets['dialects'],
): void {
	const offers = dialects as readonly { name: string; rules: readonly unknown[] }[] as readonly Offer[];
	const select = button('dialect').empty();
	for (const { name, title, rules } of dialects) {
		select.append($('<option>', { value: name, text: `${title} (${rules.length})` }));
	}
	if (dialects.some(({ name }) => name === spoken)) select.val(spoken ?? '');
	button('presets').prop('disabled', dialects.length === 0);
	button('presets').on('click', () => {
		const { name = '', rules = [] } = dialects.find((dialect) => dialect.name === select.val()) ?? {};
		const fresh = missing(list.read(), name, offers);
		tell(translate, 'added', list.add(fresh), rules.length - fresh.length);
	});
	button('import').on('click', () => {
		button('file').val('').trigger('click');
	});
	button('file').on('change', (event) => {
		const [file] = (event.target as HTMLInputElement).files ?? [];
		if (file) void take(file);
	});
	button('export').on('click', () => save(list.read(), fileName()));

	const take = async (file: File): Promise<void> => {
		try {
			const rules = parse(file.size <= largestFile ? await file.text() : '');
			if (!rules) throw new Error(translate('exchange.noRules'));
			if (rules.length > mostRules) throw new Error(translate('exchange.tooMany'));
			const [double] = twins(rules);
			if (double !== undefined) throw new Error(`${translate('exchange.twins')} ${String(double)}`);
			const { rules: found } = await ask(rules);
			const bad = found.findIndex(({ error }) => error !== null);
			if (bad >= 0) throw new Error(`${translate('exchange.badRule')} ${bad + 1}: ${found[bad]?.error ?? ''}`);
			const done = list.add(rules);
			tell(translate, 'imported', done, done.replaced);
		} catch (thrown) {
			const message = thrown instanceof Error ? thrown.message : translate('exchange.noAnswer');
			// A notification is HTML.
			RED.notify($('<div>').text(message).html(), 'error');
		}
	};
}

function tell(translate: Translate, what: string, { added, left }: Added, others: number): void {
	const text = translate(`exchange.${what}`).replace('__added__', String(added)).replace('__others__', String(others));
	if (left === 0) RED.notify(text, 'success');
	else RED.notify(`${text} ${translate('exchange.noRoom').replace('__left__', String(left))}`, 'warning');
}

function parse(text: string): Draft[] | null {
	try {
		const rules: unknown = JSON.parse(text);
		return Array.isArray(rules) && rules.length > 0 && rules.every(isObject) ? rules : null;
	} catch {
		return null;
	}
}

function save(rules: readonly Draft[], name: string): void {
	const url = URL.createObjectURL(new Blob([`${JSON.stringify(rules, null, '\t')}\n`], { type: 'application/json' }));
	const link = $('<a>', { href: url, download: name }).appendTo('body');
	link[0]?.click();
	link.remove();
	URL.revokeObjectURL(url);
}
