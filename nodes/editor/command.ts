import { commands } from '../../src/dialects/unraid/commands';
import { type Command, isDestructive } from '../../src/model/command';

/** The part of the node that this form uses. */
interface CommandForm {
	command: string;
	_(key: string): string;
}

/** The commands of the table, by what they are about; first of all: whatever the message says. */
function fillIn(node: CommandForm): void {
	const select = $('#node-input-command').empty();
	select.append($('<option>', { value: '', text: node._('agent-stream-command.choice.message') }));
	for (const group of new Set(commands.map((command) => command.group))) {
		const list = $('<optgroup>', { label: group }).appendTo(select);
		for (const command of commands.filter((each) => each.group === group)) {
			const mark = isDestructive(command) ? '⚠ ' : '';
			list.append($('<option>', { value: command.name, text: `${mark}${command.title}` }));
		}
	}
	// A command of another version of this package stays what it is.
	if (node.command && !commands.some(({ name }) => name === node.command)) {
		select.append($('<option>', { value: node.command, text: node.command }));
	}
	select.val(node.command ?? '');
}

/** What the chosen command takes, a line for each parameter. */
function parametersOf(command: Command | undefined): string[] {
	return (command?.parameters ?? []).map(({ name, type, about, options, range, required }) => {
		const words = options ? options.join(' | ') : range ? `${range[0]} … ${range[1]}` : type;
		return `${name}${required === false ? '?' : ''}: ${words} (${about})`;
	});
}

/** Fills in the form. */
export function prepare(node: CommandForm): void {
	fillIn(node);
	$('#node-input-parameters').typedInput({
		default: 'msg',
		types: ['msg', 'json', 'jsonata', 'flow', 'global'],
		typeField: '#node-input-parametersType',
	});
	const select = $('#node-input-command');
	const show = () => {
		const chosen = commands.find(({ name }) => name === select.val());
		$('.agent-stream-command-harm').toggle(chosen !== undefined && isDestructive(chosen));
		const lines = parametersOf(chosen).map((line) => $('<li>').text(line));
		$('.agent-stream-command-takes').empty().append(lines);
		$('.agent-stream-command-parameters').toggle(chosen === undefined || chosen.parameters.length > 0);
	};
	select.on('change', show);
	show();
}
