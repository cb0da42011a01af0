import type { Parameter, Risk } from '../../src/model/command';

/*
 * What the runtime tells the editor over Node-RED's admin interface. The editor's scripts import it: nothing of a server belongs here.
 */

/** Where the editor asks, below the admin root. */
export const editorPaths = { dialects: 'agent-stream/dialects', trial: 'agent-stream/try' } as const;

/** A command, as a form offers it. */
export interface CommandInfo {
	readonly name: string;
	readonly title: string;
	readonly group: string;
	readonly risk: Risk;
	readonly parameters: readonly Omit<Parameter, 'resolve'>[];
}

/** A dialect, as forms offer it. */
export interface DialectInfo {
	readonly name: string;
	readonly title: string;
	readonly transport: 'websocket' | 'socket.io';
	/** Where such a server listens unless the user says otherwise. */
	readonly url: string;
	readonly tokenIn: 'bearer' | 'query' | 'header' | 'cookie' | 'message';
	/** Whether it has a REST interface beside the stream. */
	readonly rest: boolean;
	/** Event types that a server sends. */
	readonly types: readonly string[];
	/** What its entities are about. */
	readonly subjects: readonly string[];
	readonly commands: readonly CommandInfo[];
}

/** What the live test of a definition takes. */
export interface TrialRequest {
	/** The definition as JSON text. */
	readonly definition: string;
	/** A frame as a server sends it. */
	readonly frame: string;
}

/** What became of a frame; all of it text of a stranger, and bounded. */
export interface TrialAnswer {
	readonly events: readonly {
		readonly type: string;
		/** `name` or `structure`: what told the type. */
		readonly by: string;
		readonly rejected: boolean;
		readonly replayed: boolean;
		readonly time: string;
		/** The data as JSON, cut. */
		readonly data: string;
		readonly issues: readonly string[];
	}[];
	readonly entities: readonly {
		readonly path: string;
		readonly name: string;
		readonly platform: string;
		readonly state: string;
		readonly unit: string;
		readonly deviceClass: string;
	}[];
	/** Why the definition cannot be used. */
	readonly error: string | null;
	/** What was wrong with rows on this frame. */
	readonly warnings: readonly string[];
	/** Whether something was left out because there is too much of it. */
	readonly cut: boolean;
}
