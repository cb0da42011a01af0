import assert from 'node:assert/strict';
import { limits } from '../../../src/model/limits';
import { LogLimiter } from '../../../src/transport/log-limiter';
import { FakeClock } from '../../support/fake-clock';
import { RecordingLogger } from '../../support/recording-logger';

describe('log limiter', () => {
	it('writes one line per cause and minute, and counts the rest', () => {
		const clock = new FakeClock();
		const logger = new RecordingLogger();
		const log = new LogLimiter(logger, clock, 'tower');
		for (let n = 0; n < 5; n++) {
			log.say('warn', 'A', `a${n}`);
			log.say('info', 'B', `b${n}`);
			clock.advance(limits.logEvery / 4);
		}
		assert.deepEqual(logger.lines, [
			'warn tower: a0',
			'info tower: b0',
			'warn tower: a4 (3 more such lines were left out)',
			'info tower: b4 (3 more such lines were left out)',
		]);
	});

	it('is not silenced by a clock that was set back', () => {
		const clock = new FakeClock();
		const logger = new RecordingLogger();
		const log = new LogLimiter(logger, clock, 'tower');
		log.say('warn', 'A', 'before');
		clock.jump(0);
		log.say('warn', 'A', 'after');
		assert.equal(logger.lines.length, 2);
	});
});
