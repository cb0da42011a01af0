import assert from 'node:assert/strict';
import { subjects } from '../../../../../src/dialects/unraid/entities';

/** What a server has one of. */
const singletons = new Set(
	(
		'server array parity flash mover zfs ups nut fans docker vms notifications os plugins registration hardware ' +
		'tuning diagnostics'
	).split(' '),
);

/** The natural key that a subject gives an item; DESIGN, section 2. */
function keyOf(name: string, item: object): string | undefined {
	const subject = subjects.find((each) => each.subject === name && each.key);
	assert.ok(subject?.key, name);
	return subject.key(item);
}

describe('natural keys', () => {
	it('are what a thing keeps over restart, rename and reorder', () => {
		assert.equal(keyOf('disk', { id: 'WD-1', name: 'disk1', device: 'sdb' }), 'WD-1');
		assert.equal(keyOf('container', { name: 'plex', id: 'aaaaaaaaaaaa' }), 'plex');
		assert.equal(keyOf('vm', { id: '1234', name: 'Windows 11' }), '1234');
		assert.equal(keyOf('share', { name: 'Photos', path: '/mnt/user/Photos' }), 'Photos');
		assert.equal(keyOf('network', { name: 'eth0', mac_address: '00:00:5e:00:53:01' }), 'eth0');
	});

	it('of a graphics processor is its uuid, else its PCI address, else its name', () => {
		const gpu = { uuid: 'GPU-1', pci_id: '01:00.0', name: 'RTX', index: 0 };
		assert.equal(keyOf('gpu', gpu), 'GPU-1');
		assert.equal(keyOf('gpu', { ...gpu, uuid: '' }), '01:00.0');
		assert.equal(keyOf('gpu', { ...gpu, uuid: null, pci_id: undefined }), 'RTX');
	});

	it('are missing where there is only one', () => {
		for (const { subject, key } of subjects) {
			assert.equal(key === undefined, singletons.has(subject), subject);
		}
	});
});
