import type { Logger } from '../../src/model/logger';

/** Keeps every line, as `level text`. */
export class RecordingLogger implements Logger {
	readonly lines: string[] = [];
	debug = (text: string) => void this.lines.push(`debug ${text}`);
	info = (text: string) => void this.lines.push(`info ${text}`);
	warn = (text: string) => void this.lines.push(`warn ${text}`);
	error = (text: string) => void this.lines.push(`error ${text}`);
}
