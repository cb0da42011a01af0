import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EventReader } from '../../../src/dialects/reader';
import { unraid } from '../../../src/dialects/unraid';
import { uniqueId } from '../../../src/entities/identity';
import { Mapper } from '../../../src/entities/mapper';
import { FakeClock } from '../../support/fake-clock';

const minute = 60_000;
const day = 86_400_000;
const names = ['plex', 'Ünicode box', 'a_b', 'a-b', 'A-B', 'x/y'] as const;

/** What can happen to a list of containers, and to the connection that tells of it. */
type Step =
	| { readonly list: readonly number[]; readonly recreate: boolean }
	| { readonly gap: number }
	| { readonly wait: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
	fc.oneof(
		fc.record({
			list: fc.shuffledSubarray(names.map((_, index) => index)),
			recreate: fc.boolean(),
		}),
		fc.record({ gap: fc.integer({ min: 1, max: 3 * day }) }),
		fc.record({ wait: fc.integer({ min: 1, max: 20 * minute }) }),
	),
	{ maxLength: 40 },
);

/** One server whose containers come, go, are made anew and change places. */
function server(source: string, clock: FakeClock) {
	const mapper = new Mapper({ source, dialect: unraid, clock });
	const reader = new EventReader({ source, dialect: unraid, clock });
	let made = 0;
	const list = (indices: readonly number[], recreate: boolean) => {
		if (recreate) made += 1;
		const data = indices.map((index) => ({
			id: (made * 100 + index).toString(16).padStart(12, '0'),
			name: names[index],
			image: 'i',
			state: 'running',
			ports: [],
		}));
		const timestamp = new Date(clock.now()).toISOString();
		return reader
			.readValue({ event: 'container_list_update', timestamp, data })
			.flatMap((event) => mapper.apply(event));
	};
	return { mapper, list };
}

const idsOf = (source: string) =>
	new Map(names.map((name) => [name as string, uniqueId(source, 'container', name, 'state')]));

describe('identity and lifecycle, under random gaps, reorders, recreations and a second server', () => {
	it('removes nothing before a day of healthy absence, and keeps one id for one name', () => {
		fc.assert(
			fc.property(steps, (sequence) => {
				const clock = new FakeClock();
				const { mapper, list } = server('tower', clock);
				const ids = idsOf('tower');
				/** Milliseconds that a container has been missing while lists came; an upper bound of what may count. */
				const missing = new Map<string, number>();
				let last: number | null = null;
				for (const step of sequence) {
					if ('wait' in step) {
						clock.advance(step.wait);
						mapper.tick();
					} else if ('gap' in step) {
						mapper.connection(false);
						assert.ok(mapper.entities().every(({ available, always_available: always }) => always || !available));
						clock.advance(step.gap);
						mapper.connection(true);
						last = null;
					} else {
						const listed = new Set(step.list.map((index) => names[index] as string));
						const since = last === null ? 0 : clock.now() - last;
						last = clock.now();
						const changes = list(step.list, step.recreate);
						for (const { kind, entity } of changes) {
							if (kind !== 'removed') continue;
							assert.ok((missing.get(entity.key ?? '') ?? 0) + since >= day, `${entity.key} was removed too early`);
						}
						for (const name of names) missing.set(name, listed.has(name) ? 0 : (missing.get(name) ?? 0) + since);
						for (const entity of mapper.entities()) {
							if (entity.row !== 'state' || entity.subject !== 'container') continue;
							assert.equal(entity.unique_id, ids.get(entity.key ?? ''));
							assert.equal(entity.available, listed.has(entity.key ?? ''));
						}
						const shown = mapper.entities().map(({ unique_id }) => unique_id);
						assert.equal(new Set(shown).size, shown.length);
					}
				}
			}),
			{ numRuns: 200 },
		);
	});

	it('gives different names different ids, and two servers with one host name no id in common', () => {
		const tower = idsOf('tower');
		assert.equal(new Set(tower.values()).size, names.length);
		const clock = new FakeClock();
		const all = names.map((_, index) => index);
		const one = server('tower', clock);
		const two = server('attic', clock);
		one.list(all, false);
		two.list(all, false);
		const ids = new Set(one.mapper.entities().map(({ unique_id }) => unique_id));
		assert.ok(ids.size > names.length);
		assert.deepEqual(
			two.mapper.entities().filter(({ unique_id }) => ids.has(unique_id)),
			[],
		);
		const devices = [one, two].map(({ mapper }) => mapper.entities()[0]?.device.identifiers[0]);
		assert.deepEqual(devices, ['agent-stream_tower', 'agent-stream_attic']);
	});
});
