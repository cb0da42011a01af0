import type { EditorRED } from 'node-red';

declare const RED: EditorRED;

/** One field of a list's rows. */
export interface Column {
	/** Property of the row. */
	readonly name: string;
	/** `text`: one line. `choice`: one of `choices`. `secret`: a password that the editor never gets to see. */
	readonly kind: 'text' | 'choice' | 'secret';
	readonly choices?: readonly string[];
	/** CSS width of the field. */
	readonly width: string;
	/** A choice that makes this field needless hides it. */
	readonly hiddenWhen?: { readonly column: string; readonly is: readonly string[] };
}

/** One row as it is saved: text by column. */
export type Row = Record<string, string>;

/** What Node-RED shows for a credential that is set but not sent to the editor. */
const unchanged = '__PWRD__';

/** An editable list: where it stands, what its rows hold, how its texts are found. */
export interface List {
	/** CSS selector of the `<ol>`. */
	readonly selector: string;
	readonly columns: readonly Column[];
	/** Key of the texts in the node's catalogue: `<texts>.<column>` and `<texts>.<column>-<choice>`. */
	readonly texts: string;
	readonly translate: (key: string) => string;
	readonly height?: number;
	/** Rows it holds at most. */
	readonly most?: number;
	/** Called with a new row, to fill in what a user does not type. */
	readonly added?: (row: Row) => void;
	/** The id of a row's secret field: where Node-RED looks for a credential. */
	readonly secretId?: (row: Row) => string;
	/** Whether a row's secret is set. */
	readonly hasSecret?: (row: Row) => boolean;
}

/** Shows rows in an editable list. */
export function showList(list: List, rows: readonly Row[]): void {
	const element = $(list.selector);
	element.editableList<Row>({
		addItem: (container, _index, row) => {
			if (Object.keys(row).length === 0) list.added?.(row);
			fill(list, container, row);
			limit(list, element);
		},
		removeItem: () => limit(list, element),
		removable: true,
		sortable: true,
		height: list.height ?? 160,
	});
	for (const row of rows) element.editableList('addItem', { ...row });
}

/** Reads the rows back; a row whose fields are all empty is left out. */
export function readList(list: List): Row[] {
	const rows: Row[] = [];
	$(list.selector)
		.editableList('items')
		.each((_index: number, item: unknown) => {
			const element = $(item as HTMLElement);
			const row: Row = { ...(element.data('data') as Row) };
			for (const column of list.columns) {
				if (column.kind === 'secret') delete row[column.name];
				else row[column.name] = String(element.find(`[data-column="${column.name}"]`).val() ?? '').trim();
			}
			const typed = list.columns.filter((column) => column.kind === 'text');
			if (typed.some((column) => row[column.name] !== '')) rows.push(row);
		});
	return rows;
}

function limit(list: List, element: JQuery): void {
	if (list.most === undefined) return;
	const full = element.editableList('length') >= list.most;
	element.closest('.red-ui-editableList').find('.red-ui-editableList-addButton').prop('disabled', full);
}

function fill(list: List, container: JQuery, row: Row): void {
	container.css({ display: 'flex', flexWrap: 'wrap', gap: '4px', overflow: 'hidden' });
	const fields = new Map<string, JQuery>();
	for (const column of list.columns) {
		const input = column.kind === 'choice' ? choice(list, column) : text(list, column, row);
		input.attr('data-column', column.name).attr('aria-label', list.translate(`${list.texts}.${column.name}`));
		input.css({ width: column.width, margin: 0 });
		if (column.kind !== 'secret' && row[column.name] !== undefined) input.val(String(row[column.name]));
		fields.set(column.name, input);
		container.append(input);
	}
	for (const column of list.columns) {
		const { hiddenWhen } = column;
		const cause = hiddenWhen && fields.get(hiddenWhen.column);
		if (!hiddenWhen || !cause) continue;
		const show = () => fields.get(column.name)?.toggle(!hiddenWhen.is.includes(String(cause.val())));
		cause.on('change', show);
		show();
	}
}

function choice(list: List, column: Column): JQuery {
	const select = $('<select>');
	for (const value of column.choices ?? []) {
		$('<option>')
			.val(value)
			.text(list.translate(`${list.texts}.${column.name}-${value}`))
			.appendTo(select);
	}
	return select;
}

function text(list: List, column: Column, row: Row): JQuery {
	const input = $('<input>').attr('placeholder', list.translate(`${list.texts}.${column.name}`));
	if (column.kind !== 'secret') return input.attr('type', 'text');
	input.attr('type', 'password').attr('autocomplete', 'new-password');
	if (list.secretId) input.attr('id', list.secretId(row));
	return input.val(list.hasSecret?.(row) ? unchanged : '');
}
