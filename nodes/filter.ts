import type { NodeAPI, NodeMessage } from 'node-red';
import { z } from 'zod';
import { createFilter } from '../src/filter/filter';
import { filterSettingsSchema, weekdays } from '../src/filter/settings';
import type { FilterReason } from '../src/filter/stage';
import { dimensions } from '../src/model/dimensions';
import type { Entity } from '../src/model/entity';
import type { StreamEvent } from '../src/model/event';
import { defineNode } from './glue/define';
import { entitiesIn } from './glue/entities';
import { entitiesOf, eventOf } from './glue/messages';
import { optionalNumberField, switchField, textField, wordsField } from './glue/settings';

/** Milliseconds that a timer of Node.js can wait, in seconds. */
const longest = 2_147_483;

const aboutSchema = z.object({ dimension: z.enum(dimensions), patterns: wordsField });
const rowSchema = z.object({ path: textField(), operator: textField('eq'), value: textField() });

const settings = z.object({
	types: wordsField,
	sources: wordsField,
	subjects: wordsField,
	about: z.array(aboutSchema).default([]),
	conditions: z.array(rowSchema).default([]),
	match: textField('all'),
	windowFrom: textField(),
	windowTo: textField(),
	windowDays: wordsField,
	onlyChanged: switchField(false),
	changedPath: textField(),
	deadband: optionalNumberField(0, Number.MAX_VALUE),
	deadbandIn: textField('value'),
	throttleSeconds: optionalNumberField(0, longest),
	throttlePass: textField('first'),
	debounceSeconds: optionalNumberField(0, longest),
	debounceLongestSeconds: optionalNumberField(0, longest),
	sampleEvery: optionalNumberField(0, Number.MAX_SAFE_INTEGER),
	batchSeconds: optionalNumberField(0, longest),
	batchCount: optionalNumberField(0, Number.MAX_SAFE_INTEGER),
	batchPer: textField('all'),
});
type Settings = z.output<typeof settings>;

/** A message as the filter sees it, with the message itself. */
interface Judged {
	readonly event: StreamEvent | undefined;
	readonly entity: Entity | readonly Entity[] | undefined;
	readonly payload: unknown;
	readonly topic: unknown;
	readonly message: NodeMessage;
}

/** Messages → those that pass, thinned out; the rest with the reason. */
export = (RED: NodeAPI): void => {
	defineNode(RED, 'agent-stream-filter', {
		settings,
		start({ settings: chosen, clock, send, show, node, release }) {
			let passed = 0;
			let rest = 0;
			const count = (): void => {
				const text = 'agent-stream-filter.status.counts';
				show({ fill: 'green', shape: 'dot', text, values: { passed, rest } });
			};
			const filter = createFilter<Judged>(filterSettings(chosen), clock, {
				passed(judged, batched) {
					passed += judged.length;
					const messages = judged.map(({ message }) => message);
					for (const message of batched ? [together(messages)] : messages) send([message, null]);
					count();
				},
				rest({ message }, reason: FilterReason) {
					rest += 1;
					send([null, { ...message, filter: { reason } }]);
					count();
				},
			});
			// Nodes behind this one that are deployed alone ask which entities get through.
			const gate = (entity: Entity) =>
				filter.fits({ event: undefined, entity, payload: entity.state, topic: entity.path, message: {} });
			release(entitiesIn(RED).gate(node.id, gate));
			return {
				input(message) {
					const { payload, topic } = message;
					const entity = entitiesOf(message)?.value;
					filter.take({ event: eventOf(message) ?? undefined, entity, payload, topic, message });
				},
				close() {
					const dropped = filter.close().length;
					if (dropped > 0) node.log(RED._('agent-stream-filter.log.dropped', { dropped }));
				},
			};
		},
	});
};

/** The form's fields as the library's settings. */
function filterSettings(chosen: Settings) {
	const { throttleSeconds, debounceSeconds, debounceLongestSeconds, sampleEvery, batchSeconds, batchCount } = chosen;
	return filterSettingsSchema.parse({
		choose: {
			type: chosen.types,
			source: chosen.sources,
			subject: chosen.subjects,
			...Object.fromEntries(chosen.about.map(({ dimension, patterns }) => [dimension, patterns])),
		},
		...((chosen.windowFrom || chosen.windowTo || chosen.windowDays.length > 0) && {
			window: {
				// Days alone are whole days.
				from: chosen.windowFrom || '00:00',
				to: chosen.windowTo || '00:00',
				weekdays: weekdays.filter((day) => chosen.windowDays.includes(day)),
			},
		}),
		conditions: chosen.conditions.map(condition),
		match: chosen.match,
		shape: {
			...(chosen.onlyChanged && {
				changed: {
					...(chosen.changedPath && { path: chosen.changedPath }),
					deadband: chosen.deadband ?? 0,
					deadbandIn: chosen.deadbandIn,
				},
			}),
			...(throttleSeconds && { throttle: { every: ms(throttleSeconds), pass: chosen.throttlePass } }),
			...(debounceSeconds && {
				debounce: {
					quiet: ms(debounceSeconds),
					...(debounceLongestSeconds && { longest: ms(debounceLongestSeconds) }),
				},
			}),
			...(sampleEvery && { sample: { every: sampleEvery } }),
			...((batchSeconds || batchCount) && {
				batch: {
					...(batchSeconds && { every: ms(batchSeconds) }),
					...(batchCount && { count: batchCount }),
					per: chosen.batchPer,
				},
			}),
		},
	});
}

const ms = (seconds: number): number => Math.max(1, Math.round(seconds * 1_000));

const withoutValue = new Set(['exists', 'empty']);
const withNumber = new Set(['lt', 'lte', 'gt', 'gte']);

/** A row of the form as a condition: text that reads as JSON's `true`, `false`, `null` or a number is that. */
function condition({ path, operator, value }: z.output<typeof rowSchema>): unknown {
	if (withoutValue.has(operator)) return { path, operator };
	if (withNumber.has(operator)) return { path, operator, value: value === '' ? Number.NaN : Number(value) };
	if (operator === 'in') return { path, operator, value: value.split(',').map((one) => scalar(one.trim())) };
	return { path, operator, value: operator === 'matches' || operator === 'contains' ? value : scalar(value) };
}

function scalar(text: string): string | number | boolean | null {
	if (text === 'true' || text === 'false') return text === 'true';
	if (text === 'null') return null;
	return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** A batch as one message: `payload` all payloads, `batch` all messages, entities as one list for the bridge. */
function together(messages: readonly NodeMessage[]): NodeMessage {
	const [first] = messages;
	const same = messages.every(({ topic }) => topic === first?.topic);
	const found = messages.flatMap((message) => entitiesOf(message)?.changes ?? []);
	return {
		...(same && first?.topic !== undefined ? { topic: first.topic } : { topic: 'batch' }),
		payload: messages.map(({ payload }) => payload),
		batch: messages,
		...(found.length > 0 && { entity: found.map(({ entity }) => entity), change: found.map(({ kind }) => kind) }),
	};
}
