import { AgentStreamError } from '../src/model/errors';
import { alerts } from './alerts';
import { UsageError, usage } from './arguments';
import { bridge } from './bridge';
import type { Command } from './command';
import { entities } from './entities';
import { identify } from './identify';
import { type Io, Output, OutputClosed, say } from './io';
import { record } from './record';
import { replay } from './replay';
import { version } from './version';

const commands: readonly Command[] = [identify, entities, alerts, bridge, record, replay];

/**
 * The command line.
 * @param argv the arguments, without the program
 * @returns the exit status: 0 done, 1 an error, 2 wrong usage
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
	const output = new Output(io.stdout);
	const [first, ...rest] = argv;
	const chosen = commands.find(({ syntax }) => syntax.name === first);
	try {
		if (chosen && rest.some((each) => each === '--help')) await output.write(usage(chosen.syntax));
		else if (chosen) await chosen.run(rest, io, output);
		else if (first === '--help') await output.write(overview());
		else if (first === '--version') await output.write(`${version()}\n`);
		else throw new UsageError(first === undefined ? 'a command is missing' : `there is no command "${first}"`);
		await output.finish();
		return 0;
	} catch (thrown) {
		if (thrown instanceof OutputClosed) return 0;
		if (thrown instanceof UsageError) {
			say(io, thrown.message);
			say(io, `see agent-stream ${chosen ? `${chosen.syntax.name} ` : ''}--help`);
			return 2;
		}
		say(io, thrown instanceof AgentStreamError ? `${thrown.code}: ${thrown.message}` : messageOf(thrown));
		return 1;
	}
}

function messageOf(thrown: unknown): string {
	return thrown instanceof Error ? thrown.message : String(thrown);
}

function overview(): string {
	const width = Math.max(...commands.map(({ syntax }) => syntax.name.length));
	return [
		'usage: agent-stream COMMAND …',
		'',
		...commands.map(({ syntax }) => `  ${syntax.name.padEnd(width)}  ${syntax.about}`),
		'',
		'agent-stream COMMAND --help lists the options of a command; agent-stream --version prints the version.',
		'',
	].join('\n');
}
