import { dimensions } from '../../src/model/dimensions';
import type { DialectInfo } from '../glue/editor-answers';
import { endpoints, loadDialects, spokenBy } from './dialects';
import { type List, type Row, readList, showList } from './lists';
import { suggestWords } from './suggest';

export { numberOrBlank } from './validators';

/** The part of the node that this form uses. */
interface FilterForm {
	about: Row[];
	conditions: Row[];
	windowDays: string[];
	_(key: string): string;
}

const operators = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'contains', 'matches', 'in', 'exists', 'empty'];
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

function aboutList(node: FilterForm): List {
	return {
		selector: '#node-input-about-list',
		columns: [
			{ name: 'dimension', kind: 'choice', choices: dimensions, width: '30%' },
			{ name: 'patterns', kind: 'text', width: '65%' },
		],
		texts: 'agent-stream-filter.about',
		translate: (key) => node._(key),
		height: 110,
		most: dimensions.length,
	};
}

function conditionList(node: FilterForm): List {
	return {
		selector: '#node-input-conditions-list',
		columns: [
			{ name: 'path', kind: 'text', width: '45%' },
			{ name: 'operator', kind: 'choice', choices: operators, width: '25%' },
			{ name: 'value', kind: 'text', width: '25%', hiddenWhen: { column: 'operator', is: ['exists', 'empty'] } },
		],
		texts: 'agent-stream-filter.condition',
		translate: (key) => node._(key),
	};
}

/** Fills in the form. */
export function prepare(node: FilterForm): void {
	showList(aboutList(node), node.about ?? []);
	showList(conditionList(node), node.conditions ?? []);
	for (const day of days) $(`#node-input-day-${day}`).prop('checked', (node.windowDays ?? []).includes(day));
	const changed = $('#node-input-onlyChanged');
	const show = () => $('.agent-stream-filter-changed').toggle(changed.is(':checked'));
	changed.on('change', show);
	show();
	let infos: readonly DialectInfo[] = [];
	const spoken = () => spokenBy(endpoints(), infos);
	suggestWords($('#node-input-types'), () => spoken().flatMap(({ types }) => types));
	suggestWords($('#node-input-subjects'), () => spoken().flatMap(({ subjects }) => subjects));
	void loadDialects().then((loaded) => {
		infos = loaded;
	});
}

/** Reads the form. */
export function save(node: FilterForm): void {
	node.about = readList(aboutList(node));
	node.conditions = readList(conditionList(node));
	node.windowDays = days.filter((day) => $(`#node-input-day-${day}`).is(':checked'));
}

/** Whether a field is empty or `hh:mm`. */
export function timeOrBlank(value: unknown): boolean {
	return value === '' || value === undefined || /^([01]\d|2[0-3]):[0-5]\d$/.test(String(value));
}

/** Whether every condition can work: a path, and a number where one is compared. */
export function conditionsFit(value: unknown): boolean {
	if (!Array.isArray(value)) return value === undefined;
	return (value as Row[]).every((row) => {
		const ordered = ['lt', 'lte', 'gt', 'gte'].includes(row.operator ?? '');
		const number = row.value !== undefined && row.value !== '' && Number.isFinite(Number(row.value));
		return Boolean(row.path) && (!ordered || number || /^\$\{/.test(row.value ?? ''));
	});
}
