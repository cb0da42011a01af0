import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hookTypes, systemTypes } from '../../../../src/dialects/claude-code/types';
import { framesOf, Rig } from './support';

/** What nobody but the people and models who wrote it may read. */
const secret = 'zq-very-private-words';

/** Fields of an event, and of its payload, in which content stands. */
const inEvent = ['chat', 'summary', 'prompt', 'notes', 'humanInTheLoop'] as const;
const inPayload = [
	'prompt',
	'tool_input',
	'tool_output',
	'tool_response',
	'result',
	'chat',
	'last_assistant_message',
	'transcript_path',
	'agent_transcript_path',
	'custom_instructions',
	'permission_suggestions',
	'answers',
	'prompt_text',
	'body',
	'file',
	'description',
] as const;
const types = [...Object.keys(hookTypes), ...Object.keys(systemTypes), 'TeammateIdle'];

/** The words as a text, deep in an object, in a list. */
const wrapped = fc.constantFrom<unknown>(
	secret,
	`Exit\n${secret}`,
	{ command: secret },
	{ deep: { deeper: [{ text: secret }] } },
	[secret, { content: secret }],
	{ chat: [{ role: 'user', content: secret }], prompt: { id: secret } },
	{ [`Shall I drop ${secret}?`]: true },
	{ code: `print("${secret}")`, question_name: `Is it all right to drop ${secret}?` },
);

/** An event with the words wherever content can be. */
const events = fc.record({
	type: fc.constantFrom(...types),
	payload: fc.dictionary(fc.constantFrom(...inPayload), wrapped),
	fields: fc.dictionary(fc.constantFrom(...inEvent), wrapped),
	replayed: fc.boolean(),
});

describe('content of Claude Code events', () => {
	it('stands in no event, no entity and no remark, whatever the type and the shape', () => {
		fc.assert(
			fc.property(fc.array(events, { minLength: 1, maxLength: 12 }), (list) => {
				const rig = new Rig();
				for (const { type, payload, fields, replayed } of list) {
					const given = { tool_name: 'Bash', tool_use_id: 't', error: `Exit code 1\n${secret}`, ...payload };
					const data = rig.made(type, given, fields);
					const named = type.includes('.') ? { ...data, event_type: type, hook_event_type: undefined } : data;
					const read = rig.take({ type: replayed ? 'initial' : 'event', data: [named] });
					assert.ok(!JSON.stringify(read).includes(secret), JSON.stringify(read));
				}
				for (const bad of [
					secret,
					[secret],
					{ type: 'event', data: secret },
					{ type: 'other', data: { prompt: secret, x: secret } },
				]) {
					assert.ok(!JSON.stringify(rig.take(bad)).includes(secret));
				}
				assert.ok(!JSON.stringify([rig.mapper.entities(), rig.changes]).includes(secret));
			}),
			{ numRuns: 300 },
		);
	});

	it('is left out of the recorded frames and of the examples', () => {
		const rig = new Rig();
		const all = [...framesOf('hooks-server-live.jsonl'), ...framesOf('document-examples.jsonl')];
		const told = JSON.stringify(all.flatMap((raw) => rig.reader.read(raw)));
		for (const words of [
			'npm test',
			'flaky test',
			'.jsonl',
			'stdout',
			'secret words',
			'mqtt discovery',
			'PreToolUse by',
		]) {
			assert.ok(JSON.stringify(all).includes(words), words);
			assert.ok(!told.includes(words), words);
		}
	});

	it('leaves what people want to know: names, ids, times, numbers, what a notification says', () => {
		const [event] = new Rig().hook('Notification', {
			message: 'x'.repeat(1_000),
			notification_type: 'idle_prompt',
			count: 3,
			flag: true,
			nothing: null,
			teammate_name: 'anna',
			deep: { level: 'high', words: 'some text', numbers: [1, 2] },
		});
		assert.deepEqual((event?.data as { payload?: unknown } | undefined)?.payload, {
			cwd: '/srv/shop',
			message: 'x'.repeat(255),
			notification_type: 'idle_prompt',
			count: 3,
			flag: true,
			nothing: null,
			teammate_name: 'anna',
			deep: { level: 'high', numbers: [1, 2] },
		});
	});

	it('leaves messages of other types out, and secrets of a configuration', () => {
		const rig = new Rig();
		const payloadOf = (value: unknown) => (rig.take(value)[0]?.data as { payload?: unknown } | undefined)?.payload;
		const config = { default_model: 'm', port: 1, api_key: 'k', token_type: 'k', log_level: 'info' };
		assert.deepEqual(
			payloadOf({
				event_type: 'component.started',
				source: 'c',
				payload: { version: '1', config, capabilities: ['a b', 'x'.repeat(200)] },
			}),
			{
				version: '1',
				config: { default_model: 'm', port: 1, log_level: 'info' },
				capabilities: ['a b'],
			},
		);
		assert.deepEqual(payloadOf({ event_type: 'bus.message', source: 'c', payload: { message: 'm', title: 't' } }), {});
		assert.deepEqual(
			payloadOf({ event_type: 'PostToolUse', source: 'c', payload: { tool_name: 'B', error: 'one\ntwo' } }),
			{
				tool_name: 'B',
				error: 'one',
			},
		);
	});

	it('stays where the user wants it, in events but in no entity', () => {
		const rig = new Rig({ subscription: { content: true } });
		const data = rig.made('UserPromptSubmit', { prompt: secret }, { summary: secret });
		const [event] = rig.take({ type: 'event', data });
		assert.deepEqual(event?.data, data);
		rig.hook('PostToolUseFailure', {
			tool_name: 'Bash',
			error: `Exit code 1\n${secret}`,
			tool_input: { command: secret },
		});
		assert.ok(!JSON.stringify([rig.mapper.entities(), rig.changes]).includes(secret));
		assert.equal(rig.entity('session_shop-1_tool_failures')?.attributes.last_error, 'Exit code 1');
	});

	it('is looked for in deep and harmful data without harm', () => {
		let deep: unknown = secret;
		for (let level = 0; level < 60; level += 1) deep = { level: deep };
		const raw = `{"type":"event","data":{"hook_event_type":"Stop","payload":{"__proto__":{"prompt":"x"},"deep":${JSON.stringify(deep)}}}}`;
		const [event] = new Rig().reader.read(raw);
		assert.equal(event?.type, 'Stop');
		assert.ok(!JSON.stringify(event).includes(secret));
		assert.equal(
			Object.getPrototypeOf((event?.data as { payload?: object } | undefined)?.payload ?? {}),
			Object.prototype,
		);
	});
});
