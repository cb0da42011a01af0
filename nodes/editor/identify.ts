import { loadDialects, offerDialects } from './dialects';

/** The part of the node that this form uses. */
interface IdentifyForm {
	dialect: string;
}

/** Fills in the form. */
export function prepare(node: IdentifyForm): void {
	const select = $('#node-input-dialect');
	offerDialects(select, node.dialect, []);
	void loadDialects().then((infos) => offerDialects(select, node.dialect, infos));
}
