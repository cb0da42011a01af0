import type { FlowNode } from '../node-red';
import { templateWidget } from './dashboard';
import { functionFields } from './sheet';

/** A number or word that stands out. */
export interface Fact {
	readonly label: string;
	/** Subject and row of a singleton: `total/working`. */
	readonly at: string;
	/** Colour of anything but 0. */
	readonly tone?: Tone;
	/** What states are called. */
	readonly words?: { readonly [state: string]: string };
}

/** How a state of a table is drawn. Default: as text. */
type Drawn = 'chip' | 'bar';
/** A colour of the dashboard's theme. */
export type Tone = 'success' | 'primary' | 'warning' | 'error';

/** Things of one subject, one per line. */
export interface Table {
	readonly subject: string;
	/** Heading of the column with their names. */
	readonly title: string;
	/** Row by whose name a thing is called, without `drop`. */
	readonly called: string;
	readonly drop?: string;
	readonly columns: readonly {
		readonly title: string;
		readonly row: string;
		readonly as?: Drawn;
		readonly words?: { readonly [state: string]: string };
	}[];
	/** Lines at most: what changed last. */
	readonly most?: number;
}

/** Things of one subject, side by side: each its name and one state. */
export interface Strip {
	readonly label: string;
	readonly subject: string;
	readonly row: string;
	/** What is left out of the row's name, so that the thing's name remains. */
	readonly drop: string;
}

/** What the board of one endpoint shows. */
export interface Layout {
	readonly facts: readonly Fact[];
	readonly tables: readonly Table[];
	readonly strips?: readonly Strip[];
	/** Texts below: the newest alert, with its severity. */
	readonly lines?: readonly Fact[];
}

const ID = 'agents-board';

/** Runs in Node-RED's function node: keeps what the entities say, and tells the widget at most twice a second. */
export const boardCode = `
const layout = env.get('layout');
const known = context.get('known') || {};
context.set('known', known);

[msg.entity].flat().forEach((entity, index) => {
	const change = [msg.change].flat()[index];
	if (change === 'removed') delete known[entity.unique_id];
	else if (entity.platform !== 'event') {
		const same = known[entity.unique_id]?.state === entity.state;
		known[entity.unique_id] = { ...entity, at: same ? known[entity.unique_id].at : Date.now() };
	}
});

const tones = {
	success: 'alive healthy connected completed success deployed idle green merged shut no none',
	primary: 'working busy running processing in_progress assigned deploying refactor',
	warning: 'waiting degraded queued pending created red warning rate_limited open yes orange',
	error: 'silent failed error offline unhealthy critical cancelled',
};
const toneOf = (state) => Object.keys(tones).find((tone) => tones[tone].split(' ').includes(String(state).toLowerCase()));

function cell(entity, { as, words } = {}) {
	if (!entity || entity.state === null || !entity.available) return { text: '' };
	const { state, unit_of_measurement: unit, suggested_display_precision: digits } = entity;
	if (typeof state !== 'number') return { as, text: words?.[state] ?? (as === 'chip' ? state.replaceAll('_', ' ') : state), tone: as && toneOf(words?.[state] ?? state) };
	const shown = digits === null ? String(Math.round(state * 10) / 10) : state.toFixed(digits);
	return { as, text: unit ? shown + ' ' + unit : shown, percent: state };
}

function board() {
	const all = Object.values(known);
	const one = (at) => all.find(({ key, subject, row }) => key === null && subject + '/' + row === at);
	const facts = layout.facts.map((fact) => {
		const { text } = cell(one(fact.at), fact);
		return { label: fact.label, text: text || '–', tone: ['', '0', '–'].includes(text) ? undefined : fact.tone };
	});
	const tables = layout.tables.map(({ subject, title, called, drop, columns, most = 6 }) => {
		const things = new Map();
		for (const entity of all) {
			if (entity.subject !== subject) continue;
			const thing = things.get(entity.key) ?? { key: entity.key, at: 0, rows: {} };
			thing.at = Math.max(thing.at, entity.at);
			thing.rows[entity.row] = entity;
			things.set(entity.key, thing);
		}
		const rows = [...things.values()]
			.map(({ key, at, rows: by }) => ({
				key,
				at,
				name: (by[called]?.name ?? String(key)).replace(drop ?? '', ''),
				cells: columns.map((column) => cell(by[column.row], column)),
			}))
			.filter(({ cells }) => cells.some(({ text }) => text !== ''))
			.sort((a, b) => b.at - a.at)
			.slice(0, most)
			.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
		return { titles: [title, ...columns.map((column) => column.title)], rows };
	});
	const strips = (layout.strips ?? []).map(({ label, subject, row, drop }) => ({
		label,
		chips: all
			.filter((entity) => entity.subject === subject && entity.row === row && cell(entity).text !== '')
			.map((entity) => ({ text: entity.name.replace(drop, '') + ' ' + entity.state, tone: toneOf(entity.state) })),
	}));
	const lines = (layout.lines ?? []).flatMap((line) => {
		const entity = one(line.at);
		const { text } = cell(entity, line);
		return text === '' ? [] : [{ label: line.label, text, tone: toneOf(entity.attributes.severity) }];
	});
	return { facts, tables, strips, lines, offline: all.length > 0 && all.every(({ available }) => !available) };
}

if (context.get('due')) return;
context.set('due', true);
setTimeout(() => {
	context.set('due', false);
	node.send({ payload: board() });
}, 500);
`.trim();

/** Draws what {@link boardCode} says, in Vue and Vuetify. */
const template = `<template>
	<div v-if="msg?.payload" :style="{ opacity: msg.payload.offline ? 0.4 : 1 }">
		<div class="d-flex flex-wrap" style="gap: 8px 22px">
			<div v-for="fact in msg.payload.facts" :key="fact.label">
				<div class="text-h6" :class="fact.tone && 'text-' + fact.tone" style="line-height: 1.4">{{ fact.text }}</div>
				<div class="text-caption text-medium-emphasis">{{ fact.label }}</div>
			</div>
		</div>
		<div v-for="table in msg.payload.tables" :key="table.titles[0]">
			<div v-if="table.rows.length > 0" class="v-table v-theme--nrdb v-table--density-compact mt-3"><div class="v-table__wrapper"><table>
				<thead>
					<tr><th v-for="title in table.titles" :key="title">{{ title }}</th></tr>
				</thead>
				<tbody>
					<tr v-for="row in table.rows" :key="row.key">
						<td style="white-space: nowrap">{{ row.name }}</td>
						<td v-for="(cell, index) in row.cells" :key="index">
							<v-chip v-if="cell.as === 'chip' && cell.text" :color="cell.tone" size="small" label>{{ cell.text }}</v-chip>
							<v-progress-linear
								v-else-if="cell.as === 'bar' && cell.text"
								:model-value="cell.percent" :title="cell.text" color="primary" height="8" rounded style="min-width: 70px"
							></v-progress-linear>
							<span v-else>{{ cell.text }}</span>
						</td>
					</tr>
				</tbody>
			</table></div></div>
		</div>
		<div v-for="strip in msg.payload.strips" :key="strip.label" class="mt-3 d-flex flex-wrap align-center" style="gap: 6px">
			<span v-if="strip.chips.length > 0" class="text-body-2 text-medium-emphasis">{{ strip.label }}</span>
			<v-chip v-for="chip in strip.chips" :key="chip.text" :color="chip.tone" size="small" label>{{ chip.text }}</v-chip>
		</div>
		<div v-for="line in msg.payload.lines" :key="line.label" class="mt-2 text-body-2">
			<span class="text-medium-emphasis">{{ line.label }}</span>&ensp;<span :class="line.tone && 'text-' + line.tone">{{ line.text }}</span>
		</div>
	</div>
</template>`;

/** The subflow that makes a board of entities: each of its nodes has a layout of its own. */
export const boardSubflow: readonly FlowNode[] = [
	{
		id: ID,
		type: 'subflow',
		name: 'board',
		info: 'Takes the messages of an entity mapper and tells a dashboard template what to draw: what, is in the property *layout*.',
		category: '',
		in: [{ x: 60, y: 80, wires: [{ id: `${ID}-function` }] }],
		out: [{ x: 400, y: 80, wires: [{ id: `${ID}-function`, port: 0 }] }],
		env: [{ name: 'layout', type: 'json', value: '{"facts": [], "tables": []}' }],
		meta: {},
		color: '#C7E9C0',
		icon: 'font-awesome/fa-th-list',
	},
	{
		id: `${ID}-function`,
		type: 'function',
		z: ID,
		...functionFields('collect and lay out', boardCode),
		x: 230,
		y: 80,
		wires: [[]],
	},
];

/** Type and fields of a node of that subflow. */
export function board(name: string, layout: Layout): { readonly type: string; readonly fields: object } {
	return {
		type: `subflow:${ID}`,
		fields: { name, env: [{ name: 'layout', type: 'json', value: JSON.stringify(layout) }] },
	};
}

/** Fields of the widget that draws a board. @param group id of its group */
export const boardWidget = (group: string, name: string): object => templateWidget(group, name, template);
