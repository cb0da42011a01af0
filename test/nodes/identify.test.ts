import assert from 'node:assert/strict';
import type { NodeMessage } from 'node-red';
import { liveFrame } from './support/fixtures';
import { codeOf, message, messages, node, start, status, stop } from './support/flow';

const flow = (settings: object) => [
	{
		id: 'n',
		type: 'agent-stream-identify',
		wires: [['good'], ['bad']],
		source: 'tower',
		dialect: 'unraid',
		...settings,
	},
	{ id: 'good', type: 'helper' },
	{ id: 'bad', type: 'helper' },
];

const ups = liveFrame('ups_status_update');
const disturbed = ups.replace(/"battery_charge_percent":[\d.]+/, '"battery_charge_percent":"full"');

describe('agent-stream-identify', () => {
	afterEach(stop);

	it('names and validates text, bytes and objects alike', async () => {
		await start(flow({}));
		for (const payload of [ups, Buffer.from(ups), JSON.parse(ups)]) node('n').receive({ payload, keep: 'me' });
		await message('good', () => messages('good').length === 3);
		for (const { topic, payload, event, keep } of messages('good')) {
			assert.equal(topic, 'tower/ups_status_update');
			assert.equal(keep, 'me');
			assert.deepEqual(payload, JSON.parse(ups).data);
			const { by, dialect, source, valid } = event as { by: string; dialect: string; source: string; valid: boolean };
			assert.deepEqual({ by, dialect, source, valid }, { by: 'name', dialect: 'unraid', source: 'tower', valid: true });
		}
		assert.deepEqual(messages('bad'), []);
	});

	it('sends each event on the message that brought it, also while the protocol is not told', async () => {
		await start(flow({ dialect: 'auto' }));
		for (const [tag, payload] of ['{"a":', '7', ups].entries()) node('n').receive({ payload, tag } as NodeMessage);
		const good = (await message('good')) as NodeMessage & { tag: number };
		assert.equal(good.tag, 2);
		await message('bad', () => messages('bad').length === 2);
		assert.deepEqual(
			messages('bad').map((one) => (one as NodeMessage & { tag: number }).tag),
			[0, 1],
		);
	});

	it('lets the rest of an event with a wrong field go on, and reports the field', async () => {
		assert.notEqual(disturbed, ups);
		await start(flow({}));
		node('n').receive({ payload: disturbed });
		const good = await message('good');
		const bad = await message('bad');
		assert.ok(!('battery_charge_percent' in (good.payload as object)));
		const issues = bad.payload as { path: string; severity: string }[];
		assert.ok(issues.some(({ path, severity }) => path.includes('battery_charge_percent') && severity === 'error'));
	});

	it('rejects the same event when strict, also one that was identified before', async () => {
		await start(flow({ strict: true }));
		node('n').receive({ payload: disturbed });
		const { event } = await message('bad');
		assert.equal((event as { rejected: boolean }).rejected, true);
		node('n').receive({ event: { ...(event as object), rejected: false, valid: false }, payload: {} });
		await message('bad', () => messages('bad').length === 2);
		assert.deepEqual(messages('good'), []);
	});

	it('reports what is no event on the second output, and goes on', async () => {
		await start(flow({}));
		const nested = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
		const inputs = [
			'{"event":',
			'',
			'NaN',
			'"text"',
			null,
			undefined,
			7,
			nested,
			'{"__proto__":{"x":1}}',
			`"${'x'.repeat(2_000_000)}"`,
		];
		for (const payload of inputs) node('n').receive({ payload });
		await message('bad', () => messages('bad').length === inputs.length);
		for (const { event, payload } of messages('bad')) {
			assert.ok(['invalid', 'unknown'].includes((event as { type: string }).type));
			assert.ok((payload as unknown[]).length > 0);
		}
		node('n').receive({ payload: ups });
		await message('good');
	});

	it('recognises the protocol from the first messages', async () => {
		await start(flow({ dialect: 'auto' }));
		node('n').receive({ payload: ups });
		assert.equal((await message('good')).topic, 'tower/ups_status_update');
	});

	it('tells catch nodes of a msg.event that is none', async () => {
		await start(flow({}));
		node('n').receive({ payload: 1, event: { type: 7 } });
		assert.equal(codeOf(await message('caught')), 'INPUT_INVALID');
	});

	it('says what is wrong with its settings, and refuses input', async () => {
		await start(flow({ dialect: 'klingon' }));
		const { fill } = await status('n', (text) => text.endsWith('errors.CONFIG_INVALID'));
		assert.equal(fill, 'red');
		node('n').receive({ payload: ups });
		assert.equal(codeOf(await message('caught')), 'CONFIG_INVALID');
	});
});
