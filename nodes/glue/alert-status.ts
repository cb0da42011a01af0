import type { NodeAPI } from 'node-red';
import type { AlertEngine } from '../../src/alert/engine';
import { severities } from '../../src/model/alert';
import type { Status } from './status';

/** What the status of an alert node tells. */
export interface AlertStanding {
	readonly engine: AlertEngine | null;
	/** Ids of the rules that run. */
	readonly rules: ReadonlySet<string>;
	/** Rules that cannot be read. */
	readonly faulty: number;
	/** Whether what comes at first has come: before, nobody can say that nothing is watched. */
	readonly isSettled: boolean;
}

const text = (word: string): string => `agent-stream-alert.status.${word}`;

/** What an alert node shows under itself: red with a critical alert, yellow with any other and where something is not in order. */
export function alertStatus(RED: NodeAPI, { engine, rules, faulty, isSettled }: AlertStanding): Status {
	const active = engine?.active() ?? [];
	const isMuted = [...rules].some((rule) => engine?.status(rule).mutedUntil);
	const counts = severities.toReversed().flatMap((severity) => {
		const count = active.filter((alert) => alert.severity === severity).length;
		return count > 0 ? [RED._(text(severity), { count })] : [];
	});
	if (isMuted) counts.push(RED._(text('muted')));
	const isBad = active.some(({ severity }) => severity === 'critical');
	const isIdle = active.length === 0 && isSettled && engine !== null && !watchesAnything(engine, rules);
	if (isIdle) counts.push(RED._(text('nothing')));
	if (faulty > 0) counts.push(RED._(text('faulty'), { count: faulty }));
	return {
		fill: isBad ? 'red' : active.length > 0 || isIdle || faulty > 0 ? 'yellow' : 'green',
		shape: isMuted ? 'ring' : 'dot',
		text: text(counts.length > 0 ? 'some' : 'none'),
		values: { counts: counts.join(', '), rules: rules.size },
	};
}

const watchesAnything = (engine: AlertEngine, rules: ReadonlySet<string>): boolean =>
	[...rules].some((rule) => engine.matches(rule).length > 0);
