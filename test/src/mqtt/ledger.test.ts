import assert from 'node:assert/strict';
import fc from 'fast-check';
import { entitiesOf, type LedgerEntity, parseLedger, toLedger } from '../../../src/mqtt/ledger';

const entity: LedgerEntity = {
	unique_id: 'tower_disk_S1_temperature',
	path: 'tower/disk/S1/temperature',
	platform: 'sensor',
	source: 'tower',
	subject: 'disk',
	event_type: 'disk_list_update',
	document: 'ha/device/agent-stream_tower/config',
	attributes: true,
	thing: true,
	always: false,
	missingFor: null,
};
const documents = [{ topic: 'ha/device/agent-stream_tower/config', stored: true, suppressed: false }];

describe('mqtt/ledger', () => {
	it('gives back what was written down', () => {
		const word = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
		const entities = fc.array(
			fc
				.record({
					unique_id: fc.oneof(word, fc.constant(null)),
					levels: fc.array(word, { minLength: 3, maxLength: 6 }),
					platform: fc.constantFrom('sensor', 'switch', 'event'),
					source: fc.oneof(word, fc.constant(null)),
					subject: fc.oneof(word, fc.constant(null)),
					event_type: word,
					document: fc.constantFrom(null, documents[0]?.topic ?? ''),
					attributes: fc.boolean(),
					thing: fc.boolean(),
					always: fc.boolean(),
					missingFor: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 100 })),
				})
				.map(({ levels, unique_id, source, subject, missingFor, ...rest }) => ({
					...rest,
					path: levels.join('/'),
					unique_id: unique_id ?? levels.join('_'),
					source: source ?? levels[0] ?? '',
					subject: subject ?? levels[1] ?? '',
					missingFor: missingFor === null ? null : missingFor * 3_600_000,
				})),
		);
		fc.assert(
			fc.property(entities, (given) => {
				const ledger = parseLedger(JSON.stringify(toLedger(given as LedgerEntity[], documents)));
				assert.ok(ledger);
				assert.deepEqual(entitiesOf(ledger), given);
				assert.deepEqual(ledger.documents, documents);
			}),
		);
	});

	it('needs less than a tenth of a kilobyte for an entity', () => {
		const many = Array.from({ length: 1_000 }, (_, n) => {
			const path = `tower/container/container-${n}/network_rx`;
			return { ...entity, path, unique_id: path.replaceAll('/', '_'), subject: 'container' };
		});
		assert.ok(JSON.stringify(toLedger(many, documents)).length < 100_000);
	});

	it('leaves out what names no type or document of it, and takes nothing that is none', () => {
		const ledger = toLedger([entity], documents);
		assert.equal(entitiesOf({ ...ledger, types: [] }).length, 0);
		assert.equal(entitiesOf({ ...ledger, documents: [] }).length, 0);
		for (const none of [null, 7, '', '{', [], { version: 1 }, { ...ledger, entities: [{}] }]) {
			assert.equal(parseLedger(none), null);
		}
	});
});
