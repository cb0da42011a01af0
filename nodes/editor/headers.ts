import { type List, type Row, readList, showList } from './lists';

/** Headers that an endpoint can have: each value is a credential of its own. */
const slots = 8;

/** The part of the config node that this list uses. */
export interface HeadersForm {
	headers: Row[];
	credentials?: Record<string, unknown>;
	_(key: string): string;
}

function headerList(node: HeadersForm): List {
	const selector = '#node-config-input-headers-list';
	const credential = (row: Row) => `header${row.slot}`;
	return {
		selector,
		columns: [
			{ name: 'name', kind: 'text', width: '40%' },
			{ name: 'value', kind: 'secret', width: '50%' },
		],
		texts: 'agent-stream-endpoint.headers',
		translate: (key) => node._(key),
		height: 150,
		most: slots,
		added: (row) => {
			const taken = new Set(usedSlots(selector));
			row.slot = String(
				Array.from({ length: slots }, (_, index) => index + 1).find((slot) => !taken.has(String(slot))) ?? slots,
			);
		},
		secretId: (row) => `node-config-input-${credential(row)}`,
		hasSecret: (row) => {
			const { credentials = {} } = node;
			return Boolean(credentials[credential(row)] || credentials[`has_${credential(row)}`]);
		},
	};
}

function usedSlots(selector: string): string[] {
	const used: string[] = [];
	$(selector)
		.editableList('items')
		.each((_index: number, item: unknown) => {
			const row = $(item as HTMLElement).data('data') as Row;
			if (row.slot !== undefined) used.push(row.slot);
		});
	return used;
}

/** Shows the list of headers. */
export function showHeaders(node: HeadersForm): void {
	showList(headerList(node), node.headers ?? []);
}

/** Reads the list; values of headers that are gone are wiped. */
export function readHeaders(node: HeadersForm): void {
	node.headers = readList(headerList(node));
	const kept = new Set(node.headers.map((row) => row.slot));
	for (let slot = 1; slot <= slots; slot += 1) {
		if (kept.has(String(slot)) || !node.credentials) continue;
		node.credentials[`header${slot}`] = '';
		node.credentials[`has_header${slot}`] = false;
	}
}
