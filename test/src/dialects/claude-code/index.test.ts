import assert from 'node:assert/strict';
import { claudeCode } from '../../../../src/dialects/claude-code';
import { schemas } from '../../../../src/dialects/claude-code/schemas';
import { hookTypes, systemTypes, types } from '../../../../src/dialects/claude-code/types';
import { connectionType } from '../../../../src/model/description';
import { framesOf, Rig } from './support';

describe('the Claude Code dialect', () => {
	it('has a schema for every type and no other', () => {
		assert.deepEqual(Object.keys(schemas).sort(), Object.keys(types).sort());
	});

	it('feeds every subject from a type that it knows', () => {
		for (const { subject, from } of claudeCode.subjects) {
			for (const type of from) assert.ok(type === connectionType || types[type], subject);
		}
	});

	it('identifies every recorded frame, by name, without an error', () => {
		const rig = new Rig();
		let events = 0;
		const seen = new Set<string>();
		for (const raw of framesOf('hooks-server-live.jsonl')) {
			const read = rig.reader.read(raw);
			assert.ok(read.length > 0);
			for (const { type, by, valid, rejected, issues } of read) {
				assert.ok(Object.hasOwn(types, type) && type !== 'hook', type);
				assert.deepEqual([by, valid, rejected], ['name', true, false], JSON.stringify(issues));
				assert.deepEqual(
					issues.filter(({ code }) => code !== 'server_form'),
					[],
				);
				seen.add(type);
				events += 1;
			}
		}
		assert.equal(events, 41);
		// All but Stop and SessionStart occur in the recording.
		assert.ok(seen.size >= 10, [...seen].join());
	});

	it('identifies every example of the document, without an error', () => {
		const rig = new Rig();
		const seen = new Set<string>();
		for (const raw of framesOf('document-examples.jsonl')) {
			for (const { type, by, valid, issues } of rig.reader.read(raw)) {
				assert.deepEqual([by, valid], ['name', true], `${raw} ${JSON.stringify(issues)}`);
				seen.add(type);
			}
		}
		const documented = [...Object.keys(hookTypes).slice(0, 7), ...Object.keys(systemTypes)];
		for (const type of [...documented, 'initial', 'heartbeat', 'error', 'register']) assert.ok(seen.has(type), type);
	});

	it('says what an event is about', () => {
		const rig = new Rig();
		const [tool] = rig.hook('PreToolUse', { tool_name: 'Bash', agent_id: 'a1' });
		assert.deepEqual(tool?.about, { app: 'shop', session: 's1', agent: 'a1' });
		const [alert] = rig.take({
			event_type: 'resource.alert',
			source: 'x',
			payload: { component: 'flow', alert_level: 'critical' },
		});
		assert.deepEqual(alert?.about, { app: 'x', component: 'flow', severity: 'critical' });
		const [agent] = rig.take({
			event_type: 'flow.agent.spawned',
			source: 'flow',
			payload: { agent_id: 'a', task: 'plan' },
		});
		assert.deepEqual(agent?.about, { app: 'flow', agent: 'a', component: 'flow', task: 'plan' });
		const [error] = rig.take({ type: 'error', data: { error_code: 'WS001', component: 'bus', severity: 'warning' } });
		assert.deepEqual(error?.about, { component: 'bus', severity: 'warning' });
	});

	it('is certain of its wrapper around what only it has, and never of the wrapper alone', () => {
		const { evidence } = claudeCode;
		const event = { hook_event_type: 'Stop', payload: {} };
		const heartbeat = { components: { a: 'healthy' }, timestamp: 1 };
		for (const value of [
			{ type: 'event', data: event },
			{ type: 'event', data: [event] },
			{ type: 'initial', data: [event] },
			{ type: 'event', data: { event_type: 'component.started', payload: {} } },
			{ type: 'heartbeat', data: heartbeat },
			{ type: 'error', data: { error_code: 'WS001', error_message: 'm', severity: 'error' } },
		]) {
			assert.equal(evidence(value), 'certain', JSON.stringify(value));
		}
		for (const value of [event, [event], { type: 'initial', data: [] }]) assert.equal(evidence(value), 'likely');
		for (const value of [
			null,
			7,
			[],
			{},
			{ type: 'event', data: {} },
			{ type: 'event', data: [] },
			{ type: 'event', data: { event_type: 'Foo' } },
			{ type: 'heartbeat', data: { uptime: 1 } },
			{ type: 'error', data: { message: 'no' } },
			{ type: 'agent_status', data: event },
			{ event: 'update', data: {} },
		]) {
			assert.equal(evidence(value), 'none', JSON.stringify(value));
		}
		for (const raw of framesOf('hooks-server-live.jsonl').slice(1)) assert.equal(evidence(JSON.parse(raw)), 'certain');
	});

	it('takes a hint from port 4000, has no REST interface, and a default URL as in the document', () => {
		assert.equal(claudeCode.urlHint(new URL('ws://box:4000/stream')), 'port 4000 and path /stream');
		assert.equal(claudeCode.urlHint(new URL('ws://box:4000/x')), 'port 4000');
		assert.equal(claudeCode.urlHint(new URL('ws://box:8000/events')), null);
		assert.equal(claudeCode.restBase(new URL(claudeCode.defaultUrl)), null);
		assert.equal(claudeCode.defaultUrl, 'ws://localhost:4000/events');
	});

	it('names its device, and links to the server without credentials', () => {
		assert.deepEqual(claudeCode.device({}, new URL('ws://u:p@box:4000/events')), {
			name: 'Claude Code',
			manufacturer: 'Anthropic',
			model: 'Claude Code event server',
			configuration_url: 'http://box:4000',
		});
	});

	it('takes a subscription of its own form only', () => {
		const { subscription } = claudeCode;
		assert.ok(subscription.safeParse({}).success);
		assert.ok(subscription.safeParse({ component: 'wall', capabilities: ['display'], content: true }).success);
		for (const bad of [{ types: [] }, { component: '' }, { capabilities: 'x' }, { content: 'yes' }]) {
			assert.ok(!subscription.safeParse(bad).success, JSON.stringify(bad));
		}
	});
});
