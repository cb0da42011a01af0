import type { EditorRED } from 'node-red';
import type { DialectInfo } from '../glue/editor-answers';
import { DefinitionForm } from './definition';
import { described, loadDialects, offerDialects } from './dialects';
import { type HeadersForm, readHeaders, showHeaders } from './headers';
import { isVariable, urlOf } from './validators';

export { definitionOrBlank } from './definition';
export { endpointId, numberOrBlank, urlOf } from './validators';

declare const RED: EditorRED;

/** The config node as this form uses it. */
interface EndpointForm extends HeadersForm {
	dialect: string;
	/** Lives as long as the form is open. */
	definitionForm?: DefinitionForm;
}

const texts = 'agent-stream-endpoint';
const input = (name: string): JQuery => $(`#node-config-input-${name}`);
const tab = (name: string): string => `agent-stream-endpoint-tab-${name}`;
const tabs = ['server', 'stream', 'login', 'definition', 'connection'] as const;

/** Names of the parameter, header or cookie that holds the token, where nobody says otherwise. */
const tokenNames = { query: 'token', header: 'X-API-Key', cookie: 'token' } as const;

/** Whether a field is a URL of a stream; empty, where the protocol that is chosen says one. */
export function streamUrl(value: unknown, dialect: string): boolean {
	if (value === '' || value === undefined) return String(input('dialect').val() ?? dialect) !== 'auto';
	return urlOf('ws', 'wss', 'http', 'https')(value);
}

/** Whether a field is empty or JSON. */
export function jsonOrBlank(value: unknown): boolean {
	const text = String(value ?? '').trim();
	if (text === '' || isVariable(text)) return true;
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** Fills in the form. */
export function prepare(node: EndpointForm): void {
	const translate = (key: string) => node._(`${texts}.${key}`);
	let infos: readonly DialectInfo[] = [];
	const definition = new DefinitionForm(
		(key) => translate(`definition.${key}`),
		() => show(),
		() => `${String(input('endpointId').val() || 'definition')}.json`,
	);
	node.definitionForm = definition;
	const bar = RED.tabs.create({
		element: $('#agent-stream-endpoint-tabs'),
		minimumActiveTabWidth: 105,
		onchange: (item: unknown) => {
			const { id } = item as { id: string };
			$('#agent-stream-endpoint-tabs-content').children().hide();
			$(`#${id}`).show();
			if (id === tab('definition')) definition.show();
		},
	});
	for (const [index, name] of tabs.entries()) bar.addTab({ id: tab(name), label: translate(`tab.${name}`) }, index);
	subscriptionField(translate);
	showHeaders(node);
	const select = input('dialect');
	const show = () => {
		// One that has nothing to describe needs no place for it.
		const isDescribed = bar.contains(tab('definition'));
		if (select.val() !== 'custom' && isDescribed) bar.removeTab(tab('definition'));
		if (select.val() === 'custom' && !isDescribed) {
			bar.addTab({ id: tab('definition'), label: translate('tab.definition') }, tabs.indexOf('definition'));
		}
		showFor(select, infos, definition.text, translate);
	};
	offerDialects(select, node.dialect, infos);
	for (const name of ['dialect', 'tokenIn', 'loginUrl', 'loginMethod']) input(name).on('change input', show);
	show();
	void loadDialects().then((loaded) => {
		infos = loaded;
		offerDialects(select, node.dialect, infos);
		show();
	});
}

/** Shows what the chosen protocol has, and what it has unless the user says otherwise. */
function showFor(
	select: JQuery,
	infos: readonly DialectInfo[],
	definition: string,
	translate: (key: string) => string,
): void {
	const name = String(select.val());
	const known = infos.find((info) => info.name === name);
	const info = known && name === 'custom' ? described(known, definition) : known;
	input('url')
		.attr('placeholder', info?.url ?? translate('placeholder.url'))
		.trigger('change');
	const usual = info ? translate(`tokenIn.${info.tokenIn}`) : '';
	const asUsual = translate('tokenIn.usual');
	input('tokenIn')
		.find('option[value=""]')
		.text(usual === '' ? asUsual : `${asUsual}: ${usual}`);
	const place = String(input('tokenIn').val() || info?.tokenIn || '');
	const tokenName = place in tokenNames ? tokenNames[place as keyof typeof tokenNames] : null;
	toggleRow('tokenName', tokenName !== null);
	input('tokenName').attr('placeholder', tokenName ?? '');
	toggleRow('namespace', info?.transport === 'socket.io');
	$('.agent-stream-endpoint-rest').toggle(name === 'auto' || info?.rest === true);
	const example = translate(`subscription.${name}`);
	const isExample = !example.endsWith(`subscription.${name}`);
	$('#agent-stream-endpoint-subscription-example').text(isExample ? example : translate('subscription.other'));
	const hasLogin = String(input('loginUrl').val()) !== '';
	$('.agent-stream-endpoint-login').toggle(hasLogin);
	$('.agent-stream-endpoint-login-body').toggle(hasLogin && input('loginMethod').val() !== 'GET');
}

function toggleRow(name: string, visible: boolean): void {
	input(name).closest('.form-row').toggle(visible);
}

/** JSON, or nothing: Node-RED's own JSON field has no nothing. */
function subscriptionField(translate: (key: string) => string): void {
	const field = input('subscription');
	const json = {
		value: 'agent-stream-json',
		label: translate('subscription.label'),
		icon: 'red/images/typedInput/json.svg',
		validate: (value: string) => jsonOrBlank(value),
		expand: () =>
			RED.editor.editJSON({
				value: String(field.typedInput('value') || '{}'),
				complete: (value: string) => field.typedInput('value', value),
			}),
	};
	field.typedInput({ types: [json] });
}

/** Reads the form. */
export function save(node: EndpointForm): void {
	readHeaders(node);
	node.definitionForm?.store();
	close(node);
}

/** Takes away what must not outlast the form. */
export function close(node: EndpointForm): void {
	node.definitionForm?.close();
	delete node.definitionForm;
}
