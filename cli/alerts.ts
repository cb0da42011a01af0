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
import { IdleRules } from './idle-rules';
import { FileReader } from './input';
import { say } from './io';
import { chosenDialect, dialectOptions, idOption } from './options';
import { RecordedClock } from './recorded-clock';
import { Understanding } from './understanding';

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
		const given = values.rules === undefined ? null : enabled(await readRules(values.rules));
		const clock = new RecordedClock();
		const reader = new FileReader({ file: argument, source: id, dialect, strict: false }, io);
		const understanding = new Understanding();
		// That presets are about things which this server has not is how they are meant.
		const idle = new IdleRules(given ?? [], id);
		const warn = (error: AgentStreamError) => say(io, `warning: ${error.code}: ${error.message}`);
		const waiting: EntityChange[] = [];
		const changed = (changes: readonly EntityChange[]) => void waiting.push(...changes);
		const pipeline = new Pipeline({ source: id, dialect, clock, report: warn, changed });
		let rules: readonly AlertRule[] = given ?? [];
		let engine: AlertEngine | null = null;
		let timer: Timer | undefined;
		let raised = 0;
		let first: number | undefined;
		/** Takes the entity changes that wait, prints what they are worth, and sees to it that the engine is asked again in time. */
		const settle = async (): Promise<void> => {
			if (!engine) return;
			await pipeline.idle();
			const found = engine.tick();
			for (const change of waiting.splice(0)) {
				if (change.kind === 'added') idle.saw(change.entity);
				await engine.prepare(change);
				found.push(...engine.apply(change));
			}
			for (const change of found) {
				if (change.state === 'raised' && change.reminder === 0) raised += 1;
				await output.json(printed(change, reader.began ?? 0));
			}
			clock.cancel(timer);
			const next = engine.nextTick();
			timer = next === null ? undefined : clock.after(next - clock.now(), () => {});
		};
		for await (const found of reader.events()) {
			const { event } = found;
			understanding.note(found);
			first ??= event.received;
			await clock.moveTo(event.received, settle);
			if (!engine && event.dialect !== null) {
				rules = given ?? enabled(presets(event.dialect));
				// What a person would have been told: how much within an hour is for them to see.
				engine = new AlertEngine({ rules, clock, ceilingPerHour: null, report: warn });
			}
			pipeline.event(event);
			await settle();
		}
		if (engine) await clock.moveTo(reader.clock.now(), settle);
		const entities = pipeline.entities();
		for (const entity of entities) idle.saw(entity);
		const seconds = (clock.now() - (first ?? clock.now())) / 1_000;
		const timeless = `no time passes in ${reader.input.name}: an alert that must wait is not raised without t (agent-stream record writes it)`;
		const remarks = [understanding.finish(reader.input, dialect), idle.remark(), seconds === 0 ? timeless : null];
		for (const remark of remarks) if (remark !== null) say(io, `warning: ${remark}`);
		const looked = `${counted(rules.length, 'rule', 'rules')}, ${counted(entities.length, 'entity', 'entities')}`;
		say(io, `${counted(raised, 'alert', 'alerts')} in ${Number(seconds.toFixed(1))} s of recording, ${looked}`);
	},
);

const enabled = (rules: readonly AlertRule[]) => rules.filter((rule) => rule.enabled);

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** @throws AgentStreamError CONFIG_INVALID: it is no list of rules, with the place */
async function readRules(file: string): Promise<readonly AlertRule[]> {
	let rules: unknown;
	try {
		// Editors of Windows put a byte order mark in front.
		rules = JSON.parse((await readFile(file, 'utf8')).replace(/^\ufeff/, ''));
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
	const { state, rule, severity, entity, value, threshold, threshold_source, text, reminder } = change;
	const at = (Date.parse(change.at) - began) / 1_000;
	return {
		at,
		state,
		rule,
		severity,
		entity,
		value,
		threshold,
		threshold_source,
		text,
		...(reminder > 0 && { reminder }),
	};
}
