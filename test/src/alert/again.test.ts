import assert from 'node:assert/strict';
import type { AlertRuleInput } from '../../../src/model/alert';
import { limits } from '../../../src/model/limits';
import { type Bench, bench } from './harness';

const minute = 60_000;
const happens: AlertRuleInput['condition'] = { kind: 'happens', types: ['failed'] };

/** A job fails: the n-th. */
const fail = (b: Bench, n = 0): Promise<void> =>
	b.change('fired', { platform: 'event', state: 'failed', attributes: { job: `job ${n}` } });

async function failing(over: Partial<AlertRuleInput> = {}, ceilingPerHour: number | null = null): Promise<Bench> {
	const b = bench(
		{ condition: happens, clearFor: 60 * minute, text: '{attribute.job} failed', ...over },
		{ ceilingPerHour },
	);
	await b.change('added', { platform: 'event', state: null });
	await fail(b, 1);
	return b;
}

describe('alert: what happens again while its alert stands', () => {
	it('is told again with its count, by the words of the latest', async () => {
		const b = await failing();
		b.pass(5 * minute);
		await fail(b, 2);
		assert.deepEqual(
			b.told.map(({ state, count, text }) => [state, count, text]),
			[
				['raised', 1, 'job 1 failed'],
				['changed', 2, 'job 2 failed'],
			],
		);
	});

	it('is told once for many that come at once, and none is left out of the count', async () => {
		const b = await failing();
		for (let n = 2; n <= 50; n += 1) {
			b.pass(1_000);
			await fail(b, n);
		}
		assert.deepEqual(b.said(), ['raised warning']);
		b.pass(limits.alertAgain);
		assert.equal(b.told[0]?.count, 50);
		assert.deepEqual(b.said(), ['changed warning']);
		b.pass(10 * minute);
		assert.deepEqual(b.said(), []);
	});

	it('is news to whoever took note of what was before', async () => {
		const b = await failing({ repeatEvery: 10 * minute });
		b.engine.acknowledge();
		b.pass(30 * minute);
		assert.deepEqual(b.said(), ['raised warning']);
		await fail(b, 2);
		assert.equal(b.told[0]?.acknowledged, false);
		b.pass(10 * minute);
		assert.deepEqual(b.said(), ['changed warning', 'raised warning again']);
	});

	it('waits for a mute and for the ceiling, and outlasts a restart', async () => {
		const muted = await failing();
		muted.mute({}, 5 * minute);
		await fail(muted, 2);
		muted.pass(5 * minute - 1);
		assert.deepEqual(muted.said(), ['raised warning']);
		muted.pass(1);
		assert.deepEqual(muted.said(), ['changed warning']);

		const bounded = await failing({ clearFor: 600 * minute }, 1);
		bounded.pass(minute);
		await fail(bounded, 2);
		assert.deepEqual(bounded.said(), ['raised warning', 'summary warning']);
		bounded.restart();
		await bounded.change('added', { platform: 'event', state: 'failed' });
		bounded.pass(60 * minute);
		assert.equal(bounded.told.at(-1)?.count, 2);
		assert.equal(bounded.said().at(-1), 'changed warning');
		bounded.pass(60 * minute);
		assert.deepEqual(bounded.said(), []);
	});
});
