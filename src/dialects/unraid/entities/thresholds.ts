import type { DataOf, ItemOf } from './items';

type Disk = ItemOf<'disk_list_update'>;
type Settings = DataOf<'disk_thresholds'>;

/** A temperature at which a disk's owner wants to be told, and where it was set. */
export interface Threshold {
	readonly celsius: number;
	/** `disk`: for this disk; else for all disks of its kind. */
	readonly source: 'disk' | 'ssd' | 'hdd';
}

/** Both temperatures; what nobody has set is left out. */
export interface Thresholds {
	readonly warning?: Threshold;
	readonly critical?: Threshold;
}

/** Words in a model's name that make it an SSD. */
const ssdModel = /ssd|nvme|solid state|\bwds/i;

/** What a disk is made of. */
export type DiskKind = 'hdd' | 'ssd' | 'nvme';

/** What the disk is, for people and rules: the server's levels know only HDD and SSD. */
export function kindOf(disk: Disk): DiskKind {
	if (/nvme/i.test(disk.device ?? '') || /nvme/i.test(disk.model ?? '')) return 'nvme';
	return isSsd(disk) ? 'ssd' : 'hdd';
}

/** Whether the disk has no moving parts, by the integration's own rule. */
function isSsd({ device, model, smart_attributes: smart }: Disk): boolean {
	if (/nvme/i.test(device ?? '') || ssdModel.test(model ?? '')) return true;
	return smart?.rotation_rate?.raw_value === '0';
}

function threshold(own: number | null | undefined, kind: 'ssd' | 'hdd', all: number | null | undefined) {
	// 0 stands for "not set".
	if (own) return { celsius: own, source: 'disk' } as const;
	return all ? { celsius: all, source: kind } : undefined;
}

/** The thresholds of a disk: its own, else those of its kind. */
export function thresholdsOf(disk: Disk, settings: Settings | undefined): Thresholds {
	const kind = isSsd(disk) ? 'ssd' : 'hdd';
	const warning = threshold(disk.temp_warning_celsius, kind, settings?.[`${kind}_temp_warning_celsius`]);
	const critical = threshold(disk.temp_critical_celsius, kind, settings?.[`${kind}_temp_critical_celsius`]);
	return { ...(warning && { warning }), ...(critical && { critical }) };
}
