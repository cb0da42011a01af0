import type { EditorRED } from 'node-red';
import { type AlertPresets, type AlertsAsked, type AlertsLive, alertPaths } from '../glue/alert-answers';
import type { DialectInfo } from '../glue/editor-answers';
import { offerExchange } from './alert-exchange';
import { RuleList } from './alert-list';
import type { Draft } from './alert-rule';
import { endpoints, loadDialects, spokenBy } from './dialects';

export { troubles } from './alert-problems';
export { numberOrBlank } from './validators';

declare const RED: EditorRED;

/** How often the state of the rules is asked for, and how long after something was typed, ms. */
const askEvery = 3_000;
const askAfter = 500;

/** The part of the node that this form uses. */
interface AlertForm {
	readonly id: string;
	name: string;
	rules: Draft[];
	store: string;
	outputs: number;
	_(key: string): string;
}

/** What is open; one form at a time. */
let open: { readonly list: RuleList; timer: number } | null = null;

/** Fills in the form. */
export function prepare(node: AlertForm): void {
	const translate = (key: string) => node._(`agent-stream-alert.${key}`);
	offerStores(node, translate);
	const entities = $('#agent-stream-alert-entities').prop('checked', Number(node.outputs) === 3);
	entities.on('change', () => $('#node-input-outputs').val(entities.is(':checked') ? 3 : 2));
	let infos: readonly DialectInfo[] = [];
	let placeholders: readonly string[] = [];
	const list = new RuleList({
		translate,
		changed: () => askSoon(askAfter),
		subjects: () => spokenBy(endpoints(), infos).flatMap(({ subjects }) => subjects),
		placeholders: () => placeholders,
	});
	const ask = async (rules: readonly unknown[]): Promise<AlertsLive> => {
		const asked: AlertsAsked = { node: node.id, rules };
		const data = JSON.stringify(asked);
		return (await $.ajax({
			url: alertPaths.live,
			method: 'POST',
			contentType: 'application/json',
			data,
		})) as AlertsLive;
	};
	const askSoon = (after: number): void => {
		if (!open) return;
		window.clearTimeout(open.timer);
		open.timer = window.setTimeout(() => void look(), after);
	};
	const look = async (): Promise<void> => {
		const asked = open;
		try {
			const { rules, tell } = list.ask();
			const live = await ask(rules);
			if (open !== asked) return;
			tell(live.rules);
			const text = translate(live.runs ? 'live.runs' : 'live.notDeployed').replace('__count__', String(live.entities));
			$('#agent-stream-alert-known').text(text);
		} catch {
			if (open === asked) $('#agent-stream-alert-known').text(translate('live.noAnswer'));
		}
		if (open === asked) askSoon(askEvery);
	};
	open = { list, timer: 0 };
	list.load(node.rules ?? []);
	const whenKnown = loadDialects().then((loaded) => {
		infos = loaded;
	});
	void Promise.all([loadPresets(), whenKnown]).then(([presets]) => {
		({ placeholders } = presets);
		const fileName = () => `${String($('#node-input-name').val() || 'alert').replace(/[^\w-]+/g, '-')}-rules.json`;
		const [spoken] = spokenBy(endpoints(), infos);
		offerExchange({ list, translate, ask, fileName, spoken: spoken?.name }, presets.dialects);
	});
	askSoon(0);
}

/** Reads the form. */
export function save(node: AlertForm): void {
	node.rules = open?.list.read() ?? node.rules;
	close();
}

/** Gives the list what room there is. */
export function resize({ height }: { readonly height: number }): void {
	const rows = $('.agent-stream-form').children().toArray();
	const whole = rows.reduce((sum, row) => sum + ($(row).outerHeight(true) ?? 0), 0);
	open?.list.resize(height - whole);
}

/** Stops asking. */
export function close(): void {
	window.clearTimeout(open?.timer);
	open = null;
}

async function loadPresets(): Promise<AlertPresets> {
	try {
		return (await $.getJSON(alertPaths.presets)) as AlertPresets;
	} catch {
		return { dialects: [], placeholders: [] };
	}
}

/** A file first: it survives a restart whatever the settings say. */
function offerStores(node: AlertForm, translate: (key: string) => string): void {
	// The types of Node-RED's editor do not know what its settings hold of the runtime's.
	const { context } = RED.settings as unknown as { context?: { stores?: readonly string[] } };
	const select = $('#node-input-store').empty();
	select.append($('<option>', { value: '', text: translate('store.file') }));
	// Without any settings there is only one, which forgets a node with each deploy.
	const stores = (context?.stores ?? []).filter((name, _index, all) => name !== 'memory' || all.length > 1);
	if (node.store && !stores.includes(node.store)) stores.push(node.store);
	for (const store of stores) {
		select.append($('<option>', { value: store, text: translate('store.context').replace('__store__', store) }));
	}
	select.val(node.store ?? '');
}
