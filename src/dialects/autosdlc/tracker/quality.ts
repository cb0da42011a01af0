import { numberOf, textOf } from '../values';
import { type Coverage, coverageOf, noCoverage, noTests, type TestCounts, testCountsOf } from './counts';
import type { Part, PartHandlers } from './part';

/** The newest tests and the newest coverage, whoever they are of. */
export interface Quality extends TestCounts, Coverage {
	/** Milliseconds. */
	readonly duration: number | null;
	readonly suite: string | null;
	readonly phase: string | null;
	/** Whose they are. */
	readonly agent: string | null;
	readonly task: string | null;
	/** Milliseconds since 1970 of the newest tests. */
	readonly testedAt: number | null;
}

/** The newest tests and coverage of the endpoint. */
export class LatestQuality implements Part<Quality | null> {
	private latest: Quality | null = null;

	readonly handlers: PartHandlers = {
		tdd_phase_change: (data, event) => {
			const phase = textOf(data.currentPhase);
			const tests = testCountsOf(data.testResults);
			const tested = tests && { ...tests, duration: null, suite: null, testedAt: event.at };
			return this.change(data, { ...(phase && { phase }), ...tested, ...coverageOf(data.coverage) });
		},
		test_result: (data, event) => {
			const tests = testCountsOf(data.testResults ?? data);
			if (!tests) return false;
			const more = { duration: numberOf(data.duration), suite: textOf(data.suite), testedAt: event.at };
			return this.change(data, { ...tests, ...more });
		},
		coverage_update: (data) => {
			const coverage = coverageOf(data.coverage ?? data);
			return coverage !== null && this.change(data, coverage);
		},
	};

	picture(): Quality | null {
		return this.latest;
	}

	private change(
		data: { readonly agentId?: string | null | undefined; readonly taskId?: string | null | undefined },
		made: Partial<Quality>,
	): boolean {
		const blank = { ...noTests, ...noCoverage, duration: null, suite: null, phase: null, testedAt: null };
		this.latest = { ...blank, ...this.latest, ...made, agent: textOf(data.agentId), task: textOf(data.taskId) };
		return true;
	}
}
