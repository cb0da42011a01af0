import type { Clock, Timer } from '../model/clock';
import { limits } from '../model/limits';
import { comparedValue, differs, type Remembered } from './change';
import type { FilterInput } from './dimensions';
import { Keyed } from './keyed';
import type { FilterSettings } from './settings';
import type { Outlet, Stage } from './stage';

type Shape = FilterSettings['shape'];
type SettingsOf<K extends keyof Shape> = NonNullable<Shape[K]>;

/** Lets through what differs from the last that it let through. */
export function changed<M extends FilterInput>(settings: SettingsOf<'changed'>, outlet: Outlet<M>): Stage<M> {
	const value = comparedValue(settings);
	const last = new Keyed<{ readonly value: Remembered }>(limits.filterKeys, () => outlet.forgot());
	return {
		take(key, message) {
			const now = value(message);
			const earlier = last.get(key);
			if (earlier && !differs(earlier.value, now, settings)) return outlet.refuse(message, 'unchanged');
			last.set(key, { value: now });
			outlet.pass(key, message);
		},
		close() {
			last.clear();
			return [];
		},
	};
}

/** A message that waits for a timer; `message` is undefined where only the time is waited for. */
interface Waiting<M> {
	message: M | undefined;
	timer: Timer;
	/** When the first message of this wait came, ms since 1970. */
	readonly since: number;
}

/** Messages that wait for their timer, one per key. */
function waitingRoom<M>(clock: Clock, outlet: Outlet<M>): { states: Keyed<Waiting<M>>; close(): readonly M[] } {
	const states = new Keyed<Waiting<M>>(limits.filterKeys, ({ message, timer }) => {
		clock.cancel(timer);
		outlet.forgot();
		if (message !== undefined) outlet.refuse(message, 'limit');
	});
	const close = (): readonly M[] =>
		states.clear().flatMap(({ message, timer }) => {
			clock.cancel(timer);
			return message === undefined ? [] : [message];
		});
	return { states, close };
}

/** At most one per interval, which starts with the first message that finds none running. */
export function throttle<M>(settings: SettingsOf<'throttle'>, outlet: Outlet<M>, clock: Clock): Stage<M> {
	const { states, close } = waitingRoom(clock, outlet);
	const open = (key: string, message: M | undefined): void => {
		states.set(key, { message, timer: clock.after(settings.every, () => end(key)), since: clock.now() });
	};
	const end = (key: string): void => {
		const message = states.get(key)?.message;
		states.delete(key);
		if (message === undefined) return;
		// What passes at the end starts the next interval, or two could pass right after each other.
		if (settings.pass === 'both') open(key, undefined);
		outlet.pass(key, message);
	};
	return {
		take(key, message) {
			const running = states.get(key);
			if (!running) {
				open(key, settings.pass === 'last' ? message : undefined);
				if (settings.pass !== 'last') outlet.pass(key, message);
				return;
			}
			if (settings.pass === 'first') return outlet.refuse(message, 'throttled');
			const superseded = running.message;
			running.message = message;
			if (superseded !== undefined) outlet.refuse(superseded, 'throttled');
		},
		close,
	};
}

/** The last message, once there was quiet. */
export function debounce<M>(settings: SettingsOf<'debounce'>, outlet: Outlet<M>, clock: Clock): Stage<M> {
	const { states, close } = waitingRoom(clock, outlet);
	const end = (key: string): void => {
		const message = states.get(key)?.message;
		states.delete(key);
		if (message !== undefined) outlet.pass(key, message);
	};
	return {
		take(key, message) {
			const running = states.get(key);
			if (running) clock.cancel(running.timer);
			const since = running?.since ?? clock.now();
			const left = settings.longest === undefined ? settings.quiet : since + settings.longest - clock.now();
			const wait = Math.max(0, Math.min(settings.quiet, left));
			states.set(key, { message, timer: clock.after(wait, () => end(key)), since });
			if (running?.message !== undefined) outlet.refuse(running.message, 'debounced');
		},
		close,
	};
}

/** The first of every n. */
export function sample<M>(settings: SettingsOf<'sample'>, outlet: Outlet<M>): Stage<M> {
	const counts = new Keyed<{ seen: number }>(limits.filterKeys, () => outlet.forgot());
	return {
		take(key, message) {
			const count = counts.get(key) ?? { seen: 0 };
			const passes = count.seen === 0;
			count.seen = (count.seen + 1) % settings.every;
			counts.set(key, count);
			if (passes) outlet.pass(key, message);
			else outlet.refuse(message, 'sampled');
		},
		close() {
			counts.clear();
			return [];
		},
	};
}

/** Collects messages into one; `pass` gets the whole batch. */
export function batch<M>(
	settings: SettingsOf<'batch'>,
	outlet: Omit<Outlet<M>, 'pass'> & { pass(messages: readonly M[]): void },
	clock: Clock,
): Stage<M> {
	interface Collected {
		readonly messages: M[];
		readonly timer: Timer | undefined;
	}
	const states = new Keyed<Collected>(limits.filterKeys, ({ messages, timer }) => {
		clock.cancel(timer);
		outlet.forgot();
		for (const message of messages) outlet.refuse(message, 'limit');
	});
	const end = (key: string): void => {
		const collected = states.get(key);
		if (!collected) return;
		states.delete(key);
		clock.cancel(collected.timer);
		outlet.pass(collected.messages);
	};
	return {
		take(key, message) {
			const group = settings.per === 'key' ? key : '';
			const collected = states.get(group) ?? {
				messages: [],
				timer: settings.every === undefined ? undefined : clock.after(settings.every, () => end(group)),
			};
			collected.messages.push(message);
			states.set(group, collected);
			if (collected.messages.length >= settings.count) end(group);
		},
		close: () =>
			states.clear().flatMap(({ messages, timer }) => {
				clock.cancel(timer);
				return messages;
			}),
	};
}
