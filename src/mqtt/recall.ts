import type { Clock, Timer } from '../model/clock';

/** What the broker keeps for us from an earlier run, for whoever has to know it before the first event comes. */
export class Recall {
	private told: { readonly value: unknown } | null = null;
	private readonly waiting = new Map<() => void, Timer>();

	constructor(private readonly clock: Clock) {}

	/** The broker was asked. @param payload JSON; null = it keeps nothing */
	tell(payload: string | null): void {
		this.told ??= { value: parse(payload) };
		this.end();
	}

	/** @returns what it keeps (null = nothing), or undefined where that was not to be learned within so many ms */
	ask(within: number): Promise<unknown> {
		if (this.told) return Promise.resolve(this.told.value);
		return new Promise((resolve) => {
			const done = (): void => {
				this.clock.cancel(this.waiting.get(done));
				this.waiting.delete(done);
				resolve(this.told?.value);
			};
			this.waiting.set(done, this.clock.after(within, done));
		});
	}

	/** Nobody has to wait any more. */
	end(): void {
		for (const done of [...this.waiting.keys()]) done();
	}
}

function parse(payload: string | null): unknown {
	try {
		return JSON.parse(payload ?? 'null');
	} catch {
		return null;
	}
}
