import type { NodeAPI } from 'node-red';
import { dialects } from '../../src/dialects';
import type { Dialect } from '../../src/dialects/dialect';
import type { Clock } from '../../src/model/clock';
import { asAgentStreamError } from '../../src/model/errors';
import { type DialectInfo, editorPaths } from './editor-answers';
import { Trials } from './trial';

/** What the editor asks the runtime for: the dialects that there are, and live tests of definitions. */
export function serveEditor(RED: NodeAPI, clock: Clock): void {
	const { httpAdmin, auth } = RED;
	const catalogue = dialects.map(infoOf);
	httpAdmin.get(
		`/${editorPaths.dialects}`,
		auth.needsPermission('agent-stream-endpoint.read'),
		(_request, response) => {
			response.json(catalogue);
		},
	);
	const trials = new Trials(clock);
	httpAdmin.post(`/${editorPaths.trial}`, auth.needsPermission('agent-stream-endpoint.write'), (request, response) => {
		trials.answer(request.body).then(
			(answer) => response.json(answer),
			(thrown: unknown) => {
				const { code, message } = asAgentStreamError(thrown, 'INPUT_INVALID');
				response.status(code === 'LIMIT_REACHED' ? 429 : 400).json({ code, message });
			},
		);
	});
}

function infoOf(dialect: Dialect): DialectInfo {
	const { name, title, transport, defaultUrl: url, tokenIn, types, subjects, commands } = dialect;
	return {
		name,
		title,
		transport,
		url,
		tokenIn,
		rest: dialect.restBase(new URL(url)) !== null,
		types: Object.entries(types).flatMap(([type, { own }]) => (own ? [] : [type])),
		subjects: [...new Set(subjects.map(({ subject }) => subject))],
		commands: commands.map(({ name: word, title: label, group, risk, parameters }) => ({
			name: word,
			title: label,
			group,
			risk,
			parameters: parameters.map(({ resolve: _resolve, ...parameter }) => parameter),
		})),
	};
}
