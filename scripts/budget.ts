import { budget } from '../test/home-assistant/budget';
import { writePart } from '../test/home-assistant/page';

/** Counts the MQTT messages that a broker sees for `scenario-a`, from us and from the agent's own publisher: `npm run budget`. */
const { ours, total, agents, topics } = budget('scenario-a.jsonl');
const share = `${((100 * total) / agents).toFixed(1)} %`;
const kinds = Object.entries(ours).map(([kind, count]) => `${kind} ${count}`);
console.log(`agent-stream: ${total} messages (${kinds.join(', ')})`);
console.log(`the agent's own publisher, by its tables: ${agents} messages`);
console.log(share);
const most = topics.slice(0, 15).map(([topic, count]) => `${count} ${topic}`);
console.log(`most of ours: ${most.join(', ')}`);
const table = [
	'| | messages in ten minutes |',
	'| --- | --- |',
	`| agent-stream | ${total} |`,
	`| the agent's own publisher | ${agents} |`,
	`| **share** | **${share}** |`,
];
writePart('budget', 'npm run budget', table.join('\n'));
