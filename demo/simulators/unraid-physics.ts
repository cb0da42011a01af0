import type { Tower } from './unraid-tower';

/** Lets containers and machines work for some seconds: load, and what it moves. */
export function work(tower: Tower, seconds: number, random: () => number): void {
	let demand = 4 + tower.extraLoad + (tower.parity.status === 'running' ? 6 : 0);
	for (const container of tower.containers) {
		if (container.state !== 'running') continue;
		demand += container.load;
		container.uptime += seconds;
		container.received += Math.round(container.load * 3_000 * seconds * (0.5 + random()));
		container.sent += Math.round(container.load * 1_700 * seconds * (0.5 + random()));
	}
	for (const machine of tower.machines) {
		if (machine.state !== 'running') continue;
		demand += machine.cpus;
		machine.read += Math.round(110_000 * seconds * random());
		machine.written += Math.round(50_000 * seconds * random());
	}
	tower.cores.forEach((core, index) => {
		const target = Math.min(100, demand * (0.4 + 1.2 * random()));
		tower.cores[index] = core + (target - core) * toward(seconds, 6);
	});
	tower.gpu.utilization = Math.round(Math.min(100, tower.extraLoad * 1.2 + 8 * random()));
	for (const one of tower.interfaces) {
		if (!one.up) continue;
		one.received += Math.round(one.speed * 500 * seconds * (0.5 + random()));
		one.sent += Math.round(one.speed * 120 * seconds * (0.5 + random()));
	}
	for (const share of tower.shares) {
		if (share.name !== 'Media') continue;
		const written = Math.min(share.free, Math.round(90_000_000 * seconds * random()));
		share.used += written;
		share.free -= written;
		tower.disk('disk1').used = Math.min(tower.disk('disk1').size, tower.disk('disk1').used + written);
	}
}

/** Lets some seconds of heat pass: temperatures go to where load drives them, with the inertia of their mass; fans follow. */
export function heat(tower: Tower, seconds: number, random: () => number): void {
	tower.cpuTemperature += (36 + tower.load * 0.5 - tower.cpuTemperature) * toward(seconds, 25);
	tower.boardTemperature += (31 + tower.cpuTemperature * 0.09 - tower.boardTemperature) * toward(seconds, 120);
	tower.gpu.temperature += (38 + tower.gpu.utilization * 0.35 - tower.gpu.temperature) * toward(seconds, 40);
	for (const fan of tower.fans) {
		if (fan.mode === 'off') continue;
		if (fan.mode === 'automatic')
			fan.percent = Math.round(Math.min(100, Math.max(20, (tower.cpuTemperature - 30) * 3)));
		fan.rpm = Math.round(fan.percent * 22 + 20 * random());
	}
	const busy = tower.parity.status === 'running' ? 9 : 0;
	for (const disk of tower.disks) {
		if (disk.rest === null || disk.standby) continue;
		const target = disk.rest + (disk.role === 'cache' ? tower.load * 0.15 : busy);
		disk.temperature += (target - disk.temperature) * toward(seconds, 180);
		disk.readBytes += Math.round((busy > 0 ? 180_000_000 : 900_000) * seconds * (0.8 + 0.4 * random()));
		disk.writeBytes += Math.round(300_000 * seconds * random());
	}
}

/** How much of the way to its target something goes in `seconds`, with a time constant of `inertia` seconds. */
function toward(seconds: number, inertia: number): number {
	return 1 - Math.exp(-seconds / inertia);
}
