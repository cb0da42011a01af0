import assert from 'node:assert/strict';
import { agentMessages } from './agent-publisher';
import { budget } from './budget';

describe('the agent’s own publisher, by its tables', () => {
	const onConnect = agentMessages([]);

	it('sends a list, and of each thing its state and all its entities, in every cycle', () => {
		const disks = { event: 'disk_list_update', data: [{ name: 'disk1' }, { name: 'disk2' }] };
		assert.equal(agentMessages([disks]) - onConnect, 1 + 2 * (1 + 12));
		assert.equal(agentMessages([disks, disks]) - onConnect, 2 * (1 + 2 * (1 + 12)));
	});

	it('empties four topics for each entity of what vanished', () => {
		const shares = (...names: string[]) => ({ event: 'share_list_update', data: names.map((name) => ({ name })) });
		assert.equal(agentMessages([shares('a', 'b'), shares('a')]) - onConnect, 1 + 2 * 4 + 1 + 4 + 3 * 4);
	});

	it('tells of new notifications only, and not of those that it finds at first', () => {
		const notices = (...ids: string[]) => ({
			event: 'notifications_update',
			data: { notifications: ids.map((id) => ({ id, type: 'unread' })) },
		});
		assert.equal(agentMessages([notices('a')]) - onConnect, 1);
		assert.equal(agentMessages([notices('a'), notices('a', 'b')]) - onConnect, 3);
	});

	it('leaves out inner interfaces and what it does not forward', () => {
		const networks = { event: 'network_list_update', data: [{ name: 'eth0' }, { name: 'veth1' }, { name: 'br-0' }] };
		assert.equal(agentMessages([networks, { event: 'mover_update', data: {} }]) - onConnect, 1 + 1 + 6);
	});
});

describe('messages for scenario-a', () => {
	it('are fewer than 15 % of those of the agent’s own publisher', () => {
		const { total, agents } = budget('scenario-a.jsonl');
		assert.ok(total < 0.15 * agents, `${total} of ${agents}: ${((100 * total) / agents).toFixed(1)} %`);
	});
});
