import type { EditorRED } from 'node-red';
import { type DialectInfo, editorPaths } from '../glue/editor-answers';

declare const RED: EditorRED;

/** The dialects that the runtime has; none where it cannot be asked. */
export async function loadDialects(): Promise<readonly DialectInfo[]> {
	try {
		return (await $.getJSON(editorPaths.dialects)) as DialectInfo[];
	} catch {
		return [];
	}
}

/** What of an endpoint's config node says what it speaks. */
export interface Speaking {
	readonly dialect?: string;
	/** JSON text. */
	readonly definition?: string;
}

/**
 * Offers the dialects in a select that holds `auto`. What is chosen stays chosen, also before the runtime has answered, and where this
 * version of the package does not know it.
 */
export function offerDialects(select: JQuery, chosen: string, infos: readonly DialectInfo[]): void {
	const kept = String(select.val() ?? chosen);
	select.find('option').not('[value="auto"]').remove();
	for (const { name, title } of infos) select.append($('<option>', { value: name, text: title }));
	if (kept !== 'auto' && !infos.some(({ name }) => name === kept)) {
		select.append($('<option>', { value: kept, text: kept }));
	}
	select.val(kept);
}

/** What a definition says of its dialect; what cannot be read says nothing. */
export function described(info: DialectInfo, definition: string | undefined): DialectInfo {
	const parsed = parsedObject(definition);
	if (!parsed) return info;
	const { title, url, transport, tokenIn } = parsed;
	const rows = objects(parsed.rows);
	const named = [
		...objects(parsed.types).map(({ name }) => name),
		...objects(parsed.rules).map(({ type }) => type),
		...rows.map(({ event }) => event),
	];
	return {
		...info,
		...(typeof title === 'string' && { title }),
		...(typeof url === 'string' && { url }),
		...(transport === 'socket.io' && { transport }),
		...(isTokenPlace(tokenIn) && { tokenIn }),
		types: words(named),
		subjects: words(rows.map(({ subject }) => subject)),
	};
}

/** What endpoints may speak: by their dialect and definition, all dialects where one of them is to be recognised or there is none. */
export function spokenBy(endpoints: readonly Speaking[], infos: readonly DialectInfo[]): readonly DialectInfo[] {
	const isOpen = endpoints.length === 0 || endpoints.some(({ dialect = 'auto' }) => dialect === 'auto');
	const spoken = endpoints.flatMap(({ dialect, definition }) =>
		infos
			.filter(({ name }) => name === dialect)
			.map((info) => (dialect === 'custom' ? described(info, definition) : info)),
	);
	if (!isOpen) return spoken;
	return [...infos.filter(({ name }) => name !== 'custom'), ...spoken.filter(({ name }) => name === 'custom')];
}

/** All endpoints of the flows. */
export function endpoints(): readonly Speaking[] {
	const found: Speaking[] = [];
	RED.nodes.eachConfig((node) => {
		const config = node as Speaking & { readonly type: string };
		if (config.type === 'agent-stream-endpoint') found.push(config);
		return true;
	});
	return found;
}

/** The endpoint that a field of the form has chosen: a list of one, or of none. */
export function chosenEndpoint(selector: string): readonly Speaking[] {
	const node = RED.nodes.node(String($(selector).val() ?? '')) as Speaking | null;
	return node ? [node] : [];
}

function parsedObject(text: string | undefined): Record<string, unknown> | null {
	try {
		const value: unknown = JSON.parse(text ?? '');
		return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
	} catch {
		return null;
	}
}

function objects(list: unknown): readonly Record<string, unknown>[] {
	return Array.isArray(list) ? list.filter((each) => typeof each === 'object' && each !== null) : [];
}

function words(list: readonly unknown[]): string[] {
	return [...new Set(list.filter((each): each is string => typeof each === 'string' && each !== ''))];
}

function isTokenPlace(value: unknown): value is DialectInfo['tokenIn'] {
	return ['bearer', 'query', 'header', 'cookie', 'message'].includes(String(value));
}
