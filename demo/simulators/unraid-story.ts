import type { Tower } from './unraid-tower';

/** What happens to the server by itself, in seconds of its life after the start of each round. */
export interface Story {
	/** Seconds of one round. */
	readonly length: number;
	readonly scenes: readonly { readonly at: number; readonly run: (tower: Tower, now: number) => void }[];
}

/** A round of twenty minutes in which everything that a user wants to see happens once. */
export const story: Story = {
	length: 1_200,
	scenes: [
		{ at: 20, run: (tower) => tower.parityCheck('start') },
		{ at: 60, run: (tower) => tower.setDiskStandby('disk3', true) },
		{
			at: 100,
			run: (tower) => {
				tower.extraLoad = 45;
			},
		},
		{
			at: 150,
			run: (tower, now) => {
				tower.ups('ONBATT');
				tower.notify('Unraid UPS', 'Alert [TOWER] - UPS on battery', 'alert', now);
			},
		},
		{ at: 220, run: (tower) => tower.container('sonarr').stop() },
		{
			at: 300,
			run: (tower) => {
				tower.extraLoad = 0;
			},
		},
		{ at: 360, run: (tower) => tower.container('sonarr').start() },
		{
			at: 440,
			run: (tower) => {
				tower.machine('Windows 11').state = 'paused';
			},
		},
		{
			at: 480,
			run: (tower, now) => {
				tower.ups('ONLINE');
				tower.notify('Unraid UPS', 'Notice [TOWER] - UPS on mains', 'normal', now);
			},
		},
		{ at: 540, run: (tower) => tower.container('backup').remove() },
		{ at: 600, run: (tower) => tower.setLink('eth1', false) },
		{
			at: 640,
			run: (tower) => {
				tower.machine('Windows 11').state = 'running';
			},
		},
		{ at: 700, run: (tower) => tower.setDiskStandby('disk3', false) },
		{ at: 760, run: (tower) => tower.setLink('eth1', true) },
		{ at: 840, run: (tower) => tower.recreate('backup') },
		{ at: 960, run: (tower) => tower.setDiskStatus('disk4', 'DISK_DSBL') },
		{ at: 1_080, run: (tower) => tower.setDiskStatus('disk4', 'DISK_OK') },
		{ at: 1_140, run: (tower) => tower.archiveNotices() },
	],
};
