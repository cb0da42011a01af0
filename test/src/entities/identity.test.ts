import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { entityPath, safeKey, uniqueId } from '../../../src/entities/identity';
import { limits } from '../../../src/model/limits';

const hash = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 6);

describe('identity', () => {
	it('leaves a key of [A-Za-z0-9-] as it is', () => {
		for (const key of ['plex', 'WD-WX12345', '0', 'a--b']) assert.equal(safeKey(key), key);
	});

	it('turns every other run into one dash and adds the hash of the raw key', () => {
		assert.equal(safeKey('Windows 11'), `Windows-11-${hash('Windows 11')}`);
		assert.equal(safeKey('a_._b'), `a-b-${hash('a_._b')}`);
		assert.equal(safeKey('#/+'), `--${hash('#/+')}`);
		assert.equal(safeKey('Größe 😀'), `Gr-e--${hash('Größe 😀')}`);
	});

	it('puts ids and paths together', () => {
		assert.equal(uniqueId('tower', 'server', null, 'cpu_usage'), 'tower_server_cpu_usage');
		assert.equal(uniqueId('tower', 'container', 'my app', 'cpu'), `tower_container_my-app-${hash('my app')}_cpu`);
		assert.equal(entityPath('tower', 'server', null, 'cpu_usage'), 'tower/server/cpu_usage');
		assert.equal(entityPath('tower', 'disk', 'WD-1', 'health'), 'tower/disk/WD-1/health');
	});

	it('bounds the length, and keeps long keys apart', () => {
		const long = 'x'.repeat(5000);
		assert.ok(safeKey(long).length <= limits.keyLength + 7);
		assert.notEqual(safeKey(`${long}a`), safeKey(`${long}b`));
	});

	it('is topic-safe for any key, the same every time, and different for different keys', () => {
		const key = fc.oneof(
			fc.string({ minLength: 1 }),
			fc.constantFrom('a b', 'a_b', 'a/b', 'a#b', 'a-b', '../..', '$SYS'),
		);
		fc.assert(
			fc.property(key, key, (a, b) => {
				assert.match(safeKey(a), /^[A-Za-z0-9-]+$/);
				assert.equal(safeKey(a), safeKey(a));
				if (a !== b) assert.notEqual(safeKey(a), safeKey(b));
			}),
			{ numRuns: 2000 },
		);
	});
});
