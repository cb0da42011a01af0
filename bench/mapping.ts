import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentsApi } from '../src/dialects/agents-api';
import { aios } from '../src/dialects/aios';
import { autosdlc } from '../src/dialects/autosdlc';
import { claudeCode } from '../src/dialects/claude-code';
import type { Dialect } from '../src/dialects/dialect';
import { EventReader } from '../src/dialects/reader';
import { unraid } from '../src/dialects/unraid';
import { Mapper } from '../src/entities/mapper';
import type { StreamEvent } from '../src/model/event';
import { FakeClock } from '../test/support/fake-clock';

/*
 * What a frame costs on its way to entities, as multiples of what JSON.parse alone costs for the same frames in the same run. Each round
 * measures all stages one after the other, and of each stage the quickest round counts: the one that was disturbed least.
 */

const rounds = 11;
/** How often each frame is mapped in a row. */
const repeats = 5;
/** The first of a row is a change from the frame before: with so many in a row it does not count. */
const inRowUnchanged = 50;
/** A stage of one round handles at least so many characters: short fixtures are gone through many times. */
const charactersPerRound = 500_000;

/** A frame's value as it would come with the next news. */
type Again = (value: unknown, turn: number) => unknown;

interface Case {
	readonly dialect: Dialect;
	readonly files: readonly string[];
	readonly again: Again;
	/** True where a frame is a whole picture: the recording in its own order is believable as often as one likes. */
	readonly pictures?: true;
}

type Fields = { readonly [name: string]: unknown };
const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/** Every number is another one by turns: nothing of a picture stays as it was. */
function moved(value: unknown, turn: number): unknown {
	if (typeof value === 'number') return turn % 2 === 0 ? value : value >= 99 ? value - 1 : value + 1;
	if (Array.isArray(value)) return value.map((each) => moved(each, turn));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, moved(each, turn)]));
}

/** The same happens anew: another id, another time. */
function anew(value: Fields, turn: number): Fields {
	const { id, timestamp } = value;
	const time = typeof timestamp === 'number' ? timestamp + turn : new Date(turn * 1_000).toISOString();
	return { ...value, ...(id !== undefined && { id: `${id}-${turn}` }), timestamp: time };
}

const inData: Again = (value, turn) => {
	const { data, ...envelope } = fieldsOf(value);
	return { ...envelope, data: Array.isArray(data) ? data : anew(fieldsOf(data), turn) };
};

const cases: readonly Case[] = [
	{ dialect: unraid, files: ['scenario-a.jsonl'], again: moved, pictures: true },
	{ dialect: claudeCode, files: ['hooks-server-live.jsonl', 'document-examples.jsonl'], again: inData },
	{ dialect: autosdlc, files: ['messages.jsonl'], again: (value, turn) => anew(fieldsOf(value), turn) },
	{
		dialect: agentsApi,
		files: ['usual.jsonl'],
		again: (value, turn) => {
			const [name, data] = Array.isArray(value) ? value : [];
			return [name, anew(fieldsOf(data), turn)];
		},
	},
	{ dialect: aios, files: ['document-server.jsonl'], again: inData },
];

function framesOf({ dialect, files }: Case): string[] {
	return files.flatMap((file) =>
		readFileSync(join(__dirname, '../test/fixtures', dialect.name, file), 'utf8')
			.split('\n')
			.filter((line) => line !== '')
			.map((line) => (JSON.parse(line) as { readonly raw: string }).raw),
	);
}

/** Microseconds of processor time that something takes: what else the machine does costs nothing of it. */
function timed(run: () => void): number {
	const started = process.cpuUsage();
	run();
	const { user, system } = process.cpuUsage(started);
	return user + system;
}

const stages = ['alone', 'decode', 'read', 'unchanged', 'recorded', 'changed'] as const;
type Stage = (typeof stages)[number];

function measure(one: Case): readonly (string | number)[] {
	const { dialect, again } = one;
	const frames = framesOf(one);
	const characters = frames.reduce((sum, { length }) => sum + length, 0);
	const turns = Math.ceil(charactersPerRound / characters);
	const clock = new FakeClock();
	const reader = new EventReader({ source: 'bench', dialect, clock });
	const session = dialect.session({ clock, random: () => 0.5, token: () => null, warn: () => {} });
	const read = (frame: string): StreamEvent[] => reader.read(frame);
	/** Each frame as it came, and as it comes again with news. The values of no two of them are the same object. */
	const same = frames.map((frame) => Array.from({ length: repeats }, () => read(frame)));
	const news = frames.map((frame) =>
		Array.from({ length: repeats }, (_, turn) => read(JSON.stringify(again(JSON.parse(frame), turn + 1)))),
	);
	const each = (run: (frame: string) => unknown) => () => {
		for (let turn = 0; turn < turns; turn += 1) for (const frame of frames) run(frame);
	};
	/** Mappers that know every frame already; each maps all of them so many times that a stage is as long as the others. */
	const mappers = () =>
		Array.from({ length: Math.ceil(turns / repeats) }, () => {
			const mapper = new Mapper({ source: 'bench', dialect, clock });
			for (const list of same) for (const event of list[0] ?? []) mapper.apply(event);
			return mapper;
		});
	/** Each frame some times in a row. */
	const inRow = (lists: readonly StreamEvent[][][], times: number) => (mapper: Mapper) => {
		for (const list of lists) {
			for (let turn = 0; turn < times; turn += 1) for (const event of list[turn % repeats] ?? []) mapper.apply(event);
		}
	};
	/** All frames in their order, some times. */
	const inOrder = (lists: readonly StreamEvent[][][]) => (mapper: Mapper) => {
		for (let turn = 0; turn < repeats; turn += 1) {
			for (const list of lists) for (const event of list[turn] ?? []) mapper.apply(event);
		}
	};
	const mapped = (run: (mapper: Mapper) => void, times = repeats) => {
		const all = mappers();
		return timed(() => all.forEach(run)) / (all.length * times);
	};
	const measured: { readonly [S in Stage]: () => number } = {
		alone: () => timed(each(JSON.parse)) / turns,
		decode: () => timed(each((frame) => session.decode(frame))) / turns,
		read: () => timed(each(read)) / turns,
		unchanged: () => mapped(inRow(same, inRowUnchanged), inRowUnchanged),
		recorded: () => mapped(inOrder(one.pictures ? same : news)),
		changed: () => mapped(inRow(news, repeats)),
	};
	const quickest = new Map<Stage, number>();
	for (let round = 0; round < rounds; round += 1) {
		for (const stage of stages) {
			quickest.set(stage, Math.min(measured[stage](), quickest.get(stage) ?? Number.POSITIVE_INFINITY));
		}
	}
	const [alone = 0, ...others] = stages.map((stage) => quickest.get(stage) ?? 0);
	const size = Math.round(characters / frames.length);
	const shown = others.map((cost) => (cost / alone).toFixed(1));
	return [dialect.name, one.files.join(', '), frames.length, size, (alone / frames.length).toFixed(1), ...shown];
}

const head = [
	'protocol',
	'frames of',
	'frames',
	'characters each',
	'JSON.parse, µs',
	'decode',
	'read',
	'map: unchanged',
	'map: as recorded',
	'map: all new',
];
console.log('mapping: cost of a frame; the last five columns are multiples of JSON.parse');
for (const line of [head, head.map(() => '---'), ...cases.map(measure)]) console.log(`| ${line.join(' | ')} |`);
