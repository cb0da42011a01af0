import assert from 'node:assert/strict';
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

	it('ends with its last user, and leaves no timer', () => {
		const { clock, sharing, taken } = setUp();
		const one = sharing.use(['a']);
		const two = sharing.use(['b']);
		one.release();
		assert.equal(clock.timers, 1);
		two.release();
		assert.deepEqual([taken().at(-1), clock.timers], ['stop', 0]);
		sharing.use(['c']);
		assert.deepEqual(taken(), ['c']);
	});
});
