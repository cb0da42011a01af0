import assert from 'node:assert/strict';
import { Detector } from '../../../src/dialects/detect';
import type { Dialect, Evidence } from '../../../src/dialects/dialect';
import { unraid } from '../../../src/dialects/unraid';

/** A dialect that answers what the frame says of it. */
const asking = (name: string): Dialect => ({
	...unraid,
	name,
	urlHint: ({ pathname }) => (pathname === `/${name}` ? `path /${name}` : null),
	evidence: (value) => (value as Readonly<Record<string, Evidence>>)[name] ?? 'none',
});
const [a, b] = [asking('a'), asking('b')];

describe('Detector', () => {
	it('decides at the first certain frame', () => {
		assert.equal(new Detector([a, b]).look({ b: 'certain' }), b);
	});

	it('decides at the third likely frame of one dialect', () => {
		const detector = new Detector([a, b]);
		assert.equal(detector.look({ a: 'likely' }), null);
		assert.equal(detector.look({ b: 'likely' }), null);
		assert.equal(detector.look({ a: 'likely' }), null);
		assert.equal(detector.look({}), null);
		assert.equal(detector.look({ a: 'likely' }), a);
	});

	it('prefers certainty to likelihood in the same frame, whatever the order', () => {
		const detector = new Detector([a, b]);
		detector.look({ a: 'likely' });
		detector.look({ a: 'likely' });
		assert.equal(detector.look({ a: 'likely', b: 'certain' }), b);
	});

	it('guesses only where one dialect alone is possible', () => {
		const detector = new Detector([a, b]);
		assert.equal(detector.bestGuess(), null);
		detector.look({ a: 'likely' });
		assert.equal(detector.bestGuess(), a);
		detector.look({ b: 'likely' });
		assert.equal(detector.bestGuess(), null);
	});

	it('decides by no URL alone, but sooner with it, and says why', () => {
		const detector = new Detector([a, b], new URL('ws://host/a'));
		assert.equal(detector.bestGuess(), null);
		assert.equal(detector.look({}), null);
		assert.equal(detector.look({ a: 'likely' }), null);
		assert.equal(detector.reason, null);
		assert.equal(detector.look({ a: 'likely' }), a);
		assert.equal(detector.reason, '2 frames that fit it, and path /a');
	});

	it('lets the URL tell two apart that are both certain, and else waits', () => {
		const both = { a: 'certain', b: 'certain' };
		assert.equal(new Detector([a, b]).look(both), null);
		const detector = new Detector([a, b], new URL('ws://host/b'));
		assert.equal(detector.look(both), b);
		assert.equal(detector.reason, 'a frame that only this protocol has, and path /b');
	});
});
