import { readFile } from 'node:fs/promises';
import { AlertEngine } from '../src/alert/engine';
import { dialectNamed } from '../src/dialects';
import { type AlertChange, type AlertRule, alertRulesSchema } from '../src/model/alert';
import type { Timer } from '../src/model/clock';
import type { EntityChange } from '../src/model/entity';
import { AgentStreamError } from '../src/model/errors';
import { Pipeline } from '../src/pipeline';
import { text, withDefault } from './arguments';
import { command } from './command';
import { FileReader } from './input';
import { say } from './io';
import { chosenDialect, dialectOptions, idOption } from './options';
import { RecordedClock } from './recorded-clock';

/** `agent-stream alerts`: which alerts a recording would have given. */
export const alerts = command(
	{
		name: 'alerts',
		about:
			"Runs a recording through alert rules, on the recording's own clock, and prints each change as a line of JSON",
		argument: '[FILE|-]',
		options: {
			id: withDefault(idOption(), 'local'),
			...dialectOptions(),
			rules: text('FILE', "rules as JSON, as the alert node exports them (default: the protocol's own)"),
		},
	},
	async ({ values, argument }, io, output) => {
		const { id } = values;
		const dialect = chosenDialect(values);
		const given = values.rules === undefined ? null : await readRules(values.rules);
		const clock = new RecordedClock();
		const reader = new FileReader({ file: argument, source: id, dialect, strict: false }, io);
		const warn = (error: AgentStreamError) => say(io, `warning: ${error.code}: ${error.message}`);
		const waiting: EntityChange[] = [];
		const changed = (changes: readonly EntityChange[]) => void waiting.push(...changes);
		const pipeline = new Pipeline({ source: id, dialect, clock, report: warn, changed });
		let engine: AlertEngine | null = null;
		let timer: Timer | undefined;
		/** Takes the entity changes that wait, prints what they are worth, and sees to it that the engine is asked again in time. */
		const settle = async (): Promise<void> => {
			if (!engine) return;
			await pipeline.idle();
			const found = engine.tick();
			for (const change of waiting.splice(0)) {
				await engine.prepare(change);
				found.push(...engine.apply(change));
			}
			for (const change of found) await output.json(printed(change, reader.began ?? 0));
			clock.cancel(timer);
			const next = engine.nextTick();
			timer = next === null ? undefined : clock.after(next - clock.now(), () => {});
		};
		for await (const { event } of reader.events()) {
			await clock.moveTo(event.received, settle);
			if (!engine && event.dialect !== null) {
				const rules = given ?? presets(event.dialect);
				// What a person would have been told: how much within an hour is for them to see.
				engine = new AlertEngine({ rules, clock, ceilingPerHour: null, report: warn });
			}
			pipeline.event(event);
			await settle();
		}
		if (engine) await clock.moveTo(reader.clock.now(), settle);
	},
);

/** @throws AgentStreamError CONFIG_INVALID: it is no list of rules, with the place */
async function readRules(file: string): Promise<readonly AlertRule[]> {
	let rules: unknown;
	try {
		rules = JSON.parse(await readFile(file, 'utf8'));
	} catch (thrown) {
		if (!(thrown instanceof SyntaxError)) throw thrown;
		throw new AgentStreamError('CONFIG_INVALID', `${file} is not JSON: ${thrown.message}`, thrown);
	}
	const read = alertRulesSchema.safeParse(rules);
	if (read.data) return read.data;
	const [issue] = read.error?.issues ?? [];
	const where = issue?.path.map(String).join('.') ?? '';
	throw new AgentStreamError('CONFIG_INVALID', `${file} holds no alert rules: ${where}: ${issue?.message ?? ''}`);
}

/** @throws AgentStreamError CONFIG_INVALID: the protocol has no rules of its own */
function presets(dialect: string): readonly AlertRule[] {
	const { alerts: rules, title } = dialectNamed(dialect);
	if (rules) return rules;
	throw new AgentStreamError('CONFIG_INVALID', `There are no alert rules for ${title} yet: give some with --rules.`);
}

function printed(change: AlertChange, began: number): object {
	const { state, rule, severity, entity, value, threshold, threshold_source, text } = change;
	const at = (Date.parse(change.at) - began) / 1_000;
	return { at, state, rule, severity, entity, value, threshold, threshold_source, text };
}
