import assert from 'node:assert/strict';
import { Teller } from '../../src/teller';

class Voice extends Teller<{ word: [text: string, times: number] }> {
	say(text: string, times: number): void {
		this.tell('word', text, times);
	}
}

describe('a teller', () => {
	it('tells every listener, whatever one of them throws, and says which news it was', () => {
		const failures: string[] = [];
		const heard: string[] = [];
		const voice = new Voice((what, why) => failures.push(`${what}: ${why}`));
		voice.on('word', () => {
			throw new Error('deaf');
		});
		voice.on('word', () => {
			throw 'mute';
		});
		voice.on('word', (text, times) => heard.push(text.repeat(times)));
		voice.say('ha', 2);
		assert.deepEqual(heard, ['haha']);
		assert.deepEqual(failures, ['word: deaf', 'word: mute']);
	});

	it('tells once whoever wants to hear once, and nobody who left', () => {
		const heard: string[] = [];
		const voice = new Voice((what, why) => assert.fail(`${what} ${why}`));
		const leaving = (text: string) => heard.push(`leaving ${text}`);
		voice.once('word', (text) => heard.push(`once ${text}`));
		voice.on('word', leaving);
		voice.say('a', 1);
		voice.off('word', leaving);
		voice.say('b', 1);
		assert.deepEqual(heard, ['once a', 'leaving a']);
		assert.equal(voice.listenerCount('word'), 0);
	});
});
