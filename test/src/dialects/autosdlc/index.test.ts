import assert from 'node:assert/strict';
import { autosdlc } from '../../../../src/dialects/autosdlc';
import { schemas } from '../../../../src/dialects/autosdlc/schemas';
import { EventReader } from '../../../../src/dialects/reader';
import { streamEventSchema } from '../../../../src/model/event';
import { FakeClock } from '../../../support/fake-clock';
import { frames, message } from './support';

const read = (frame: string | Uint8Array) =>
	new EventReader({ source: 'sdlc', dialect: autosdlc, clock: new FakeClock() }).read(frame);

/** The document's section "Message Types", word for word. */
const documentTypes =
	'connect, disconnect, ping, pong, error, auth_request, auth_success, auth_failure, subscribe, unsubscribe, subscription_update, ' +
	'agent_status, agent_task_update, agent_log, agent_metric, agent_error, tdd_phase_change, test_result, coverage_update, ' +
	'workflow_started, workflow_step_complete, workflow_complete, workflow_failed, system_notification, system_alert, deployment_status, ' +
	'github_issue_update, github_pr_update, github_workflow_update';

describe('autosdlc', () => {
	it('knows every message type of the document, each with a schema', () => {
		const streamed = Object.keys(autosdlc.types).filter((type) => !autosdlc.types[type]?.own);
		assert.deepEqual(streamed.sort(), documentTypes.split(', ').sort());
		assert.deepEqual(Object.keys(schemas).sort(), streamed);
	});

	it("understands the document's examples without a remark", () => {
		for (const frame of frames('document')) {
			const raw = JSON.parse(frame) as { id: string; type: string; timestamp: number; data: object };
			const [event, ...more] = read(frame);
			assert.deepEqual(more, []);
			assert.ok(event);
			streamEventSchema.parse(event);
			assert.equal(event.type, raw.type);
			assert.equal(event.at, raw.timestamp);
			assert.deepEqual(event.issues, []);
			assert.deepEqual(event.data, { ...raw.data, envelope: { id: raw.id } });
		}
	});

	it('understands a message of every type', () => {
		const types = frames('messages').flatMap((frame) => read(frame).map(({ type, issues }) => ({ type, issues })));
		const clientsOnly = ['subscribe', 'unsubscribe'];
		assert.deepEqual(
			types.map(({ type }) => type).sort(),
			Object.keys(schemas)
				.filter((type) => !clientsOnly.includes(type))
				.sort(),
		);
		for (const { type, issues } of types) {
			assert.deepEqual(
				issues.filter(({ code }) => code !== 'unknown_field'),
				[],
				type,
			);
		}
	});

	it('says what an event is about', () => {
		const about = (type: string, data: object, more: object = {}) => read(message(type, data, more))[0]?.about;
		const correlation = { metadata: { version: '1.0', correlationId: 'corr-9' } };
		assert.deepEqual(about('agent_error', { agentId: 'a', taskId: 't', severity: 'error' }, correlation), {
			agent: 'a',
			task: 't',
			severity: 'error',
			correlation: 'corr-9',
		});
		assert.deepEqual(about('agent_status', { agentId: 'a', status: 'busy', currentTask: { id: 't' } }), {
			agent: 'a',
			task: 't',
		});
		assert.equal(about('workflow_started', { workflowId: 'w' })?.workflow, 'w');
		assert.equal(about('github_workflow_update', { workflow: { name: 'CI' }, runId: 7 })?.workflow, 'CI');
		assert.equal(about('github_workflow_update', { workflow: 'CI', runId: 7 })?.run, '7');
		assert.equal(about('system_alert', { component: 'cache', level: 'info' })?.component, 'cache');
		assert.equal(about('agent_log', { level: 'debug' })?.severity, 'debug');
	});

	it('is told by the whole envelope only, and surely only by the names of news', () => {
		const whole = { id: 'x', type: 'agent_status', timestamp: 1, data: {} };
		assert.equal(autosdlc.evidence(whole), 'certain');
		assert.equal(autosdlc.evidence([whole, whole]), 'certain');
		for (const type of ['ping', 'error', 'auth_request', 'connect']) {
			assert.equal(autosdlc.evidence({ ...whole, type }), 'likely', type);
		}
		for (const value of [
			{ ...whole, id: 1 },
			{ ...whole, timestamp: '2025-01-01T00:00:00Z' },
			{ ...whole, type: 'agents' },
			{ ...whole, type: 'toString' },
			{ id: 'x', type: 'agent_status', timestamp: 1 },
			{ type: 'agent_status', data: {} },
			{ event: 'agent_status', data: {} },
			[],
			null,
			5,
		]) {
			assert.equal(autosdlc.evidence(value), 'none', JSON.stringify(value));
		}
	});

	it('takes a hint from a URL only by its name', () => {
		assert.equal(autosdlc.urlHint(new URL('ws://localhost:3000/ws')), null);
		assert.match(autosdlc.urlHint(new URL('wss://autosdlc.example/ws')) ?? '', /autosdlc\.example/);
		assert.match(autosdlc.urlHint(new URL('ws://hub/AutoSDLC/ws')) ?? '', /AutoSDLC/);
	});

	it('links the device to the server', () => {
		const { configuration_url } = autosdlc.device({}, new URL('wss://hub:8443/ws?token=x'));
		assert.equal(configuration_url, 'https://hub:8443');
		assert.equal(autosdlc.device({}, null).configuration_url, undefined);
	});

	it('takes a subscription in its own form, bounded', () => {
		const takes = (given: unknown) => autosdlc.subscription.safeParse(given).success;
		for (const good of [
			{},
			{ events: ['agent_status'] },
			{ filters: { agentId: 'coder-001' } },
			{ auth: 'message' },
			{
				subscriptions: [
					{ subscriptionId: 'a', events: ['agent_status'] },
					{ subscriptionId: 'b', filters: {} },
				],
			},
		]) {
			assert.ok(takes(good), JSON.stringify(good));
		}
		for (const bad of [
			null,
			[],
			{ event: ['agent_status'] },
			{ events: [] },
			{ events: [1] },
			{ events: ['x'.repeat(81)] },
			{ auth: 'header' },
			{ filters: { a: 'x'.repeat(20_000) } },
			{ subscriptions: [] },
			{ subscriptions: [{ events: ['agent_status'] }] },
			{ subscriptions: [{ subscriptionId: 'a' }, { subscriptionId: 'a' }] },
			{ subscriptions: Array.from({ length: 51 }, (_, index) => ({ subscriptionId: `s${index}` })) },
			{ events: ['agent_status'], subscriptions: [{ subscriptionId: 'a' }] },
		]) {
			assert.ok(!takes(bad), JSON.stringify(bad));
		}
	});
});
