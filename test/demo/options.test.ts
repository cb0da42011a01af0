import assert from 'node:assert/strict';
import { readOptions } from '../../demo/options';
import { firstFree } from '../../demo/ports';

describe('demo options', () => {
	it('are all optional', () => {
		assert.deepEqual(readOptions([]), {
			only: ['unraid', 'claude-code', 'autosdlc', 'agents-api', 'aios', 'custom'],
			endpoint: null,
			recording: null,
			broker: null,
			port: 1_880,
			open: true,
			help: false,
		});
	});

	it('take real parts, a port and no browser', () => {
		const args = ['--endpoint', 'ws://tower:8043/api/v1/ws', '--broker', 'mqtt://u:p@broker', '--port=0', '--no-open'];
		assert.deepEqual(readOptions(args), {
			only: ['unraid'],
			recording: null,
			endpoint: 'ws://tower:8043/api/v1/ws',
			broker: 'mqtt://u:p@broker',
			port: 0,
			open: false,
			help: false,
		});
	});

	it('takes a recording for the simulator, and none beside a real agent', () => {
		assert.equal(readOptions(['--recording', 'night.jsonl']).recording, 'night.jsonl');
		assert.throws(
			() => readOptions(['--recording', 'night.jsonl', '--endpoint', 'ws://tower/']),
			/leave --endpoint out/,
		);
	});

	it('show some of the protocols alone', () => {
		assert.deepEqual(readOptions(['--only', 'aios, unraid']).only, ['unraid', 'aios']);
		assert.deepEqual(readOptions(['--endpoint', 'ws://tower/', '--only', 'unraid,custom']).only, ['unraid', 'custom']);
		assert.throws(() => readOptions(['--only', 'unraid,aos']), /knows no aos, but unraid, claude-code/);
		assert.throws(() => readOptions(['--only', 'aios', '--endpoint', 'ws://tower/']), /are for unraid/);
	});

	it('are refused where they make no sense', () => {
		for (const args of [
			['--endpoint', 'http://tower'],
			['--endpoint', 'tower'],
			['--broker', 'tower:1883'],
			['--port', '65536'],
			['--port', 'x'],
			['--prot', '1'],
			['more'],
		]) {
			assert.throws(() => readOptions(args), Error, args.join(' '));
		}
	});
});

describe('firstFree', () => {
	it('goes on to the next port where one is taken, and no further for another reason', async () => {
		const taken = Object.assign(new Error('taken'), { code: 'EADDRINUSE' });
		const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
		const tried: number[] = [];
		const listen = async (port: number): Promise<void> => {
			tried.push(port);
			if (port < 1_885) throw taken;
		};
		assert.equal(await firstFree(1_883, listen), 1_885);
		assert.deepEqual(tried, [1_883, 1_884, 1_885]);
		await assert.rejects(
			firstFree(80, () => Promise.reject(denied)),
			denied,
		);
		await assert.rejects(
			firstFree(1, () => Promise.reject(taken)),
			taken,
		);
	});
});
