import assert from 'node:assert/strict';
import type { Node } from 'node-red';
import { Directory } from '../../nodes/glue/endpoints';
import { Sharing } from '../../nodes/glue/sharing';
import { limits } from '../../src/model/limits';
import { FakeClock } from '../support/fake-clock';

function setUp() {
	const clock = new FakeClock();
	const done: string[] = [];
	let now = '';
	const sharing = new Sharing(
		{
			start: () => {},
			stop: async () => void done.push('stop'),
			// As the endpoint: what is asked for already costs nothing.
			want: (types) => {
				const text = [...types].sort().join(' ') || 'all';
				if (text !== now) done.push(text);
				now = text;
			},
		},
		clock,
	);
	const taken = () => done.splice(0);
	return { clock, sharing, taken };
}

describe('sharing of an endpoint', () => {
	it('asks for what all want, for more at once and for less a little later', () => {
		const { clock, sharing, taken } = setUp();
		sharing.use(['a']);
		const two = sharing.use(['b']);
		assert.deepEqual(taken(), ['a', 'a b']);
		const all = sharing.use([]);
		assert.deepEqual(taken(), ['all']);
		all.release();
		clock.advance(limits.narrowAfter - 1);
		assert.deepEqual(taken(), []);
		clock.advance(1);
		assert.deepEqual(taken(), ['a b']);
		// What is said in so many words counts at once.
		two.want(['c']);
		assert.deepEqual(taken(), ['a c']);
	});

	it('asks no more for a user that wants whatever the others want', () => {
		const { clock, sharing, taken } = setUp();
		const one = sharing.use(null);
		assert.deepEqual(taken(), ['all']);
		sharing.use(['a']);
		clock.advance(limits.narrowAfter);
		assert.deepEqual(taken(), []);
		one.want(null);
		assert.deepEqual(taken(), ['a']);
		one.release();
		clock.advance(limits.narrowAfter);
		assert.deepEqual(taken(), []);
	});

	it('says nothing when a node is deployed again', () => {
		const { clock, sharing, taken } = setUp();
		sharing.use(['a']);
		for (const types of [['b', 'c'], []]) {
			let user = sharing.use(types);
			taken();
			for (let deploys = 0; deploys < 5; deploys++) {
				user.release();
				clock.advance(1_000);
				user = sharing.use(types);
			}
			assert.deepEqual([taken(), clock.timers], [[], 0]);
			user.release();
			clock.advance(limits.narrowAfter);
			assert.deepEqual(taken(), ['a']);
		}
	});

	it('goes over to a node that was changed without a gap', () => {
		const { clock, sharing, taken } = setUp();
		sharing.use(['a']);
		const user = sharing.use(['b']);
		taken();
		user.release();
		sharing.use(['c']);
		assert.deepEqual(taken(), ['a b c']);
		clock.advance(limits.narrowAfter);
		assert.deepEqual(taken(), ['a c']);
	});

	it('ends a little after its last user, and leaves no timer', () => {
		const { clock, sharing, taken } = setUp();
		const one = sharing.use(['a']);
		const two = sharing.use(['b']);
		one.release();
		assert.equal(clock.timers, 1);
		two.release();
		taken();
		clock.advance(limits.narrowAfter - 1);
		assert.deepEqual(taken(), []);
		clock.advance(1);
		assert.deepEqual([taken(), clock.timers], [['stop'], 0]);
		sharing.use(['c']);
		assert.deepEqual(taken(), ['c']);
	});

	it('does not end when its only user is deployed again', () => {
		const { clock, sharing, taken } = setUp();
		sharing.use(['a']).release();
		clock.advance(limits.narrowAfter - 1);
		const back = sharing.use(['a']);
		assert.equal(clock.timers, 0);
		clock.advance(limits.narrowAfter);
		assert.deepEqual(taken(), ['a']);
		back.release();
		sharing.close();
		assert.equal(clock.timers, 0);
	});
});

describe('the directory of endpoints', () => {
	const node = (): Node => ({}) as Node;
	const open = { phase: 'open', since: 0, attempt: 0 } as const;
	const connecting = { phase: 'connecting', since: 0, attempt: 1 } as const;
	const waiting = { phase: 'waiting', since: 0, attempt: 1 } as const;
	const setUpLinks = () => {
		const clock = new FakeClock();
		const directory = new Directory(clock);
		const owner = node();
		directory.claim('tower', owner);
		const seen: boolean[] = [];
		directory.follow('tower', ({ open: isOpen }) => seen.push(isOpen));
		directory.report('tower', open);
		return { clock, directory, owner, seen };
	};

	it('tells a lost connection at once', () => {
		const { directory, seen } = setUpLinks();
		directory.report('tower', waiting);
		assert.deepEqual(seen, [true, false]);
	});

	it('takes a node that is deployed again for no outage', () => {
		const { clock, directory, owner, seen } = setUpLinks();
		for (let deploys = 0; deploys < 3; deploys += 1) {
			directory.release('tower', owner);
			directory.claim('tower', owner);
			directory.report('tower', connecting);
			clock.advance(1_000);
		}
		assert.deepEqual(directory.link('tower'), { open: true, polling: false });
		directory.report('tower', open);
		clock.advance(limits.returnWithin);
		assert.deepEqual([seen, clock.timers], [[true], 0]);
	});

	it('tells that it did not come back, or is gone, when it had its time', () => {
		const { clock, directory, owner, seen } = setUpLinks();
		directory.release('tower', owner);
		directory.claim('tower', owner);
		directory.report('tower', waiting);
		clock.advance(limits.returnWithin);
		assert.deepEqual([seen, directory.link('tower')?.open], [[true, false], false]);
		directory.report('tower', open);
		directory.release('tower', owner);
		clock.advance(limits.returnWithin);
		assert.deepEqual([seen, directory.link('tower'), clock.timers], [[true, false, true, false], undefined, 0]);
	});
});
