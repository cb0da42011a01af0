import type { AlertRule, Severity } from '../../src/model/alert';

/*
 * What the runtime tells the form of the alert node over Node-RED's admin interface. The editor's scripts import it: nothing of a server belongs here.
 */

/** Where the form asks, below the admin root. */
export const alertPaths = { presets: 'agent-stream/alerts/presets', live: 'agent-stream/alerts/live' } as const;

/** What the form offers. */
export interface AlertPresets {
	/** Dialects that have rules of their own. */
	readonly dialects: readonly { readonly name: string; readonly title: string; readonly rules: readonly AlertRule[] }[];
	/** Names of placeholders in texts. */
	readonly placeholders: readonly string[];
}

/** What the form asks about: its rules as they are just now, deployed or not. */
export interface AlertsAsked {
	/** Node id. */
	readonly node: string;
	readonly rules: readonly unknown[];
}

/** How one rule stands. Names and values are a stranger's text, and bounded. */
export interface RuleLive {
	/** Why it cannot be used; null = it can. */
	readonly error: string | null;
	/** Entities that it matches now; null = there are too many rules and entities to say. */
	readonly matches: number | null;
	/** The first of them. */
	readonly entities: readonly { readonly id: string; readonly name: string; readonly value: string }[];
	/** `new`: not deployed; `idle`: fine, because it watches nothing. */
	readonly state: 'new' | 'off' | 'idle' | 'ok' | 'pending' | 'raised' | 'acknowledged' | 'muted';
	readonly pending: number;
	readonly raised: number;
	/** The worst that is raised. */
	readonly severity: Severity | null;
}

/** The answer: one for each rule, in order. */
export interface AlertsLive {
	/** Whether the node runs: false = what is shown is what the mappers of all flows have. */
	readonly runs: boolean;
	/** Entities that are known. */
	readonly entities: number;
	readonly rules: readonly RuleLive[];
}
