import type { Subject } from '../../../model/description';
import { array } from './array';
import { container, docker } from './container';
import { controls } from './controls';
import { collector, diagnostics, portConflicts } from './diagnostics';
import { disk } from './disk';
import { dockerNetwork, dockerNetworks } from './docker-networks';
import { flash } from './flash';
import { gpu } from './gpu';
import { hardware } from './hardware';
import { network } from './network';
import { notifications } from './notifications';
import { nut } from './nut';
import { parityHistory, paritySchedule } from './parity-checks';
import { registration } from './registration';
import { fan, fanControl, filesystems, server } from './server';
import { dockerService, networkService, vmService } from './services';
import { share } from './share';
import { status } from './status';
import { system, temperatures } from './system';
import { tuning } from './tuning';
import { remoteShare, unassignedDevice, unassignedPartition } from './unassigned';
import { containerUpdates, mover, plugins, release } from './upkeep';
import { ups } from './ups';
import { vm, vms } from './vm';
import { zfs, zfsArc, zfsDataset, zfsPool, zfsSnapshots } from './zfs';

/** All entity descriptions of the Unraid dialect, in the order in which people look for them. */
export const subjects: readonly Subject[] = [
	server,
	status,
	system,
	filesystems,
	temperatures,
	array,
	paritySchedule,
	parityHistory,
	disk,
	flash,
	unassignedDevice,
	unassignedPartition,
	remoteShare,
	share,
	mover,
	zfs,
	zfsPool,
	zfsDataset,
	zfsSnapshots,
	zfsArc,
	ups,
	nut,
	gpu,
	fan,
	fanControl,
	network,
	networkService,
	docker,
	dockerService,
	containerUpdates,
	dockerNetworks,
	portConflicts,
	container,
	dockerNetwork,
	vms,
	vmService,
	vm,
	notifications,
	release,
	plugins,
	registration,
	hardware,
	tuning,
	diagnostics,
	collector,
	...controls,
];
