import { isDestructive } from '../../src/model/command';
import type { CommandInfo, DialectInfo } from '../glue/editor-answers';
import { chosenEndpoint, loadDialects, spokenBy } from './dialects';

/** The part of the node that this form uses. */
interface CommandForm {
	command: string;
	_(key: string): string;
}

/** Where an option keeps the command that it stands for: names recur among dialects. */
const key = 'command';

/** The commands that there are, by what they are about; first of all: whatever the message says. */
function fillIn(select: JQuery, chosen: string, infos: readonly DialectInfo[], translate: CommandForm['_']): void {
	select.empty().append($('<option>', { value: '', text: translate('agent-stream-command.choice.message') }));
	const isOne = new Set(infos.map(({ name }) => name)).size === 1;
	for (const { title, commands } of infos) {
		for (const group of new Set(commands.map((command) => command.group))) {
			const list = $('<optgroup>', { label: isOne ? group : `${title}: ${group}` }).appendTo(select);
			for (const command of commands.filter((each) => each.group === group)) {
				const mark = isDestructive(command) ? '⚠ ' : '';
				list.append($('<option>', { value: command.name, text: `${mark}${command.title}` }).data(key, command));
			}
		}
	}
	// A command of another version of this package, or of another dialect, stays what it is.
	const isKnown = infos.some(({ commands }) => commands.some(({ name }) => name === chosen));
	if (chosen !== '' && !isKnown) select.append($('<option>', { value: chosen, text: chosen }));
	select.val(chosen);
}

/** What the chosen command takes, a line for each parameter. */
function parametersOf(command: CommandInfo | undefined): string[] {
	return (command?.parameters ?? []).map(({ name, type, about, options, range, required }) => {
		const words = options ? options.join(' | ') : range ? `${range[0]} … ${range[1]}` : type;
		return `${name}${required === false ? '?' : ''}: ${words} (${about})`;
	});
}

/** Fills in the form. */
export function prepare(node: CommandForm): void {
	$('#node-input-parameters').typedInput({
		default: 'msg',
		types: ['msg', 'json', 'jsonata', 'flow', 'global'],
		typeField: '#node-input-parametersType',
	});
	const select = $('#node-input-command');
	const show = () => {
		const chosen = select.find('option:selected').data(key) as CommandInfo | undefined;
		$('.agent-stream-command-harm').toggle(chosen !== undefined && isDestructive(chosen));
		$('.agent-stream-command-free').toggle(chosen?.risk === 'none');
		const lines = parametersOf(chosen).map((line) => $('<li>').text(line));
		$('.agent-stream-command-takes').empty().append(lines);
		$('.agent-stream-command-parameters').toggle(chosen === undefined || chosen.parameters.length > 0);
	};
	let infos: readonly DialectInfo[] = [];
	let chosen = node.command ?? '';
	const offer = () => {
		const spoken = spokenBy(chosenEndpoint('#node-input-endpoint'), infos);
		fillIn(select, chosen, spoken, (text) => node._(text));
		show();
	};
	select.on('change', () => {
		chosen = String(select.val() ?? '');
		show();
	});
	$('#node-input-endpoint').on('change', offer);
	offer();
	void loadDialects().then((loaded) => {
		infos = loaded;
		offer();
	});
}
