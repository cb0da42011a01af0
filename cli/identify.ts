import { flag } from './arguments';
import { command } from './command';
import { FileReader } from './input';
import { chosenDialect, dialectOptions } from './options';

/** `agent-stream identify`: what every frame of a file is. */
export const identify = command(
	{
		name: 'identify',
		about: 'Names every frame of a file or of standard input, one line of JSON per event',
		argument: '[FILE|-]',
		options: {
			...dialectOptions(),
			strict: flag('reject an event with any error, instead of dropping the bad field'),
		},
	},
	async ({ values, argument }, io, output) => {
		const { strict } = values;
		const dialect = chosenDialect(values);
		const reader = new FileReader({ file: argument, source: 'local', dialect, strict }, io);
		for await (const { n, event } of reader.events()) {
			const { type, by, time, valid, issues } = event;
			await output.json({ n, dialect: event.dialect, type, by, time, valid, issues });
		}
	},
);
