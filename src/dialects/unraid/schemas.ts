import { z } from 'zod';
import type { Connection } from '../../model/description';
import type { Loose } from '../validate';
import { agentStream, collectorStateChange, sourceStatus } from './schemas/agent';
import { containerList, dockerNetworks, dockerUpdates } from './schemas/docker';
import { gpuMetrics, networkList, vmList } from './schemas/machines';
import { nutStatus, upsStatus } from './schemas/power';
import {
	actionRequested,
	collectors,
	diskThresholds,
	dockerSettings,
	flash,
	moverSettings,
	networkServices,
	parityHistory,
	paritySchedule,
	portConflicts,
	selfTest,
	services,
	updates,
	userScripts,
	vmSettings,
} from './schemas/rest';
import { fanControl, hardware, registration, system, tuning } from './schemas/server';
import { arrayStatus, diskList, shareList, unassignedDevices } from './schemas/storage';
import { mover, notifications, osUpdate, pluginUpdates } from './schemas/upkeep';
import { zfsArcStats, zfsDatasets, zfsPools, zfsSnapshots } from './schemas/zfs';

/**
 * The data of every event type: the nine of the 1.1.0 document, all topics of the current agent, and what only its REST interface has. Both generations' names of a
 * field stand in one schema. A field is required where every agent always sends it: document and agent, or, for types that
 * the document does not know, the agent. Ranges, words and nulls are the document's, widened to what the agent really sends.
 */
export const schemas = {
	system_update: system,
	array_status_update: arrayStatus,
	disk_list_update: diskList,
	share_list_update: shareList,
	container_list_update: containerList,
	vm_list_update: vmList,
	ups_status_update: upsStatus,
	nut_status_update: nutStatus,
	gpu_metrics_update: gpuMetrics,
	gpu_update: gpuMetrics,
	network_list_update: networkList,
	hardware_update: hardware,
	registration_update: registration,
	notifications_update: notifications,
	unassigned_devices_update: unassignedDevices,
	zfs_pools_update: zfsPools,
	zfs_datasets_update: zfsDatasets,
	zfs_snapshots_update: zfsSnapshots,
	zfs_arc_stats_update: zfsArcStats,
	fan_control_update: fanControl,
	tuning_update: tuning,
	docker_updates_update: dockerUpdates,
	docker_networks_update: dockerNetworks,
	plugin_updates_update: pluginUpdates,
	os_update_update: osUpdate,
	mover_update: mover,
	source_status_changed: sourceStatus,
	collector_state_change: collectorStateChange,
	agent_stream: agentStream,
	empty_list: z.array(z.never()),
	action_requested: actionRequested,
	flash,
	plugins: pluginUpdates,
	updates,
	parity_schedule: paritySchedule,
	parity_history: parityHistory,
	disk_thresholds: diskThresholds,
	mover_settings: moverSettings,
	docker_settings: dockerSettings,
	vm_settings: vmSettings,
	network_services: networkServices,
	services,
	user_scripts: userScripts,
	collectors,
	self_test: selfTest,
	port_conflicts: portConflicts,
};

/** The name of an event type of the agent. */
export type UnraidType = keyof typeof schemas;

/** The data of every event type as it is after lenient validation: any field may be missing or null. */
export type EventData = { readonly [T in UnraidType]: Loose<z.infer<(typeof schemas)[T]>> };

/** The newest data of every event type of one server, and its socket's state. */
export type UnraidWorld = { readonly [T in UnraidType]?: EventData[T] } & { readonly $connection?: Connection };
