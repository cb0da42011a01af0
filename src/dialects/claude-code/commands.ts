import type { Command, Parameter, Parameters } from '../../model/command';
import type { StreamRequest } from '../../model/description';

const text = (name: string, about: string, required = true): Parameter => ({ name, about, type: 'text', required });
const words: Parameter = { name: 'capabilities', about: 'a list of words', type: 'list', required: false };

/** Only the parameters that were given. */
function given(parameters: Parameters): { readonly [name: string]: unknown } {
	return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
}

/** The client messages of the protocol. The server answers neither. The session adds id, time, source and version to an event. */
export const commands: readonly Command<StreamRequest>[] = [
	{
		name: 'register',
		title: 'Register as a component',
		group: 'client',
		risk: 'low',
		parameters: [text('component', 'the name that the server shows'), text('version', 'its version'), words],
		request: ({ component, version, capabilities = [] }) => ({
			message: { type: 'register', data: { component, version, capabilities } },
		}),
	},
	{
		name: 'publish_event',
		title: 'Publish an event',
		group: 'client',
		risk: 'low',
		parameters: [
			text('event_type', 'a hook, system or integration event'),
			{ name: 'payload', about: 'what the event tells', type: 'object', required: false },
			text('source', 'the component that it comes from (default: as registered)', false),
			text('session_id', 'the session that it is about', false),
			text('source_app', 'the app that it is about', false),
			text('hook_event_type', 'the hook, where it is one', false),
			text('summary', 'one sentence for people', false),
		],
		request: (parameters) => ({ message: { type: 'event', data: { payload: {}, ...given(parameters) } } }),
	},
];
