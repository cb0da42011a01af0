import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Topics, topicLevel, topicPath } from '../../../src/mqtt/topics';

const topics = new Topics('agent-stream', 'tower');
const at = (path: string) => ({ path });
/** What clients may not publish to, or brokers split oddly: wildcards, NUL, control characters, empty levels. */
const unsafe = /[+#\p{C}\p{Zs}]|\/\/|^\/|\/$/u;

describe('mqtt/topics', () => {
	it('keeps a topic-safe path as it is', () => {
		assert.equal(topics.state(at('tower/disk/WDC-1234/temperature')), 'agent-stream/tower/disk/WDC-1234/temperature');
		assert.equal(topics.attributes(at('tower/system/cpu')), 'agent-stream/tower/system/cpu/attributes');
		assert.equal(topics.command(at('tower/system/cpu')), 'agent-stream/tower/system/cpu/set');
	});

	it('has an availability topic for bridge, endpoint, event type and thing', () => {
		assert.equal(topics.bridgeAvailability, 'agent-stream/bridge/tower/availability');
		assert.equal(topics.endpoint('tower'), 'agent-stream/tower/availability');
		assert.equal(
			topics.eventType('tower', 'disk_list_update'),
			'agent-stream/tower/type/disk_list_update/availability',
		);
		assert.equal(topics.thing(at('tower/container/plex/running')), 'agent-stream/tower/container/plex/availability');
	});

	it('never lets words of one meaning lead to topics of another', () => {
		assert.match(topics.state(at('bridge/tower/marker')), /^agent-stream\/bridge-[0-9a-f]{6}\//);
		assert.match(topics.endpoint('bridge'), /^agent-stream\/bridge-[0-9a-f]{6}\/availability$/);
		assert.match(topics.state(at('tower/type/disk/x')), /^agent-stream\/tower\/type-[0-9a-f]{6}\//);
		for (const leaf of ['attributes', 'availability', 'set']) {
			assert.match(topics.state(at(`tower/system/${leaf}`)), new RegExp(`/${leaf}-[0-9a-f]{6}$`));
		}
	});

	it('makes every level safe, whatever comes', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (raw) => {
				assert.match(topicLevel(raw), /^[A-Za-z0-9_-]{1,262}$/);
			}),
		);
	});

	it('makes every topic safe and bounded, whatever comes', () => {
		const path = fc.array(
			fc.oneof(fc.constantFrom('bridge', 'type', 'set', '+', '#', '', '..'), fc.string({ unit: 'binary' })),
			{
				maxLength: 12,
			},
		);
		fc.assert(
			fc.property(path, (levels) => {
				const topic = topics.state(at(levels.join('/')));
				assert.doesNotMatch(topic, unsafe);
				assert.ok(topic.length < 2_000);
				assert.doesNotMatch(topic, /\/(attributes|availability|set)$/);
				assert.doesNotMatch(topic, /^agent-stream\/(bridge|[^/]+\/type)\//);
			}),
		);
	});

	it('gives different paths different topics', () => {
		const level = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }).filter((text) => !text.includes('/'));
		const path = fc.array(level, { minLength: 3, maxLength: 4 }).map((levels) => levels.join('/'));
		fc.assert(
			fc.property(path, path, (one, two) => {
				fc.pre(!/\p{Surrogate}/u.test(one + two));
				assert.equal(topicPath(one) === topicPath(two), one === two);
			}),
		);
	});
});
