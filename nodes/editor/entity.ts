import type { DialectInfo } from '../glue/editor-answers';
import { endpoints, loadDialects, offerDialects, spokenBy } from './dialects';
import { type List, type Row, readList, showList } from './lists';
import { suggestWords } from './suggest';

export { numberOrBlank } from './validators';

/** The part of the node that this form uses. */
interface EntityForm {
	rows: Row[];
	dialect: string;
	_(key: string): string;
}

function rowList(node: EntityForm): List {
	return {
		selector: '#node-input-rows-list',
		columns: [
			{ name: 'event', kind: 'text', width: '31%' },
			{ name: 'subject', kind: 'text', width: '31%' },
			{ name: 'row', kind: 'text', width: '31%' },
			{ name: 'name', kind: 'text', width: '31%' },
			{ name: 'value', kind: 'text', width: '63%' },
			{ name: 'items', kind: 'text', width: '47%' },
			{ name: 'key', kind: 'text', width: '47%' },
			{ name: 'platform', kind: 'choice', choices: ['sensor', 'binary_sensor'], width: '31%' },
			{ name: 'unit', kind: 'text', width: '31%', hiddenWhen: { column: 'platform', is: ['binary_sensor'] } },
			{ name: 'deviceClass', kind: 'text', width: '31%' },
			{
				name: 'stateClass',
				kind: 'choice',
				choices: ['', 'measurement', 'total', 'total_increasing'],
				width: '31%',
				hiddenWhen: { column: 'platform', is: ['binary_sensor'] },
			},
			{ name: 'category', kind: 'choice', choices: ['', 'diagnostic', 'config'], width: '31%' },
			{ name: 'precision', kind: 'text', width: '15%', hiddenWhen: { column: 'platform', is: ['binary_sensor'] } },
			{ name: 'icon', kind: 'text', width: '31%' },
		],
		texts: 'agent-stream-entity.row',
		translate: (key) => node._(key),
		height: 260,
	};
}

/** Fills in the form. */
export function prepare(node: EntityForm): void {
	showList(rowList(node), node.rows ?? []);
	const field = $('#node-input-field');
	const show = () => $('.agent-stream-entity-values').toggle(field.val() !== '');
	field.on('input change', show);
	show();
	const select = $('#node-input-dialect');
	let infos: readonly DialectInfo[] = [];
	// Before it is known what comes in, what the endpoints of the flows speak.
	const spoken = () => {
		const name = String(select.val());
		return infos.some((info) => info.name === name && name !== 'custom')
			? infos.filter((info) => info.name === name)
			: spokenBy(endpoints(), infos);
	};
	suggestWords($('#node-input-subjects'), () => spoken().flatMap(({ subjects }) => subjects));
	offerDialects(select, node.dialect, []);
	void loadDialects().then((loaded) => {
		infos = loaded;
		offerDialects(select, node.dialect, infos);
	});
}

/** Reads the form. */
export function save(node: EntityForm): void {
	node.rows = readList(rowList(node));
}

/** Whether every custom row says what it needs. */
export function rowsFit(value: unknown): boolean {
	if (!Array.isArray(value)) return value === undefined;
	const word = /^[a-z][a-z0-9_]{0,63}$/;
	return (value as Row[]).every(
		(row) =>
			Boolean(row.event && row.name && row.value) &&
			word.test(row.subject ?? '') &&
			word.test(row.row ?? '') &&
			Boolean(row.items) === Boolean(row.key) &&
			/^(\d|10)?$/.test(row.precision ?? ''),
	);
}
