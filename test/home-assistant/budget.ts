import { unraid } from '../../src/dialects/unraid';
import { Pipeline } from '../../src/pipeline';
import { FakeBridge } from '../support/publishing';
import { recording } from '../support/unraid-recordings';
import { agentMessages } from './agent-publisher';

/** Messages that a broker sees for one recording. */
export interface Budget {
	/** By kind (state, attributes, document, …). */
	readonly ours: Readonly<Record<string, number>>;
	readonly total: number;
	/** What the agent's own publisher sends by its tables. */
	readonly agents: number;
	/** Topics with the most of ours, first. */
	readonly topics: readonly (readonly [topic: string, count: number])[];
}

/** Counts both for a recording: ours by running the pipeline and the publisher on its clock, from an empty broker. */
export function budget(name: string): Budget {
	const bridge = new FakeBridge({ topicPrefix: 'agent-stream', discoveryPrefix: 'homeassistant', instance: 'tower' });
	const { clock, publisher } = bridge;
	const start = clock.now();
	const pipeline = new Pipeline({
		source: 'tower',
		dialect: unraid,
		clock,
		changed: (changes) => publisher.apply(changes),
	});
	bridge.connect();
	const lines = recording(name);
	for (const { t, raw } of lines) {
		bridge.pass(start + t - clock.now());
		pipeline.frame(raw);
		bridge.drain();
	}
	pipeline.close();
	const ours: Record<string, number> = {};
	const topics = new Map<string, number>();
	for (const { kind, topic } of bridge.log) {
		ours[kind] = (ours[kind] ?? 0) + 1;
		topics.set(topic, (topics.get(topic) ?? 0) + 1);
	}
	const cycles = lines.map(({ raw }) => JSON.parse(raw) as { event: string; data: unknown });
	return {
		ours,
		total: bridge.log.length,
		agents: agentMessages(cycles),
		topics: [...topics].sort((a, b) => b[1] - a[1]),
	};
}
