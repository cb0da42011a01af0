import { type AlertRule, type AlertRuleInput, alertRulesSchema } from '../../model/alert';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

type Levels = Extract<AlertRuleInput['condition'], { kind: 'above' }>['levels'];

const warningAt = (warning: number, critical: number): Levels => [
	{ severity: 'warning', value: warning },
	{ severity: 'critical', value: critical },
];

const nearlyFull = (id: string, name: string, entities: AlertRuleInput['entities']): AlertRuleInput => ({
	id,
	name,
	entities,
	condition: { kind: 'above', levels: warningAt(90, 95), hysteresis: 2 },
	raiseFor: 5 * minute,
});

const hot = (
	id: string,
	name: string,
	entities: AlertRuleInput['entities'],
	[warning, critical]: readonly [warning: number, critical: number],
): AlertRuleInput => ({
	id,
	name,
	entities,
	// A processor is hot for seconds whenever it works.
	condition: { kind: 'above', levels: warningAt(warning, critical), hysteresis: 5 },
	raiseFor: minute,
	clearFor: minute,
});

/**
 * As in the integration's repairs: the disk's own level, else the server's for disks of its kind (both in the attributes); and where nobody has
 * set one Unraid's defaults, for which the integration has none.
 */
const hotDisk = (kind: string, name: string, [warning, critical]: readonly [number, number]): AlertRuleInput => ({
	id: `disk-temperature-${kind}`,
	name: `${name} temperature`,
	entities: { subjects: ['disk'], rows: ['temperature'], attribute: { name: 'kind', values: [kind] } },
	condition: {
		kind: 'above',
		levels: [
			{ severity: 'warning', attribute: { name: 'warning_celsius', from: 'warning_source' }, value: warning },
			{ severity: 'critical', attribute: { name: 'critical_celsius', from: 'critical_source' }, value: critical },
		],
		hysteresis: 2,
	},
});

/** States of a UPS that do not say where its power comes from. */
const upsUntold = ['comm_lost', 'unknown', 'off', 'testing'];

/**
 * Rules that a server's owner usually wants. Levels: those of the repairs that the agent's Home Assistant integration shows where it has one,
 * else Unraid's own defaults. A short time on battery is normal, a low battery is not.
 */
const rules: readonly AlertRuleInput[] = [
	{
		id: 'agent-silent',
		name: 'Agent silent',
		// What every server sends, and most often: the other types may be switched off.
		entities: { subjects: ['server'], rows: ['cpu_usage', 'system_status'] },
		condition: { kind: 'no_data', severity: 'critical', per: 'endpoint' },
		// A connection that comes and goes is one outage.
		clearFor: minute,
		text: 'Nothing comes from {device} ({endpoint}) since {since}: {value}',
		clearText: '{device} ({endpoint}) is heard again after {duration}',
	},
	hot('cpu-temperature', 'CPU temperature', { subjects: ['server'], rows: ['cpu_temperature'] }, [80, 90]),
	hot(
		'motherboard-temperature',
		'Motherboard temperature',
		{ subjects: ['server'], rows: ['motherboard_temperature'] },
		[60, 70],
	),
	hot('gpu-temperature', 'GPU temperature', { subjects: ['gpu'], rows: ['temperature'] }, [85, 95]),
	hotDisk('hdd', 'Hard disk', [45, 55]),
	hotDisk('ssd', 'SSD', [60, 70]),
	hotDisk('nvme', 'NVMe', [60, 70]),
	{
		id: 'fan-stopped',
		name: 'Fan stopped',
		entities: { subjects: ['fan'], rows: ['speed'] },
		// A fan that never turned is none: the board lists empty plugs too.
		condition: { kind: 'changes_to', states: ['0'] },
		raiseFor: minute,
		text: '{name} has stopped, {device}',
		clearText: '{name} turns again ({value} {unit}), {device}',
	},
	{
		id: 'array-not-started',
		name: 'Array not started',
		entities: { subjects: ['array'], rows: ['started'] },
		condition: { kind: 'boolean', on: false },
		// Starting takes a while.
		raiseFor: 5 * minute,
		text: 'The array of {device} is not started',
		clearText: 'The array of {device} is started again',
	},
	{
		id: 'disk-disabled',
		name: 'Disk disabled',
		entities: { subjects: ['disk'], rows: ['status'] },
		condition: {
			kind: 'is',
			severity: 'critical',
			states: ['DISK_DSBL', 'DISK_INVALID', 'DISK_WRONG', 'DISK_DSBL_NEW'],
		},
	},
	{
		id: 'disk-missing',
		name: 'Disk missing',
		entities: { subjects: ['disk'], rows: ['status'] },
		// DISK_NP alone is an empty slot.
		condition: { kind: 'is', severity: 'critical', states: ['DISK_NP_DSBL', 'DISK_NP_MISSING'] },
	},
	{
		id: 'disk-vanished',
		name: 'Disk vanished',
		entities: { subjects: ['disk'], rows: ['status'] },
		condition: { kind: 'vanished', severity: 'critical' },
		raiseFor: minute,
	},
	{
		id: 'disk-smart-failed',
		name: 'SMART failed',
		entities: { subjects: ['disk'], rows: ['health'] },
		// Only SMART itself can take its verdict back: UNKNOWN (after every standby), the array's DISK_OK and whatever else is said is none.
		condition: {
			kind: 'jsonata',
			severity: 'critical',
			expression: 'state in ["FAILED", "FAILED!"] ? true : state in ["PASSED", "OK"] ? false : null',
		},
	},
	{
		id: 'disk-errors',
		name: 'New disk errors',
		entities: { subjects: ['disk'], rows: ['smart_errors'] },
		// The integration tells of any error there is; here those from before are told once, and then whenever there are more.
		condition: { kind: 'increases', by: 1, from: 0 },
		clearFor: 24 * hour,
	},
	{
		id: 'parity-invalid',
		name: 'Parity invalid',
		// On means that there is a problem.
		entities: { subjects: ['array'], rows: ['parity_valid'] },
		condition: { kind: 'boolean', severity: 'critical' },
		text: 'The parity of {device} is not valid',
		clearText: 'The parity of {device} is valid again',
	},
	{
		id: 'parity-errors',
		name: 'Parity errors',
		entities: { subjects: ['parity'], rows: ['last_errors'] },
		condition: { kind: 'above', levels: [{ severity: 'critical', value: 1 }] },
		text: 'The last parity check of {device} found {value} errors',
		clearText: 'The last parity check of {device} found no errors',
	},
	nearlyFull('share-full', 'Share nearly full', { subjects: ['share'], rows: ['usage'] }),
	nearlyFull('disk-full', 'Disk nearly full', {
		subjects: ['disk'],
		rows: ['usage'],
		attribute: { name: 'role', values: ['!cache', '!pool'] },
	}),
	nearlyFull('cache-full', 'Cache nearly full', {
		subjects: ['disk'],
		rows: ['usage'],
		attribute: { name: 'role', values: ['cache', 'pool'] },
	}),
	{
		id: 'ups-on-battery',
		name: 'UPS on battery',
		entities: { subjects: ['ups'], rows: ['status'] },
		condition: { kind: 'is', states: ['on_battery', 'low_battery'], unknown: upsUntold },
		raiseFor: 30 * second,
		clearFor: 30 * second,
		text: '{device} runs on battery',
		clearText: '{device} has mains power again after {duration}',
	},
	{
		id: 'ups-low-battery',
		name: 'UPS battery low',
		entities: { subjects: ['ups'], rows: ['status'] },
		condition: { kind: 'is', severity: 'critical', states: ['low_battery'], unknown: upsUntold },
		text: '{device} runs on battery, and the battery is low',
		clearText: '{device}: the battery is low no more ({value})',
	},
	{
		id: 'ups-runtime',
		name: 'UPS runtime short',
		// Where the UPS estimates none it says 0.
		entities: { subjects: ['ups'], rows: ['runtime'], attribute: { name: 'estimated', values: ['true'] } },
		condition: { kind: 'below', levels: [{ value: 5 }], hysteresis: 1 },
		// With the mains there may be no estimate any more.
		clearText: '{name} is short no more after {duration}[ (worst {peak} {unit})], {device}',
	},
	{
		id: 'ups-replace-battery',
		name: 'UPS battery to be replaced',
		entities: { subjects: ['ups'], rows: ['replace_battery'] },
		condition: { kind: 'boolean' },
		// Some report it for a moment after a self-test.
		raiseFor: 10 * minute,
		text: '{device}: the battery of the UPS must be replaced',
		clearText: '{device}: the battery of the UPS is good again',
	},
	{
		id: 'ups-communication-lost',
		name: 'UPS communication lost',
		entities: { subjects: ['ups'], rows: ['connected'] },
		condition: { kind: 'boolean', on: false },
		raiseFor: 30 * second,
		text: '{device}: the UPS does not answer',
		clearText: '{device}: the UPS answers again',
	},
	{
		// The agent sends nothing at all for a UPS that is gone: its last "online" must not stand for health.
		id: 'ups-silent',
		name: 'UPS silent',
		entities: { subjects: ['ups'], rows: ['status'] },
		condition: { kind: 'no_data', per: 'type' },
		raiseFor: 30 * second,
		text: '{device}: no data from the UPS since {since}',
		clearText: '{device}: data from the UPS again after {duration}',
	},
	{
		id: 'container-stopped',
		name: 'Container stopped',
		entities: { subjects: ['container'], rows: ['state'] },
		// An update stops and starts it.
		condition: { kind: 'changes_from', states: ['running'] },
		raiseFor: minute,
		text: '{name} is {value} and no longer running, {device}',
	},
	{
		id: 'container-unhealthy',
		name: 'Container unhealthy',
		entities: { subjects: ['container'], rows: ['state'] },
		// It may be running and say nothing: it starts, or stands still. What stopped is no longer unhealthy, and another rule's business.
		condition: {
			kind: 'jsonata',
			expression:
				'state = null ? null : attributes.health = "unhealthy" ? true : attributes.health in ["healthy", "none"] or state in ["exited", "dead", "created"] ? false : null',
		},
		raiseFor: minute,
		text: '{name} is {value} and {attribute.health}, {device}',
		clearText: '{name} is {value}[ (health {attribute.health})] after {duration}, {device}',
	},
	{
		id: 'vm-crashed',
		name: 'VM crashed',
		entities: { subjects: ['vm'], rows: ['state'] },
		condition: { kind: 'is', severity: 'critical', states: ['crashed'] },
	},
];

/** The alert presets of the Unraid dialect. */
export const alerts: readonly AlertRule[] = alertRulesSchema.parse(rules);
