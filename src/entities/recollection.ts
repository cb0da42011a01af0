import { z } from 'zod';
import type { Memory } from '../model/description';
import { deviceSchema } from '../model/entity';
import { isFields } from '../model/fields';
import { limits } from '../model/limits';
import { dropOldest } from '../model/oldest';
import type { Cell } from './registry';

/**
 * What must outlast a restart, by unique id: totals and baselines of stateful rows, and (as `{}`) which entities there were whose rows
 * ask for something special of their item. Under `$device` the server's device as it last told it, under `$dialect` the name of its protocol. JSON.
 */
export type SavedMemory = { readonly [uniqueId: string]: Memory };

const memorySchema = z.record(z.string(), z.union([z.number(), z.string(), z.null()]));
/** See {@link SavedMemory}. */
export const savedMemorySchema = z.record(z.string(), memorySchema);

/** What an earlier run saved, from wherever it was kept: what is damaged is left out, never the rest. */
export function readMemory(value: unknown): SavedMemory {
	const found = isFields(value) ? Object.entries(value) : [];
	return Object.fromEntries(
		found.flatMap(([id, memory]) => {
			const { data } = memorySchema.safeParse(memory);
			return data ? [[id, data]] : [];
		}),
	);
}

const toldSchema = deviceSchema.omit({ identifiers: true });
/** A device without what we call it by. */
type Told = z.output<typeof toldSchema>;

/** What is remembered of entities that are not there: of an earlier run, or removed in this one. Bounded: the oldest go first. */
export class Recollection {
	private readonly saved: Map<string, Memory>;
	private server: Told | null;

	constructor({ $device, $dialect: _, ...saved }: SavedMemory = {}) {
		this.saved = new Map(Object.entries(saved));
		this.server = toldSchema.safeParse($device).data ?? null;
	}

	/** The server's device as it last told it; null = it never did. */
	get device(): Told | null {
		return this.server;
	}

	set device(device: Told) {
		this.server = device;
	}

	/** What a stateful row goes on from. */
	memory(id: string): Memory | undefined {
		const memory = this.saved.get(id);
		return memory && Object.keys(memory).length > 0 ? memory : undefined;
	}

	/** Whether the entity existed before: then its thing still has it, though it may have nothing to say at the moment. */
	knew(id: string): boolean {
		return this.saved.has(id);
	}

	/** An entity is removed: its totals go on should it come back; else it is forgotten. */
	removed({ entity, memory }: Cell): void {
		if (memory) this.keep(entity.unique_id, memory);
		else this.saved.delete(entity.unique_id);
	}

	/** All of it, with that of the entities that are there. */
	save(cells: Iterable<Cell>): SavedMemory {
		for (const { row, entity, memory } of cells) if (memory || row.when) this.keep(entity.unique_id, memory ?? {});
		const saved = Object.fromEntries(this.saved);
		// What a device does not tell is left out, never undefined.
		return this.server ? { ...saved, $device: { ...this.server } as Memory } : saved;
	}

	private keep(id: string, memory: Memory): void {
		this.saved.delete(id);
		this.saved.set(id, memory);
		dropOldest(this.saved, limits.entities);
	}
}
