import { isFields } from '../../model/fields';
import type { Evidence, Identified, Item } from '../dialect';
import { types } from './types';

/** Names that a server may give an event: not those of our own pictures. */
const streamed: ReadonlySet<string> = new Set(Object.entries(types).flatMap(([name, { own }]) => (own ? [] : [name])));

/** Names that any protocol with an envelope of `event` and `data` has, with data that looks alike: they tell nothing. */
const generic: ReadonlySet<string> = new Set(['ping', 'error', 'connection_error']);

/** The fields by which an event of the document names its thing: only with them its name is proof. */
const naming: readonly (readonly [RegExp, readonly string[]])[] = [
	[/^processing_job_/, ['job_id', 'status']],
	[/^agent_/, ['agent_id']],
	[/^knowledge_item_/, ['item_id']],
	[/^insight_/, ['insight_id']],
	[/^dashboard_/, ['total_processed', 'active_agents']],
	[/^(?:dag_run_|step_status$)/, ['dag_id', 'run_id']],
];

/** Names an item by its envelope: the document gives every event a name, so nothing is told from structure. */
export function identify({ name }: Item): Identified {
	if (name === null) return { type: 'unknown', by: 'structure' };
	if (streamed.has(name)) return { type: name, by: 'name' };
	const message = `No event of AIOS is called "${name.slice(0, 40)}".`;
	return {
		type: 'unknown',
		by: 'name',
		issues: [{ path: 'event', code: 'unknown_name', severity: 'notice', message }],
	};
}

/** A name that only this protocol has is proof, where its data names a thing as this protocol does; without that, or a greeting, makes it likely. */
export function evidence(value: unknown): Evidence {
	if (!isFields(value)) return 'none';
	const { event, data } = value;
	if (typeof event !== 'string' || !streamed.has(event)) return 'none';
	if (!isFields(data)) return 'none';
	const has = (field: string) => Object.hasOwn(data, field);
	if (event === 'connected') return has('client_id') && has('server_time') ? 'likely' : 'none';
	if (generic.has(event)) return 'none';
	return naming.some(([name, fields]) => name.test(event) && fields.every(has)) ? 'certain' : 'likely';
}
