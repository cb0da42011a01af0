import type { Device, Entity, EntityChange } from '../src/model/entity';
import { Pipeline } from '../src/pipeline';
import { flag, withDefault } from './arguments';
import { command } from './command';
import { FileReader } from './input';
import { say } from './io';
import { chosenDialect, dialectOptions, idOption } from './options';

/** `agent-stream entities`: the entities that the frames of a file make. */
export const entities = command(
	{
		name: 'entities',
		about: 'Feeds all frames of a file or of standard input, and prints the entities that they make as a JSON array',
		argument: '[FILE|-]',
		options: {
			id: withDefault(idOption(), 'local'),
			...dialectOptions(),
			changes: flag('print every change as a line of JSON instead'),
		},
	},
	async ({ values, argument }, io, output) => {
		const { id, changes } = values;
		const dialect = chosenDialect(values);
		const reader = new FileReader({ file: argument, source: id, dialect, strict: false }, io);
		let changed: readonly EntityChange[] = [];
		const pipeline = new Pipeline({
			source: id,
			dialect,
			clock: reader.clock,
			report: (error) => say(io, `warning: ${error.code}: ${error.message}`),
			changed: (changes) => {
				changed = changes;
			},
		});
		for await (const { n, event } of reader.events()) {
			changed = [];
			pipeline.event(event);
			await pipeline.idle();
			if (changes) for (const change of changed) await output.json(printedChange(n, change));
		}
		if (changes) return;
		const all = pipeline.entities().map((entity) => JSON.stringify(printedEntity(entity)));
		await output.write(all.length === 0 ? '[]\n' : `[\n${all.join(',\n')}\n]\n`);
	},
);

function printedEntity(entity: Entity): object {
	const { unique_id, platform, subject, key, row, name, state, attributes, unit_of_measurement, device_class } = entity;
	const { state_class, entity_category, options, enabled_by_default, available } = entity;
	return {
		unique_id,
		platform,
		subject,
		key,
		row,
		name,
		state,
		attributes,
		unit_of_measurement,
		device_class,
		state_class,
		entity_category,
		options,
		enabled_by_default,
		available,
		device: printedDevice(entity.device),
	};
}

function printedDevice(device: Device): object {
	const { identifiers, name, manufacturer = null, model = null, sw_version = null, via_device = null } = device;
	return { identifiers, name, manufacturer, model, sw_version, via_device };
}

function printedChange(n: number, { kind, entity, previous = null }: EntityChange): object {
	const { unique_id, state, attributes, available } = entity;
	return { n, kind, unique_id, state, previous, attributes, available };
}
