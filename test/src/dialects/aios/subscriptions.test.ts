import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Message, messageOf, Subscriptions, subscription } from '../../../../src/dialects/aios/subscriptions';
import { types as eventTypes, subscriptionTypes } from '../../../../src/dialects/aios/types';
import { limits } from '../../../../src/model/limits';

/** What a server knows of a connection that sent these messages. */
function known(messages: readonly Message[]) {
	const types = new Map<string, unknown>();
	const runs = new Set<string>();
	const take = ({ event, data }: Message): void => {
		const list = (data.types ?? []) as string[];
		if (event === 'subscribe') for (const type of list) types.set(type, data.filters);
		if (event === 'unsubscribe') for (const type of list) types.delete(type);
		if (event === 'subscribe_dag_run') runs.add(data.run_id as string);
	};
	for (const message of messages) take(message);
	return { types, runs, take };
}

const step = fc.oneof(
	fc.record({
		event: fc.constantFrom('subscribe', 'unsubscribe'),
		data: fc.record(
			{
				types: fc.subarray([...subscriptionTypes, 'other']),
				filters: fc.record({ run_id: fc.constantFrom('a', 'b') }, { requiredKeys: [] }),
			},
			{ requiredKeys: ['types'] },
		),
	}),
	fc.record({ event: fc.constant('subscribe_dag_run'), data: fc.record({ run_id: fc.constantFrom('a', 'b', 'c') }) }),
	fc.record({ narrow: fc.option(fc.subarray(Object.keys(eventTypes))) }),
	fc.record({ run: fc.constantFrom('a', 'b', 'c', 'd'), finished: fc.boolean() }),
);

describe('aios subscriptions', () => {
	it('tell a new connection what the old one was told, whatever that was', () => {
		fc.assert(
			fc.property(fc.array(step), (steps) => {
				const subscriptions = new Subscriptions({});
				const server = known(subscriptions.restore());
				const over = new Set<string>();
				const chosen = new Set<string>();
				for (const each of steps) {
					if ('narrow' in each) subscriptions.narrow(each.narrow).forEach(server.take);
					else if ('run' in each) {
						const message = subscriptions.follow(each.run, each.finished, 0);
						if (message) server.take(message);
						if (each.finished) over.add(each.run);
						else over.delete(each.run);
					} else {
						assert.ok(subscriptions.remember(each));
						server.take(each);
						if (each.event === 'subscribe_dag_run') chosen.add(String((each.data as { run_id: string }).run_id));
					}
				}
				const next = known(subscriptions.restore());
				const plain = (types: Map<string, unknown>) =>
					[...types].map(([type, filters]) => `${type} ${JSON.stringify(filters)}`).toSorted();
				assert.deepEqual(plain(next.types), plain(server.types));
				const running = [...server.runs].filter((run) => chosen.has(run) || !over.has(run));
				assert.deepEqual([...next.runs].toSorted(), running.toSorted());
			}),
		);
	});

	it('are bounded, whatever messages say', () => {
		const subscriptions = new Subscriptions({});
		for (let index = 0; index < 1_000; index += 1) {
			subscriptions.remember({ event: 'subscribe', data: { types: [`type-${index}`, 7, ''] } });
			subscriptions.remember({ event: 'subscribe_dag_run', data: { run_id: `run-${index}` } });
		}
		const { types, runs } = known(subscriptions.restore());
		assert.equal(types.size, limits.aiosSubscribed);
		assert.equal(runs.size, limits.aiosSubscribed);
		assert.ok(runs.has('run-999'), 'the newest stay');
	});

	it('take nothing but messages of a client', () => {
		const subscriptions = new Subscriptions({});
		for (const value of [null, 'x', [], { event: 'subscribe' }, { event: 7, data: {} }, { event: 'x', data: [] }]) {
			assert.equal(messageOf(value), null);
		}
		for (const [event, data] of [
			['auth', { token: 'x' }],
			['resync', {}],
			['subscribe_dag_run', { run_id: '' }],
			['subscribe_dag_run', {}],
		] as const) {
			assert.equal(subscriptions.remember({ event, data }), false, event);
		}
	});

	it('as a user writes them are checked, and trimmed', () => {
		assert.deepEqual(subscription.parse({ types: [' agents '], dag_runs: [] }), { types: ['agents'], dag_runs: [] });
		const deep = { event: 'replay', data: { from: ['$since', { nested: true }], number: 1, none: null } };
		assert.deepEqual(subscription.parse({ resync: deep }), { resync: deep });
	});
});
