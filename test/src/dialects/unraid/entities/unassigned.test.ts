import assert from 'node:assert/strict';
import {
	remoteShare,
	unassignedDevice,
	unassignedPartition,
} from '../../../../../src/dialects/unraid/entities/unassigned';
import { readRows } from '../../../../support/entity-rows';

const device = {
	device: 'sdh',
	serial_number: 'NA8',
	status: 'mounted',
	spin_state: 'active',
	temperature_celsius: 33,
	partitions: [
		{
			partition_number: 1,
			label: 'Backup',
			size_bytes: 4000,
			used_bytes: 1000,
			free_bytes: 3000,
			status: 'mounted',
			filesystem: 'exfat',
		},
		{ partition_number: 2, size_bytes: 96, status: 'unmounted', filesystem: 'ntfs' },
	],
};
const world = (more: object = {}, shares: object[] | null = null) => ({
	unassigned_devices_update: { devices: [{ ...device, ...more }], remote_shares: shares },
});

describe('unassigned devices', () => {
	it('have a size and a mount state that the device itself does not send', () => {
		const rows = readRows([unassignedDevice], world());
		assert.deepEqual([rows['NA8.size']?.name, rows['NA8.size']?.state], ['Unassigned Device sdh Size', 4096]);
		assert.equal(rows['NA8.mounted']?.state, 'on');
		assert.equal(readRows([unassignedDevice], world({ status: 'unmounted' }))['NA8.mounted']?.state, 'off');
		assert.equal(readRows([unassignedDevice], world({ status: undefined }))['NA8.mounted']?.state, null);
	});

	it('keep their key when the kernel calls them otherwise', () => {
		const rows = readRows([unassignedDevice], world({ device: 'sdz' }));
		assert.equal(rows['NA8.size']?.name, 'Unassigned Device sdz Size');
		const unnamed = readRows([unassignedDevice], world({ serial_number: '', identification: 'Elements' }));
		assert.ok(unnamed['Elements.size']);
	});

	it('have no temperature while they sleep', () => {
		assert.equal(readRows([unassignedDevice], world())['NA8.temperature']?.state, 33);
		assert.equal(readRows([unassignedDevice], world({ temperature_celsius: 0 }))['NA8.temperature'], undefined);
	});

	it('show their mounted partitions', () => {
		const rows = readRows([unassignedPartition], world());
		assert.deepEqual(
			[rows['NA8-part1.usage']?.name, rows['NA8-part1.usage']?.state],
			['Unassigned Partition Backup Usage', 25],
		);
		assert.equal(rows['NA8-part2.usage'], undefined);
	});

	it('are none where the agent writes null for an empty list, and unknown before it came', () => {
		assert.deepEqual(unassignedDevice.items({ unassigned_devices_update: { devices: null } }), []);
		assert.equal(unassignedDevice.items({}), null);
	});
});

describe('remote shares', () => {
	const read = (share: object) => readRows([remoteShare], world({}, [{ source: '//nas/x', ...share }]));

	it('that are mounted and have no usage are empty; others are unknown', () => {
		const sizes = { size_bytes: 100, free_bytes: 100 };
		assert.equal(read({ status: 'mounted', ...sizes })['//nas/x.usage']?.state, 0);
		assert.equal(read({ status: 'mounted', usage_percent: 25 })['//nas/x.usage']?.state, 25);
		assert.equal(read({ status: 'unmounted', ...sizes })['//nas/x.usage']?.state, null);
	});

	it('name their server, whatever the protocol', () => {
		const server = (share: object) => read({ status: 'mounted', ...share })['//nas/x.mounted']?.attributes.server;
		assert.deepEqual([server({ smb_server: 'a' }), server({ nfs_server: 'b' }), server({})], ['a', 'b', undefined]);
	});
});
