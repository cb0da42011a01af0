import type { Issue } from '../../model/event';
import { noticeKey, shorten, told } from '../checks-support';
import { objectOf } from './identify';
import { isHookType, isSystem } from './types';

/** Fields without which the document's `validateEvent` answers false. */
const required = ['id', 'timestamp', 'source', 'event_type', 'version'] as const;
/** Of these, those that real servers send; they never send the others. */
const sent = ['id', 'timestamp', 'source_app', 'session_id'] as const;

/**
 * The document's `validateEvent`, as remarks: nothing is lost by a field that is missing. An event with `event_type` is held to the document;
 * one with `hook_event_type` alone comes from a server that never sends `event_type`, `source` and `version`: that is said once.
 * Wrong values (a negative timestamp, another version) are the schema's business.
 * @param seen what was reported already; see `Dialect.validate`
 */
export function documentRules(type: string, value: unknown, seen: Set<string>): readonly Issue[] {
	const data = objectOf(value);
	if (!data || !(isHookType(type) || isSystem(type))) return [];
	const issues: Issue[] = [];
	const notice = (key: string, issue: Omit<Issue, 'severity'>): void => {
		if (told(seen, key)) return;
		seen.add(key);
		issues.push({ ...issue, severity: 'notice' });
	};
	const serverForm = !data.event_type && Boolean(data.hook_event_type);
	for (const field of serverForm ? sent : required) {
		if (data[field]) continue;
		const message = `Expected ${field}, but the field is missing.`;
		notice(noticeKey('event', 'missing', field), { path: field, code: 'missing', message });
	}
	if (serverForm) {
		const message = 'The server leaves out event_type, source and version; the type is told from hook_event_type.';
		notice(noticeKey('event', 'server_form', ''), { path: '', code: 'server_form', message });
	}
	if (type === 'hook') {
		const name = shorten(String(data.hook_event_type ?? data.event_type));
		const message = `The hook ${name} is not known; it shows that its session is alive.`;
		notice(`${noticeKey('hook', 'unknown_hook', '')} ${name}`, {
			path: 'hook_event_type',
			code: 'unknown_hook',
			message,
		});
	}
	return issues;
}
