/** Work that may find out, between two of its steps, that nobody waits for it any more. */
type Work = (isWanted: () => boolean) => Promise<void>;

/** Work that is done one after the other, in the order in which it came. Bounded: the oldest that waits goes first. */
export class Line {
	private readonly waiting: Work[] = [];
	private running: Promise<void> | null = null;
	private isClosed = false;
	/** Work that had to make room. */
	dropped = 0;

	/** @param most how much may wait */
	constructor(private readonly most: number) {}

	/** Adds work that does not reject. Answers false where something older had to make room for it. */
	add(work: Work): boolean {
		if (this.isClosed) return true;
		const room = this.waiting.length < this.most;
		if (!room) {
			this.waiting.shift();
			this.dropped += 1;
		}
		this.waiting.push(work);
		this.running ??= this.run();
		return room;
	}

	/** Resolves when nothing is left to do. */
	async idle(): Promise<void> {
		await this.running;
	}

	/** Forgets what waits; what is under way is no longer wanted. Takes nothing any more. */
	close(): void {
		this.isClosed = true;
		this.waiting.length = 0;
	}

	private async run(): Promise<void> {
		for (let work = this.waiting.shift(); work; work = this.waiting.shift()) await work(() => !this.isClosed);
		this.running = null;
	}
}
