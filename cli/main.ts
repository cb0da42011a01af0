#!/usr/bin/env node
import { systemClock } from '../src/model/clock';
import type { Io } from './io';
import { run } from './run';

const signals = ['SIGINT', 'SIGTERM'] as const;

const io: Io = {
	// Only a command that reads standard input touches it: an open one keeps the process alive.
	get stdin() {
		return process.stdin;
	},
	stdout: process.stdout,
	stderr: process.stderr,
	env: process.env,
	clock: systemClock,
	onSignal(ended) {
		const off = (): void => {
			for (const signal of signals) process.off(signal, first);
		};
		// The first signal ends the command; a second one, while it closes, ends the process at once.
		const first = (): void => {
			off();
			ended();
		};
		for (const signal of signals) process.on(signal, first);
		return off;
	},
};

// Nobody to tell anything any more is no reason to fail.
process.stderr.on('error', () => {});
run(process.argv.slice(2), io).then((status) => {
	process.exitCode = status;
});
