import type { Condition } from '../model/alert';

/** One kind of condition: what it looks at, and how people are told. */
export interface Kind {
	/** What it looks at: the value, what an event entity fires, whether the thing is there, or (asked for beforehand) an expression. */
	readonly on: 'value' | 'fired' | 'silence' | 'presence' | 'expression';
	/** True where it happens and is over: nothing is waited for before it is raised, and time clears it. */
	readonly momentary?: true;
	/** Which of two values is the worse one; absent where values have no worst. */
	readonly worse?: 'more' | 'less';
	/** What comes behind the unit. */
	readonly per?: string;
	/** What is told unless the rule has a text of its own. */
	readonly raised: string;
	readonly cleared: string;
}

const passed = '{name} is {value} {unit}[ (limit {threshold} {unit} by {source})], {device}';
const back = '{name} is fine again: {value} {unit} after {duration}[ (worst {peak} {unit})], {device}';
const isNow = '{name} is {value}, {device}';
const wasFor = '{name} is {value} again after {duration}, {device}';

/** Every kind of condition. A new kind is a row here, a shape in `conditionSchema` and a judge in `judges.ts`. */
export const kinds: { readonly [K in Condition['kind']]: Kind } = {
	above: { on: 'value', worse: 'more', raised: passed, cleared: back },
	below: { on: 'value', worse: 'less', raised: passed, cleared: back },
	outside: { on: 'value', raised: passed, cleared: '{name} is fine again: {value} {unit} after {duration}, {device}' },
	is: { on: 'value', raised: isNow, cleared: wasFor },
	is_not: { on: 'value', raised: isNow, cleared: wasFor },
	changes_to: { on: 'value', raised: isNow, cleared: wasFor },
	changes_from: { on: 'value', raised: isNow, cleared: wasFor },
	boolean: { on: 'value', raised: isNow, cleared: wasFor },
	increases: {
		on: 'value',
		momentary: true,
		worse: 'more',
		raised: '{name} rose to {value} {unit}, {device}',
		cleared: '{name} has not risen again: {count} in all since {since}, the last to {value} {unit}, {device}',
	},
	decreases: {
		on: 'value',
		momentary: true,
		worse: 'less',
		raised: '{name} fell to {value} {unit}, {device}',
		cleared: '{name} has not fallen again: {count} in all since {since}, the last to {value} {unit}, {device}',
	},
	happens: {
		on: 'fired',
		momentary: true,
		raised: '{name}: {value}, {device}',
		cleared: '{name}: nothing more, {count} in all since {since}, the last {value}, {device}',
	},
	rate: {
		on: 'value',
		per: '/min',
		raised: '{name} changes by {value} {unit}[ (limit {threshold} {unit})], {device}',
		cleared: '{name} is steady again: {value} {unit} after {duration}, {device}',
	},
	no_data: {
		on: 'silence',
		raised: 'No data from {name} since {since}: {value}, {device}',
		cleared: 'Data from {name} again after {duration}, {device}',
	},
	vanished: {
		on: 'presence',
		raised: '{name} is gone, {device}',
		cleared: '{name} is back after {duration}, {device}',
	},
	jsonata: { on: 'expression', raised: isNow, cleared: wasFor },
};
