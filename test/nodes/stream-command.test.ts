import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { AgentsApiSimulator } from '../../demo/simulators/agents-api';
import { AutosdlcSimulator } from '../../demo/simulators/autosdlc';
import { ClaudeCodeSimulator } from '../../demo/simulators/claude-code';
import { systemClock } from '../../src/model/clock';
import { jwt } from '../support/jwt';
import { type FlowNode, message, messages, node, start, status, stop } from './support/flow';

const token = jwt({ sub: 'node-red' });
const told = ({ command }: NodeMessage) => command as Record<string, unknown>;

describe('agent-stream-command on a stream', () => {
	let close: () => Promise<void>;

	afterEach(async () => {
		await stop();
		await close();
	});

	async function begin(dialect: string, url: string, settings: object = {}): Promise<void> {
		const flow: FlowNode[] = [
			{ id: 'end', type: 'agent-stream-endpoint', endpointId: 'here', url, dialect, ...settings },
			{ id: 'cmd', type: 'agent-stream-command', endpoint: 'end', wires: [['done'], ['failed']] },
			{ id: 'con', type: 'agent-stream-connect', endpoint: 'end', wires: [[], ['told']] },
			...['done', 'failed', 'told'].map((id) => ({ id, type: 'helper' })),
		];
		await start(flow, { end: { token } });
		await message('told', ({ payload }) => payload === 'open');
	}

	it('joins a room and tells the confirmation, also where control is not allowed', async () => {
		const simulator = new AgentsApiSimulator({ clock: systemClock });
		await simulator.start();
		close = () => simulator.stop();
		await begin('agents-api', simulator.url);
		node('cmd').receive({ topic: 'subscribe', payload: { room: 'agent:7' } });
		const { payload, command } = await message('done');
		assert.equal((payload as { room: string }).room, 'agent:7');
		const { name, method, path, status: code, body, done } = command as Record<string, unknown>;
		assert.deepEqual([name, method, path, code, done], ['subscribe', null, null, null, true]);
		assert.deepEqual(body, ['subscribe', { room: 'agent:7' }]);
		assert.equal((await status('cmd', (text) => text.includes('status.done'))).fill, 'green');
		node('cmd').receive({ topic: 'subscribe', payload: {} });
		assert.match(String((await message('failed')).payload), /room is missing/);
	});

	it('sends a message that nothing answers; only with allowed control where it changes something', async () => {
		const simulator = new ClaudeCodeSimulator({ clock: systemClock, token });
		await simulator.start();
		close = () => simulator.stop();
		await begin('claude-code', simulator.url);
		const publish = { topic: 'publish_event', payload: { event_type: 'Stop', session_id: 's-1' } };
		node('cmd').receive(publish);
		assert.match(String((await message('failed')).payload), /does not allow control/);
		assert.equal(told(messages('failed')[0] ?? {}).done, false);
		await stop();
		await begin('claude-code', simulator.url, { allowControl: true });
		node('cmd').receive(publish);
		const { payload, command } = await message('done');
		assert.deepEqual([payload, (command as { done: boolean }).done], [null, true]);
	});

	it('has a ping answered', async () => {
		const simulator = new AutosdlcSimulator({ clock: systemClock, token });
		await simulator.start();
		close = () => simulator.stop();
		await begin('autosdlc', simulator.url);
		node('cmd').receive({ command: 'ping' });
		assert.equal(told(await message('done')).name, 'ping');
		assert.deepEqual(messages('caught'), []);
	});
});
