import type { FlowNode } from '../node-red';
import { group, templateWidget } from './dashboard';
import { filter, functionFields, type Sheet } from './sheet';

/** Runs in Node-RED's function node: the last happenings, the newest first. */
const code = `
if (msg.change !== 'fired') return null;
const newest = context.get('newest') || [];
const { entity } = msg;
const detail = ['title', 'message', 'error', 'file_name', 'workflow_name', 'session', 'agent', 'task'];
const about = detail.map((name) => entity.attributes[name]).find((value) => typeof value === 'string');
const tones = { warning: 'warning', input_needed: 'warning', permission_request: 'warning', completed: 'success' };
newest.unshift({
	key: newest.length === 0 ? 1 : newest[0].key + 1,
	time: new Date().toLocaleTimeString('en-GB'),
	endpoint: entity.device.name,
	name: entity.name,
	what: entity.state.replaceAll('_', ' '),
	tone: /fail|error|critical/.test(entity.state) ? 'error' : tones[entity.state],
	about: about ?? '',
});
newest.length = Math.min(newest.length, 9);
context.set('newest', newest);
msg.payload = newest;
return msg;
`.trim();

const template = `<template>
	<div class="v-table v-theme--nrdb v-table--density-compact"><div class="v-table__wrapper"><table>
		<tbody>
			<tr v-for="one in msg?.payload" :key="one.key">
				<td class="text-medium-emphasis">{{ one.time }}</td>
				<td class="text-medium-emphasis">{{ one.endpoint }}</td>
				<td style="white-space: nowrap">{{ one.name }}</td>
				<td><v-chip :color="one.tone" size="small" label>{{ one.what }}</v-chip></td>
				<td>{{ one.about }}</td>
			</tr>
		</tbody>
	</table></div></div>
</template>`;

/** The row below all servers: what happened last, whichever of them told it. @param from link nodes that bring the entities */
export function newsRow(
	{ id, node, comment }: Sheet,
	page: string,
	y: number,
	order: number,
	from: readonly string[],
): readonly FlowNode[] {
	return [
		group(id('news-group'), page, 'What happened last', 6, order),
		comment(
			'news-about',
			y,
			'What happened last, of all of them',
			'Event entities: what was replayed is history and not among them.',
		),
		node('news-in', 'link in', 115, y + 60, [['news-filter']], { name: 'entities', links: from.map(id) }),
		node('news-filter', 'agent-stream-filter', 400, y + 60, [['news-list'], []], {
			...filter('event entities', '', [{ path: 'entity.platform', operator: 'eq', value: 'event' }]),
		}),
		node('news-list', 'function', 640, y + 60, [['news-widget']], functionFields('the newest', code)),
		node('news-widget', 'ui-template', 840, y + 60, [[]], templateWidget(id('news-group'), 'happenings', template)),
	];
}
