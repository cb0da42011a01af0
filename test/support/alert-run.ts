import { AlertEngine } from '../../src/alert/engine';
import type { Dialect } from '../../src/dialects/dialect';
import type { AlertChange, AlertRule } from '../../src/model/alert';
import type { EntityChange } from '../../src/model/entity';
import { Pipeline } from '../../src/pipeline';
import { FakeClock } from './fake-clock';

/** A server and the alert rules that listen to it, from frame to alert, on a clock that only a test moves. */
export class AlertRun {
	readonly clock = new FakeClock();
	readonly told: AlertChange[] = [];
	readonly engine: AlertEngine;
	/** What the server sends by itself: asked for every second that passes, with the seconds that have passed. */
	beat: (second: number) => readonly string[] = () => [];
	private readonly pipeline: Pipeline;
	private readonly waiting: EntityChange[] = [];
	private seconds = 0;

	constructor(dialect: Dialect, rules: readonly AlertRule[] = dialect.alerts ?? []) {
		const { clock } = this;
		this.engine = new AlertEngine({
			rules,
			clock,
			ceilingPerHour: null,
			report: (error) => {
				throw error;
			},
		});
		const changed = (changes: readonly EntityChange[]) => void this.waiting.push(...changes);
		this.pipeline = new Pipeline({ source: 'hub', dialect, clock, changed });
	}

	/** Takes frames. */
	async take(...frames: readonly string[]): Promise<void> {
		for (const frame of frames) {
			this.pipeline.frame(frame);
			await this.settle();
		}
	}

	/** The socket opens or closes. */
	async connection(open: boolean): Promise<void> {
		this.pipeline.connection(open);
		await this.settle();
	}

	/** Lets time pass, second by second. */
	async pass(ms: number): Promise<void> {
		for (let passed = 0; passed < ms; passed += 1_000) {
			this.clock.advance(1_000);
			this.seconds += 1;
			await this.settle();
			await this.take(...this.beat(this.seconds));
		}
	}

	/** What was told so far, as `state severity`, of one rule or of all. */
	said(rule?: string): string[] {
		const of = this.told.filter((change) => rule === undefined || change.rule === rule);
		return of.map(({ state, severity }) => `${state} ${severity}`);
	}

	/** Ends it, with its timers. */
	close(): void {
		this.pipeline.close();
	}

	private async settle(): Promise<void> {
		this.told.push(...this.engine.tick());
		for (const change of this.waiting.splice(0)) {
			await this.engine.prepare(change);
			this.told.push(...this.engine.apply(change));
		}
	}
}
