/**
 * A definition that works, to be changed into one's own: a machine that greets, is subscribed to and tells numbers, a list and
 * messages. `docs/custom.md` explains every option.
 */
export const template = {
	version: 1,
	title: 'My stream',
	url: 'ws://localhost:9000/stream',
	tokenIn: 'bearer',
	envelope: { type: 'type', time: 'time', data: 'data' },
	types: [
		{ name: 'status', title: 'Status', interval: 30 },
		{ name: 'disks', title: 'Disks', interval: 60, list: true },
		{ name: 'ping' },
	],
	rules: [{ type: 'alarm', all: ['severity', 'text'] }],
	open: { send: [{ type: 'hello' }] },
	subscribe: '{"type": "subscribe", "topics": types ? types : ["status", "disks", "alarm"]}',
	replies: [{ type: 'ping', send: { type: 'pong' } }],
	rows: [
		{
			event: 'status',
			subject: 'machine',
			row: 'load',
			name: 'Load',
			value: 'cpu.load',
			unit: '%',
			stateClass: 'measurement',
			precision: 1,
		},
		{
			event: 'status',
			subject: 'machine',
			row: 'door',
			name: 'Door',
			value: "door = 'open'",
			platform: 'binary_sensor',
			deviceClass: 'door',
		},
		{
			event: 'disks',
			subject: 'disk',
			row: 'temperature',
			name: '{label} temperature',
			items: '$',
			key: 'id',
			value: 'temp',
			unit: '°C',
			deviceClass: 'temperature',
			stateClass: 'measurement',
		},
		{
			event: 'alarm',
			subject: 'alarm',
			row: 'text',
			name: 'Last alarm',
			value: 'text',
			icon: 'mdi:alarm-light',
		},
	],
	device: { name: 'My machine' },
	dimensions: { severity: ['severity'] },
} as const;

/** A message that the template understands, to try it with. */
export const templateMessage = {
	type: 'status',
	time: '2026-01-31T12:00:00Z',
	data: { cpu: { load: 12.34 }, door: 'open' },
};
