import type { NodeMessage } from 'node-red';
import { z } from 'zod';
import type { AlertEngine } from '../../src/alert/engine';
import type { AlertChange } from '../../src/model/alert';
import { AgentStreamError } from '../../src/model/errors';
import { limits } from '../../src/model/limits';
import type { Send } from './define';

const name = z
	.string()
	.min(1)
	.max(4 * limits.textLength);
/** Which alerts: of a rule (its id), of an entity (unique id, `msg.alert.entity`), of both; nothing = all. */
const target = { rule: name.optional(), entity: name.optional() };
/** A text is a rule's id; whatever else is no object says nothing: an inject node sends the time. */
const asked = <T extends z.ZodType>(schema: T) =>
	z.preprocess((payload) => {
		if (typeof payload === 'string' && payload !== '') return { rule: payload };
		return typeof payload === 'object' && payload !== null ? payload : {};
	}, schema);
const minutes = z
	.union([
		z.number(),
		z
			.string()
			.regex(/^\d+(\.\d+)?$/)
			.transform(Number),
	])
	.pipe(z.number().positive().max(525_600))
	.default(60);

/** What an *alert* node can be told: the verb in `msg.topic`, its argument in `msg.payload`. A word that it does not know is refused. */
const alertVerbSchema = z.discriminatedUnion('topic', [
	/** Somebody took note: no reminders until it gets worse. */
	z.object({ topic: z.literal('acknowledge'), payload: asked(z.strictObject(target)) }),
	/** Tells nothing of these for a while; an hour unless it says otherwise. Nothing else than an object will do: silence is asked for by name. */
	z.object({ topic: z.literal('mute'), payload: z.strictObject({ ...target, minutes }) }),
	/** Lifts the mute of exactly this target. */
	z.object({ topic: z.literal('unmute'), payload: asked(z.strictObject(target)) }),
	/** Sends what an alert would look like; without a rule that of the first one that watches anything. */
	z.object({ topic: z.literal('test'), payload: asked(z.strictObject({ rule: name.optional() })) }),
	/** Answers active and past alerts, how each rule stands, and the mutes that stand. */
	z.object({ topic: z.literal('list') }),
]);
/** See {@link alertVerbSchema}. */
export type AlertVerb = z.output<typeof alertVerbSchema>;

/** What the payload of each verb may be, in words. */
const takes: Readonly<Record<string, string>> = {
	acknowledge: '{"rule": …, "entity": …}, both may be left out, or the text of a rule\'s id',
	mute: '{"minutes": 60}, for some alerts only with "rule": … and "entity": … in it',
	unmute: '{"rule": …, "entity": …}, both may be left out, or the text of a rule\'s id',
	test: '{"rule": …}, which may be left out, or the text of a rule\'s id',
};

/**
 * What a message tells the node to do.
 * @throws AgentStreamError INPUT_INVALID: it is no verb, or says something else than its verb takes
 */
export function alertVerbOf({ topic, payload }: NodeMessage): AlertVerb {
	const { data, error } = alertVerbSchema.safeParse({ topic, payload });
	if (data) return data;
	const [issue] = error?.issues ?? [];
	if (issue?.path[0] === 'payload' && typeof topic === 'string') {
		const what = `msg.${issue.path.map(String).join('.')}: ${issue.message}`;
		throw new AgentStreamError('INPUT_INVALID', `${what}. The payload of "${topic}" is ${takes[topic] ?? 'none'}.`);
	}
	const all = 'entities in msg.entity, or msg.topic "acknowledge", "mute", "unmute", "test" or "list"';
	throw new AgentStreamError('INPUT_INVALID', `The message holds nothing for alerts: the node takes ${all}.`);
}

const words = { info: 'Info', warning: 'Warning', critical: 'Critical' } as const;

/** A line for people, as e-mail and push services show it above the text: `Critical: UPS battery low, Tower`. */
function titleOf({ state, severity, rule_name: rule, device, reminder, count, test }: AlertChange): string {
	const word = words[severity];
	const kind = {
		raised: reminder > 0 ? `${word} (reminder ${reminder})` : word,
		changed: count > 1 ? `${word} (${count} times)` : `Now ${severity}`,
		cleared: 'Over',
		summary: 'Many alerts',
	}[state];
	// One line: it becomes a subject or a header.
	return `${test ? 'Test: ' : ''}${kind}: ${rule}, ${device}`.replace(/\s+/g, ' ').slice(0, limits.textLength);
}

/** Sends alerts in order: what was raised or changed, and summaries, to the first output; what is over to the second. */
export function sendAlerts(changes: readonly AlertChange[], to: Send): void {
	for (const change of changes) {
		const message = { topic: titleOf(change), payload: change.text, alert: change } as NodeMessage;
		to(change.state === 'cleared' ? [null, message] : [message]);
	}
}

/**
 * Answers `list` on the first output: active alerts, each with its text as it is now; past ones, how each rule stands, and the mutes that stand.
 * @param refused messages that were none
 */
export function sendList(engine: AlertEngine, rules: Iterable<string>, refused: number, to: Send): void {
	const texts = engine.texts();
	const payload = {
		active: engine.active().map((alert) => ({ ...alert, text: texts.get(alert.id) ?? '' })),
		past: engine.past(),
		rules: [...rules].map((rule) => engine.status(rule)),
		mutes: engine.mutes().map(({ rule, entity, until }) => ({
			...(rule !== undefined && { rule }),
			...(entity !== undefined && { entity }),
			until: new Date(until).toISOString(),
		})),
		refused,
	};
	to([{ topic: 'alerts/list', payload }]);
}
