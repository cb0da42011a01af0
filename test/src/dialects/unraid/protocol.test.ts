import assert from 'node:assert/strict';
import { UnraidSession, unwrap } from '../../../../src/dialects/unraid/protocol';

describe('unraid protocol: unwrap', () => {
	it('takes the envelope off', () => {
		const item = unwrap({ event: 'system_update', timestamp: '2026-09-14T08:30:00Z', data: { hostname: 'Tower' } });
		assert.deepEqual(item, {
			name: 'system_update',
			time: '2026-09-14T08:30:00Z',
			data: { hostname: 'Tower' },
			replayed: false,
			issues: [],
		});
	});

	it('takes bare data as it is', () => {
		for (const data of [{ hostname: 'Tower' }, [{ id: 1 }], [], {}, { data: 1 }, { event: 'x', collector: 'y' }]) {
			assert.deepEqual(unwrap(data), { name: null, time: null, data, replayed: false, issues: [] });
		}
	});

	it('says so when the envelope has no name, or a name or time that is no text', () => {
		const issues = (value: unknown) => unwrap(value).issues.map(({ path, code, severity }) => [path, code, severity]);
		assert.deepEqual(issues({ timestamp: '2026-09-14T08:30:00Z', data: {} }), [['event', 'missing', 'notice']]);
		assert.deepEqual(issues({ event: 7, data: {} }), [['event', 'type', 'notice']]);
		assert.deepEqual(issues({ event: 'update', timestamp: 7, data: {} }), [['timestamp', 'type', 'error']]);
		assert.deepEqual(issues({ event: 'update', timestamp: null, data: {} }), [['timestamp', 'type', 'error']]);
	});

	it('takes a frame that lost its data as one of its name, with null', () => {
		const item = unwrap({ event: 'vm_list_update', timestamp: '2026-09-14T08:30:00Z' });
		assert.equal(item.name, 'vm_list_update');
		assert.equal(item.data, null);
	});

	it('looks at no key of the prototype', () => {
		const value = Object.create({ event: 'system_update', data: {} });
		assert.deepEqual(unwrap(value), { name: null, time: null, data: value, replayed: false, issues: [] });
	});
});

describe('unraid protocol: session', () => {
	const link = () => {
		const calls: string[] = [];
		return {
			calls,
			send: (message: string | Uint8Array | object) => calls.push(`send ${message}`),
			ready: () => calls.push('ready'),
			refuse: () => calls.push('refuse'),
			lose: () => calls.push('lose'),
		};
	};

	it('is open at once, without a word', () => {
		const wire = link();
		new UnraidSession({}).opened(wire);
		assert.deepEqual(wire.calls, ['ready']);
	});

	it('always asks for `update` too, because collector_state_change goes out under that name', () => {
		const wire = link();
		const session = new UnraidSession({});
		session.subscribe(['system_update', 'ups_status_update'], wire);
		session.subscribe(['update'], wire);
		session.subscribe(null, wire);
		session.subscribe([], wire);
		assert.deepEqual(wire.calls, [
			'send {"subscribe":["system_update","ups_status_update","update"]}',
			'send {"subscribe":["update"]}',
			'send {"subscribe":[]}',
			// None of the stream's: an empty list would be all.
			'send {"subscribe":["update"]}',
		]);
	});

	it('asks for no more than the topics that the user chose', () => {
		const wire = link();
		const session = new UnraidSession({ subscription: ['ups_status_update', 'system_update'] });
		session.opened(wire);
		session.subscribe(['ups_status_update', 'disk_list_update'], wire);
		assert.deepEqual(wire.calls, [
			'ready',
			'send {"subscribe":["ups_status_update","system_update","update"]}',
			'send {"subscribe":["ups_status_update","update"]}',
		]);
	});

	it('decodes text and bytes alike', () => {
		const session = new UnraidSession({});
		assert.deepEqual(session.decode('{"a":1}\n'), { a: 1 });
		assert.deepEqual(session.decode(Buffer.from('xx{"a":"ü😀"}').subarray(2)), { a: 'ü😀' });
	});
});
