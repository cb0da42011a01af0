import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { brokenGzip, encode } from '../../../../demo/simulators/autosdlc-encoding';
import { decode } from '../../../../src/dialects/autosdlc/compression';
import { unwrap } from '../../../../src/dialects/autosdlc/envelope';
import { identify } from '../../../../src/dialects/autosdlc/identify';
import { AgentStreamError } from '../../../../src/model/errors';
import { limits } from '../../../../src/model/limits';
import { frames } from './support';

const faulty = (frame: string | Uint8Array, detail: string) =>
	assert.throws(
		() => decode(frame),
		(thrown) => thrown instanceof AgentStreamError && thrown.code === 'FRAME_INVALID' && thrown.detail === detail,
		detail,
	);

const packed = (text: string) =>
	JSON.stringify({
		id: 'x',
		type: 'agent_log',
		timestamp: 1,
		data: gzipSync(text).toString('base64'),
		metadata: { version: '1.0', compressed: true },
	});

describe('autosdlc: decoding', () => {
	it('reads text, bytes, gzip and packed data as the same', () => {
		for (const frame of [...frames('document'), ...frames('messages')]) {
			const value = JSON.parse(frame) as { data: object; metadata?: object };
			assert.deepEqual(decode(frame), value);
			assert.deepEqual(decode(Buffer.from(frame)), value);
			assert.deepEqual(decode(gzipSync(frame)), value);
			const { data, metadata } = value;
			const parcel = { ...value, data: gzipSync(JSON.stringify(data)).toString('base64') };
			const flagged = { ...parcel, metadata: { ...metadata, compressed: true } };
			for (const each of [JSON.stringify(flagged), gzipSync(JSON.stringify(flagged))]) {
				assert.deepEqual(decode(each), { ...value, metadata: { ...metadata, compressed: true } });
			}
		}
	});

	it('reads any data back, however it was packed', () => {
		fc.assert(
			fc.property(
				fc.dictionary(fc.string(), fc.jsonValue()),
				fc.constantFrom('none' as const, 'binary' as const, 'data' as const),
				fc.string({ maxLength: 2_000 }),
				(data, compression, filling) => {
					const message = { id: 'x', type: 'agent_log', timestamp: 1, data: { ...data, filling } };
					const value = decode(encode(message, compression)) as typeof message;
					assert.equal(JSON.stringify(value.data), JSON.stringify(message.data));
				},
			),
			{ numRuns: 100 },
		);
	});

	it('takes data as it is where it is no text, or nobody says that it is packed', () => {
		const flagged = {
			id: 'x',
			type: 'ping',
			timestamp: 1,
			data: { a: 1 },
			metadata: { version: '1', compressed: true },
		};
		assert.deepEqual(decode(JSON.stringify(flagged)), flagged);
		const plain = { id: 'x', type: 'ping', timestamp: 1, data: 'H4sI' };
		assert.deepEqual(decode(JSON.stringify(plain)), plain);
	});

	it('refuses what unpacks to more than a frame may have, alone or many in one frame', () => {
		const bomb = brokenGzip.bomb();
		const dataBomb = brokenGzip.data_bomb();
		for (let round = 0; round < 20; round += 1) faulty(bomb, 'too_large');
		faulty(dataBomb, 'too_large');
		faulty(gzipSync(dataBomb), 'too_large');
		const half = packed(JSON.stringify({ text: 'x'.repeat(limits.frameSize / 2) }));
		const batch = `[${Array.from({ length: 500 }, () => half).join()}]`;
		assert.ok(batch.length < limits.frameSize);
		const lost = unwrap(decode(batch)).filter(({ data }) => data === null);
		assert.ok(lost.every(({ issues }) => issues.some(({ code }) => code === 'too_large')));
		assert.equal(lost.length, 499);
		faulty(Buffer.concat(Array.from({ length: 40 }, () => gzipSync(Buffer.alloc(100_000, 0x20)))), 'too_large');
	});

	it('takes what unpacks to exactly the limit', () => {
		const data = JSON.stringify({ text: 'x'.repeat(limits.frameSize - 11) });
		assert.equal(data.length, limits.frameSize);
		assert.equal(JSON.stringify((decode(packed(data)) as { data: object }).data), data);
		faulty(packed(`${data} `), 'too_large');
		faulty(gzipSync(`${data} `), 'too_large');
	});

	it('refuses broken compression', () => {
		faulty(brokenGzip.cut(), 'compression');
		faulty(brokenGzip.not_json(), 'not_json');
		faulty(Buffer.from([0x1f, 0x8b]), 'compression');
		faulty(packed('not json'), 'not_json');
		faulty(packed('5'), 'scalar');
		faulty(packed('{}').replace('H4sI', 'AAAA'), 'compression');
		faulty(gzipSync(''), 'empty');
		faulty(Buffer.alloc(limits.frameSize + 1, 0x1f), 'too_large');
	});

	it('survives any bytes', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, gzip) => {
				const frame = gzip ? Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), bytes]) : bytes;
				try {
					decode(frame);
				} catch (thrown) {
					assert.ok(thrown instanceof AgentStreamError && thrown.code === 'FRAME_INVALID');
				}
			}),
		);
	});
});

describe('autosdlc: the envelope', () => {
	const one = (value: unknown) => {
		const [item, ...more] = unwrap(value);
		assert.deepEqual(more, []);
		assert.ok(item);
		return item;
	};
	const codes = (value: unknown) => one(value).issues.map(({ path, code, severity }) => `${path} ${code} ${severity}`);

	it('is taken off; what of it matters later goes along with the data', () => {
		const metadata = { version: '1.0', source: 'ws-1', correlationId: 'c', compressed: false };
		const item = one({ id: 'e', type: 'agent_log', timestamp: 7, data: { level: 'info' }, metadata });
		assert.deepEqual(item, {
			name: 'agent_log',
			time: 7,
			data: { level: 'info', envelope: { id: 'e', correlationId: 'c', source: 'ws-1', version: '1.0' } },
			replayed: false,
			issues: [],
		});
	});

	it('may lack its parts', () => {
		assert.deepEqual(codes({ type: 'ping' }), ['id missing notice', 'timestamp missing notice']);
		assert.deepEqual(one({ type: 'ping' }).data, { envelope: {} });
		assert.deepEqual(codes({ id: 1, type: 'ping', timestamp: 'now', data: {} }), [
			'id type notice',
			'timestamp type error',
		]);
		assert.deepEqual(one({ type: 'ping', data: [1] }).data, [1]);
	});

	it('may come as a list', () => {
		const names = unwrap([{ type: 'ping' }, 5, { type: 'pong' }]).map(({ name }) => name);
		assert.deepEqual(names, ['ping', null, 'pong']);
		assert.equal(unwrap([]).length, 1);
	});

	it('is unpacked where something else has parsed the frame', () => {
		assert.deepEqual(one(JSON.parse(packed('{"level":"info"}'))).data, {
			level: 'info',
			envelope: { id: 'x', version: '1.0' },
		});
		assert.deepEqual(codes(JSON.parse(packed('no'))), ['data not_json error']);
	});

	it('of one message of a list may be broken: the others are read', () => {
		const fine = { id: 'a', type: 'agent_status', timestamp: 1, data: { agentId: 'a', status: 'busy' } };
		const broken = { ...JSON.parse(packed('{}')), data: 'H4sIbroken' };
		const items = unwrap(decode(JSON.stringify([fine, broken, fine])));
		assert.deepEqual(
			items.map(({ name, data, issues }) => [name, data === null, issues.map(({ code }) => code)]),
			[
				['agent_status', false, []],
				['agent_log', true, ['compression']],
				['agent_status', false, []],
			],
		);
	});

	it('is survived, whatever it is', () => {
		fc.assert(
			fc.property(fc.anything(), (value) => {
				const items = unwrap(value);
				assert.ok(items.length > 0);
				for (const item of items) assert.equal(typeof identify(item).type, 'string');
			}),
		);
	});

	it('names nothing that only we say', () => {
		const typeOf = (type: string) => identify(one({ id: 'x', type, timestamp: 1, data: {} }));
		assert.equal(typeOf('agents').type, 'unknown');
		assert.equal(typeOf('totals').type, 'unknown');
		assert.equal(typeOf('constructor').type, 'unknown');
		assert.equal(typeOf('agent_paused').issues?.[0]?.code, 'unknown_name');
		assert.deepEqual(typeOf('agent_log'), { type: 'agent_log', by: 'name' });
		assert.deepEqual(identify(one({ agentId: 'x' })), { type: 'unknown', by: 'structure' });
	});
});
