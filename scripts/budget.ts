import { budget } from '../test/home-assistant/budget';

/** Prints how many MQTT messages a broker sees for `scenario-a`, from us and from the agent's own publisher: `npm run budget`. */
const { ours, total, agents, topics } = budget('scenario-a.jsonl');
const kinds = Object.entries(ours).map(([kind, count]) => `${kind} ${count}`);
console.log(`agent-stream: ${total} messages (${kinds.join(', ')})`);
console.log(`the agent's own publisher, by its tables: ${agents} messages`);
console.log(`${((100 * total) / agents).toFixed(1)} %`);
console.log(
	`most of ours: ${topics
		.slice(0, 15)
		.map(([topic, count]) => `${topic} ${count}`)
		.join(', ')}`,
);
