import type { DialectInfo } from '../glue/editor-answers';
import { chosenEndpoint, loadDialects, spokenBy } from './dialects';
import { suggestWords } from './suggest';

/** Fills in the form. */
export function prepare(): void {
	let infos: readonly DialectInfo[] = [];
	suggestWords($('#node-input-types'), () =>
		spokenBy(chosenEndpoint('#node-input-endpoint'), infos).flatMap(({ types }) => types),
	);
	void loadDialects().then((loaded) => {
		infos = loaded;
	});
}
