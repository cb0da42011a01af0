declare global {
	interface JQuery {
		/** Node-RED's widget: suggestions while a text is typed. */
		autoComplete(options: { minLength: number; search: (text: string) => { value: string; label: string }[] }): JQuery;
	}
}

/** Suggestions that are shown at most. */
const most = 30;

/** Suggests words for a field that holds a list of them, separated by commas: completes the last one. */
export function suggestWords(field: JQuery, words: () => readonly string[]): void {
	field.autoComplete({ minLength: 0, search: (text) => completions(text, words()) });
}

/** The texts that a list of words may become: its last word completed, an exclusion mark kept. */
export function completions(text: string, words: readonly string[]): { value: string; label: string }[] {
	const { before = '', typed = '' } = /^(?<before>(?:.*,)?\s*!?\s*)(?<typed>.*)$/s.exec(text)?.groups ?? {};
	const taken = new Set(before.split(',').map((word) => word.replace('!', '').trim()));
	const wanted = typed.trim().toLowerCase();
	return [...new Set(words)]
		.filter((word) => word.toLowerCase().includes(wanted) && word !== typed && !taken.has(word))
		.slice(0, most)
		.map((word) => ({ value: `${before}${word}`, label: word }));
}
