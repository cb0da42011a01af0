import type { Dialect } from '../src/dialects/dialect';
import { AgentStreamError } from '../src/model/errors';
import type { FileEvent } from './input';
import type { Source } from './source';

/** Counts how many lines of a recording could be understood, by the events that each gave. */
export class Understanding {
	/** Lines with a frame. */
	private lines = 0;
	/** Of these, those that gave an event of a type that their protocol knows. */
	private understood = 0;
	/** Of those, the ones that lost a field or held something else as well. */
	private partly = 0;
	/** Lines that say nothing by themselves: an empty list without a name. */
	private blank = 0;
	/** The line in hand. */
	private line = { n: 0, good: false, bad: false };

	/** Takes the events of a file, in order. */
	note({ n, event }: FileEvent): void {
		if (n !== this.line.n) {
			this.count();
			this.line = { n, good: false, bad: false };
		}
		const isKnown = event.dialect !== null && !event.rejected && event.type !== 'unknown' && event.type !== 'invalid';
		if (isKnown && event.type !== 'empty_list') this.line.good = true;
		if (!isKnown || !event.valid) this.line.bad = true;
	}

	/**
	 * All was read.
	 * @returns what is to be said of lines that were not understood; null where all were
	 * @throws AgentStreamError INPUT_INVALID: none was, with what was found instead and what to do
	 */
	finish(source: Source, dialect: Dialect | 'auto'): string | null {
		this.count();
		this.line = { n: 0, good: false, bad: false };
		const { lines, understood, partly } = this;
		if (understood === 0) throw new AgentStreamError('INPUT_INVALID', this.nothing(source, dialect));
		const lost = lines - understood - this.blank;
		if (lost === 0 && partly === 0) return null;
		const what = [lost > 0 ? `${lost} not understood` : '', partly > 0 ? `${partly} understood only in part` : ''];
		return `of ${lines} lines ${what.filter(Boolean).join(', ')}: agent-stream identify says why`;
	}

	private count(): void {
		const { n, good, bad } = this.line;
		if (n === 0) return;
		this.lines += 1;
		if (good) this.understood += 1;
		else if (!bad) this.blank += 1;
		if (good && bad) this.partly += 1;
	}

	private nothing({ name, look }: Source, dialect: Dialect | 'auto'): string {
		if (look === 'utf-16') return `${name} is UTF-16: save it as UTF-8.`;
		if (this.lines === 0) return `${name} is empty: agent-stream record makes a recording.`;
		if (look === 'binary') return `${name} is no UTF-8 text: agent-stream record makes a recording.`;
		const isOne = this.lines === 1;
		const none = isOne
			? `the only line of ${name} is no frame`
			: `none of the ${this.lines} lines of ${name} is a frame`;
		return dialect === 'auto'
			? `${none} of a known protocol: agent-stream identify shows what there is; where a protocol cannot be told, choose it with --dialect.`
			: `${none} of ${dialect.title}: agent-stream identify shows what there is; without --dialect the protocol is told by itself.`;
	}
}
