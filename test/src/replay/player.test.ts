import assert from 'node:assert/strict';
import type { ReplayPlan } from '../../../src/replay/plan';
import { type Outlet, Player } from '../../../src/replay/player';
import { FakeClock } from '../../support/fake-clock';

/** Notes what is sent, and when. */
class Notes implements Outlet {
	readonly sent: string[] = [];
	private readonly waiting: (() => void)[] = [];
	/** Bytes that each frame leaves waiting until `read` is called. */
	cost = 0;
	backlog = 0;
	pings = 0;
	closed = false;

	constructor(private readonly clock: FakeClock) {}

	send(frame: string | Uint8Array, sent: () => void): void {
		this.sent.push(`${this.clock.now()} ${frame}`);
		this.backlog += this.cost;
		this.waiting.push(sent);
	}

	/** The client reads all that waits for it. */
	read(): void {
		this.backlog = 0;
		for (const sent of this.waiting.splice(0)) sent();
	}

	ping(): void {
		this.pings += 1;
	}

	close(): void {
		this.closed = true;
	}
}

function play(plan: Partial<ReplayPlan>) {
	const clock = new FakeClock(0);
	const notes = new Notes(clock);
	const player = new Player(notes, { frames: [], duration: 0, end: 'open', repeated: [], ...plan }, clock);
	player.start();
	return { clock, notes, player };
}

const two = [
	{ due: 10, frame: 'a' },
	{ due: 30, frame: 'b' },
];

describe('Player', () => {
	it('sends each frame when it is due, then stays open with a ping every 30 s', () => {
		const { clock, notes, player } = play({ frames: two });
		clock.advance(9);
		assert.deepEqual(notes.sent, []);
		clock.advance(91);
		assert.deepEqual(notes.sent, ['10 a', '30 b']);
		clock.advance(89_900);
		assert.equal(notes.pings, 3);
		assert.equal(notes.closed, false);
		player.stop();
		assert.equal(clock.timers, 0);
	});

	it('closes after the last frame when told so', () => {
		const { clock, notes } = play({ frames: two, end: 'once' });
		clock.advance(29);
		assert.equal(notes.closed, false);
		clock.advance(1);
		assert.equal(notes.closed, true);
	});

	it('starts again when told so', () => {
		const { clock, notes, player } = play({ frames: two, duration: 30, end: 'loop' });
		clock.advance(65);
		assert.deepEqual(notes.sent, ['10 a', '30 b', '40 a', '60 b']);
		player.stop();
		clock.advance(100);
		assert.equal(notes.sent.length, 4);
	});

	it('repeats what is held, each at its cadence', () => {
		const repeated = [
			{ frame: 'x', first: 5, every: 20 },
			{ frame: 'y', first: 0, every: 30 },
		];
		const { clock, notes } = play({ frames: two.slice(0, 1), end: 'hold', repeated });
		clock.advance(60);
		assert.deepEqual(notes.sent, ['10 a', '10 y', '15 x', '35 x', '40 y', '55 x']);
	});

	it('pauses for a slow client and goes on where it was', () => {
		const frames = ['a', 'b', 'c'].map((frame, at) => ({ due: at + 1, frame }));
		const { clock, notes, player } = play({ frames, end: 'hold', repeated: [{ frame: 'x', first: 10, every: 10 }] });
		notes.cost = 1_500_000;
		clock.advance(100);
		assert.deepEqual(notes.sent, ['1 a']);
		notes.read();
		clock.advance(0);
		assert.deepEqual(notes.sent, ['1 a', '100 b']);
		notes.cost = 600_000;
		notes.read();
		clock.advance(30);
		assert.deepEqual(notes.sent.slice(2), ['100 c', '110 x'], 'repetitions that nobody reads are left out');
		player.stop();
		notes.read();
		assert.equal(clock.timers, 0);
	});

	it('lets others have their turn while it floods', () => {
		const frames = Array.from({ length: 1_000 }, (_, at) => ({ due: 0, frame: String(at) }));
		const { clock, notes } = play({ frames });
		assert.ok(notes.sent.length < 100);
		clock.advance(0);
		assert.equal(notes.sent.length, 1_000);
	});

	it('does not shorten a wait of months', () => {
		const { clock, notes, player } = play({ frames: [{ due: 8_000_000_000, frame: 'a' }] });
		clock.advance(7_999_999_999);
		assert.equal(notes.sent.length, 0);
		clock.advance(1);
		assert.equal(notes.sent.length, 1);
		player.stop();
	});
});
