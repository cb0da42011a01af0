import assert from 'node:assert/strict';
import { codeOf, message, messages, node, start, status, stop } from './support/flow';

const flow = (settings: object) => [
	{ id: 'n', type: 'agent-stream-filter', wires: [['passed'], ['rest']], ...settings },
	{ id: 'passed', type: 'helper' },
	{ id: 'rest', type: 'helper' },
];

const event = (type: string, data: object = {}) => ({
	source: 'tower',
	dialect: 'unraid',
	type,
	by: 'name',
	time: null,
	at: 1,
	received: 1,
	replayed: false,
	via: 'stream',
	data,
	valid: true,
	rejected: false,
	issues: [],
});

async function reasons(settings: object, inputs: readonly object[]): Promise<unknown[]> {
	await start(flow(settings));
	for (const [index, input] of inputs.entries()) node('n').receive({ topic: String(index), index, ...input });
	const all = () => [...messages('passed'), ...messages('rest')];
	await Promise.race([
		message('passed', () => all().length === inputs.length),
		message('rest', () => all().length === inputs.length),
	]);
	const sorted = all().sort((a, b) => Number(a.index) - Number(b.index));
	return sorted.map(({ filter }) => (filter as { reason: string } | undefined)?.reason ?? 'passed');
}

describe('agent-stream-filter', () => {
	afterEach(stop);

	it('lets everything pass when nothing is filled in', async () => {
		assert.deepEqual(await reasons({}, [{ payload: 1 }, { event: event('a') }]), ['passed', 'passed']);
	});

	it('chooses by event type and source', async () => {
		const settings = { types: 'disk_*, !disk_secret', sources: 'tower' };
		const inputs = [{ event: event('disk_list') }, { event: event('disk_secret') }, { event: event('ups') }];
		assert.deepEqual(await reasons(settings, inputs), ['passed', 'type', 'type']);
	});

	it('chooses by what events are about', async () => {
		const about = [
			{ dimension: 'session', patterns: 's-*, !s-2' },
			{ dimension: 'severity', patterns: 'warning, critical' },
		];
		const one = (session: string, severity: string) => ({ event: { ...event('a'), about: { session, severity } } });
		const inputs = [one('s-1', 'warning'), one('s-2', 'warning'), one('s-3', 'info'), { event: event('a') }];
		assert.deepEqual(await reasons({ about }, inputs), ['passed', 'session', 'severity', 'session']);
	});

	it('compares fields with numbers, words, lists and nothing', async () => {
		const conditions = [
			{ path: 'event.data.load', operator: 'gte', value: '50' },
			{ path: 'event.data.state', operator: 'in', value: 'on, off' },
			{ path: 'event.data.gone', operator: 'empty', value: '' },
			{ path: 'event.data.flag', operator: 'eq', value: 'true' },
		];
		const good = { load: '50.5', state: 'on', flag: true };
		const inputs = [
			good,
			{ ...good, load: 49 },
			{ ...good, state: 'x' },
			{ ...good, gone: 1 },
			{ ...good, flag: 'true!' },
		];
		assert.deepEqual(
			await reasons(
				{ conditions },
				inputs.map((data) => ({ event: event('a', data) })),
			),
			['passed', 'conditions', 'conditions', 'conditions', 'conditions'],
		);
	});

	it('opens by time of day and weekday', async () => {
		const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
		const today = days[new Date().getDay()] ?? '';
		const others = days.filter((day) => day !== today && day !== days[(new Date().getDay() + 1) % 7]);
		for (const [settings, expected] of [
			[{ windowFrom: '00:00', windowTo: '00:00' }, 'passed'],
			[{ windowDays: [today, days[(new Date().getDay() + 1) % 7]] }, 'passed'],
			[{ windowDays: others }, 'window'],
		] as const) {
			assert.deepEqual(await reasons(settings, [{ payload: 1 }]), [expected], JSON.stringify(settings));
			await stop();
		}
		await start(flow({}));
	});

	it('passes only what changed by more than the deadband', async () => {
		const settings = { onlyChanged: true, deadband: '2' };
		const inputs = [10, 11, 13, 13].map((payload) => ({ topic: 'same', payload }));
		assert.deepEqual(await reasons(settings, inputs), ['passed', 'unchanged', 'passed', 'unchanged']);
	});

	it('thins out: throttle, sample', async () => {
		const same = (payload: number) => ({ topic: 'same', payload });
		assert.deepEqual(await reasons({ throttleSeconds: '600' }, [same(1), same(2)]), ['passed', 'throttled']);
		await stop();
		assert.deepEqual(await reasons({ sampleEvery: 2 }, [same(1), same(2), same(3)]), ['passed', 'sampled', 'passed']);
	});

	it('sends the last one after a quiet time', async () => {
		await start(flow({ debounceSeconds: '0.02' }));
		for (const payload of [1, 2, 3]) node('n').receive({ topic: 'same', payload });
		assert.equal((await message('passed')).payload, 3);
		assert.equal(messages('rest').length, 2);
	});

	it('collects a batch into one message', async () => {
		await start(flow({ batchCount: '2' }));
		node('n').receive({ topic: 'a', payload: 1 });
		node('n').receive({ topic: 'b', payload: 2 });
		const { payload, topic, batch } = await message('passed');
		assert.deepEqual(
			{ payload, topic, length: (batch as unknown[]).length },
			{ payload: [1, 2], topic: 'batch', length: 2 },
		);
	});

	it('counts in its status', async () => {
		await start(flow({ types: 'a' }));
		node('n').receive({ event: event('a') });
		assert.ok(await status('n', (text) => text.endsWith('status.counts')));
	});

	it('tells catch nodes of settings and messages that cannot be', async () => {
		await start(flow({ conditions: [{ path: 'a', operator: 'lt', value: 'x' }] }));
		node('n').receive({ payload: 1 });
		assert.equal(codeOf(await message('caught')), 'CONFIG_INVALID');
		await stop();
		await start(flow({ about: [{ dimension: 'mood', patterns: 'good' }] }));
		node('n').receive({ payload: 1 });
		assert.equal(codeOf(await message('caught')), 'CONFIG_INVALID');
		await stop();
		await start(flow({}));
		node('n').receive({ payload: 1, entity: { name: 'half' } });
		assert.equal(codeOf(await message('caught')), 'INPUT_INVALID');
	});
});
