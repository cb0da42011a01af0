import type { TrialAnswer } from '../glue/editor-answers';

/** Texts of the node's catalogue, by the last part of their key. */
export type Translate = (key: string) => string;

/** Shows what became of a frame. Everything in it is a stranger's: it goes in as text. */
export function showTrial(place: JQuery, answer: TrialAnswer, translate: Translate): void {
	const { events, entities, error, warnings, cut } = answer;
	place.empty();
	if (error !== null) place.append(remark('error', error));
	for (const warning of warnings) place.append(remark('warning', warning));
	if (error !== null) return;
	place.append(heading(translate('events')), ...events.map((event) => eventView(event, translate)));
	place.append(heading(translate('entities')));
	place.append(entities.length > 0 ? entityTable(entities, translate) : hint(translate('noEntities')));
	if (cut) place.append(hint(translate('cut')));
}

/** Shows that the test could not be made. */
export function showFailure(place: JQuery, text: string): void {
	place.empty().append(remark('error', text));
}

function eventView(event: TrialAnswer['events'][number], translate: Translate): JQuery {
	const { type, by, rejected, replayed, time, data, issues } = event;
	const isLost = rejected || type === 'unknown' || type === 'invalid';
	const view = $('<div>').addClass('agent-stream-trial-event');
	const head = $('<div>').appendTo(view);
	$('<i>')
		.addClass(isLost ? 'fa fa-exclamation-triangle agent-stream-bad' : 'fa fa-check agent-stream-good')
		.appendTo(head);
	$('<b>').text(` ${type} `).appendTo(head);
	const notes = [
		by !== '' && translate(`by-${by}`),
		rejected && translate('rejected'),
		replayed && translate('replayed'),
		time,
	];
	$('<span>')
		.addClass('agent-stream-soft')
		.text(notes.filter((note) => note !== false && note !== '').join(' · '))
		.appendTo(head);
	$('<pre>').text(data).appendTo(view);
	for (const issue of issues) view.append(remark('warning', issue));
	return view;
}

function entityTable(entities: TrialAnswer['entities'], translate: Translate): JQuery {
	const table = $('<table>').addClass('agent-stream-trial-entities');
	const head = $('<tr>').appendTo(table);
	for (const column of ['name', 'state', 'kind', 'path']) $('<th>').text(translate(column)).appendTo(head);
	for (const { name, state, unit, platform, deviceClass, path } of entities) {
		const row = $('<tr>').appendTo(table);
		const value = state === '' ? translate('unknown') : `${state}${unit === '' ? '' : ` ${unit}`}`;
		const kind = deviceClass === '' ? platform : `${platform}: ${deviceClass}`;
		for (const text of [name, value, kind, path]) $('<td>').text(text).appendTo(row);
	}
	return table;
}

function heading(text: string): JQuery {
	return $('<h5>').text(text);
}

function hint(text: string): JQuery {
	return $('<div>').addClass('agent-stream-soft').text(text);
}

function remark(kind: 'error' | 'warning', text: string): JQuery {
	const icon = kind === 'error' ? 'fa fa-times-circle' : 'fa fa-exclamation-circle';
	return $('<div>')
		.addClass(`agent-stream-remark agent-stream-${kind}`)
		.append($('<i>').addClass(icon), $('<span>').text(` ${text}`));
}
