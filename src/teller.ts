import { EventEmitter } from 'node:events';

/** An event emitter whose listeners cannot harm it: one that throws is reported, and stops neither the others nor whoever tells. */
export class Teller<Events extends Record<keyof Events, unknown[]>> extends EventEmitter<Events> {
	/** @param failed what was told to a listener that threw, and why it did */
	constructor(private readonly failed: (what: string, why: string) => void) {
		super();
	}

	/** Tells every listener. */
	protected tell<K extends keyof Events & string>(what: K, ...told: Events[K]): void {
		// The typings cannot tell the names of events while `Events` is open.
		for (const listener of (this as EventEmitter).rawListeners(what)) {
			try {
				Reflect.apply(listener, this, told);
			} catch (thrown) {
				this.failed(what, thrown instanceof Error ? thrown.message : String(thrown));
			}
		}
	}
}
