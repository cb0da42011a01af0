import assert from 'node:assert/strict';
import { EventReader } from '../../../../../src/dialects/reader';
import { unraid } from '../../../../../src/dialects/unraid';
import { notifications } from '../../../../../src/dialects/unraid/entities/notifications';
import { Mapper } from '../../../../../src/entities/mapper';
import type { EntityChange } from '../../../../../src/model/entity';
import { readRows } from '../../../../support/entity-rows';
import { FakeClock } from '../../../../support/fake-clock';
import { fixtureJson, recording } from '../../../../support/unraid-recordings';

const note = (id: string, at: string, more: object = {}) => ({
	id,
	subject: `about ${id}`,
	importance: 'warning',
	timestamp: `2026-09-14T${at}:00Z`,
	formatted_timestamp: '',
	type: 'unread',
	...more,
});

const overview = (total: number) => ({
	unread: { info: 0, warning: total, alert: 0, total },
	archive: { info: 0, warning: 0, alert: 0, total: 0 },
});

const data = (...list: object[]) => ({
	overview: overview(list.length),
	notifications: list,
	timestamp: '2026-09-14T12:00:00Z',
});

function server() {
	const clock = new FakeClock();
	const mapper = new Mapper({ source: 'tower', dialect: unraid, clock });
	const reader = new EventReader({ source: 'tower', dialect: unraid, clock });
	const fired = (changes: readonly EntityChange[]) =>
		changes.filter(({ kind }) => kind === 'fired').map(({ entity }) => `${entity.state} ${entity.attributes.id}`);
	return {
		mapper,
		stream: (value: unknown) =>
			fired(reader.readValue({ event: 'notifications_update', data: value }).flatMap((event) => mapper.apply(event))),
		rest: (value: unknown) => {
			clock.advance(1);
			const events = reader.readRest('notifications_update', value, clock.now());
			assert.equal(events.length, 1);
			return fired(events.flatMap((event) => mapper.apply(event)));
		},
		reader,
		fired,
	};
}

describe('notification event', () => {
	it('fires what is new, once, with what it says', () => {
		const { stream, mapper } = server();
		assert.deepEqual(stream(data(note('a', '08:00'))), [], 'the first data is history');
		assert.deepEqual(stream(data(note('a', '08:00'), note('b', '09:00', { importance: 'alert', title: 'T' }))), [
			'alert b',
		]);
		assert.deepEqual(stream(data(note('a', '08:00'), note('b', '09:00', { importance: 'alert', title: 'T' }))), []);
		const entity = mapper.entities().find(({ unique_id: id }) => id === 'tower_notifications_event');
		assert.equal(entity?.state, 'alert');
		assert.equal(entity?.replayed, false);
		assert.deepEqual(entity?.attributes, {
			id: 'b',
			title: 'T',
			subject: 'about b',
			importance: 'alert',
			timestamp: '2026-09-14T09:00:00Z',
		});
	});

	it('fires all that are new in one frame, in order of their time', () => {
		const { stream } = server();
		stream(data());
		assert.deepEqual(stream(data(note('c', '11:00'), note('a', '09:00'), note('b', '10:00'))), [
			'warning a',
			'warning b',
			'warning c',
		]);
	});

	it('calls what is of no known importance info', () => {
		const { stream } = server();
		stream(data());
		assert.deepEqual(stream(data(note('a', '09:00', { importance: 'normal' }))), ['info a']);
	});

	it('fires nothing for what was fetched, archived, read again or listed again after a pause', () => {
		const { stream, rest } = server();
		assert.deepEqual(rest(data(note('a', '08:00'))), []);
		assert.deepEqual(stream(data(note('a', '08:00'), note('b', '09:00'))), ['warning b']);
		assert.deepEqual(rest(data(note('a', '08:00'), note('b', '09:00'), note('c', '10:00'))), []);
		assert.deepEqual(stream(data(note('c', '10:00'), note('d', '11:00', { type: 'archive' }))), []);
		assert.deepEqual(stream(data()), []);
		assert.deepEqual(stream(data(note('b', '09:00'), note('c', '10:00', { type: 'archive' }))), []);
		assert.deepEqual(stream(data(note('b', '09:00'), note('c', '10:00'))), []);
	});

	it('ignores one without id', () => {
		const { stream } = server();
		stream(data());
		assert.deepEqual(stream(data({ ...note('', '09:00') })), []);
	});

	it('fires the alert that comes in the recording, and none of those that were there', () => {
		const { mapper, reader, fired, rest } = server();
		const answers = fixtureJson('rest-snapshot.json') as Record<string, { body: unknown }>;
		assert.deepEqual(rest(answers['/api/v1/notifications']?.body), []);
		const all = recording('live-60s.jsonl').flatMap(({ raw }) =>
			reader.read(raw).flatMap((event) => fired(mapper.apply(event))),
		);
		assert.deepEqual(all, ['alert Temp_1763700000.notify']);
	});
});

describe('notification counts', () => {
	it('are those of the overview, or else of the list', () => {
		const rows = readRows([notifications], { notifications_update: data(note('a', '08:00'), note('b', '09:00')) });
		assert.equal(rows.unread?.state, 2);
		assert.equal(rows.unread_warning?.state, 2);
		assert.equal(rows.unread_alert?.state, 0);
		assert.deepEqual(rows.unread?.attributes.recent_notifications, [
			{ subject: 'about a', importance: 'warning' },
			{ subject: 'about b', importance: 'warning' },
		]);
		const bare = readRows([notifications], { notifications_update: { notifications: [note('a', '08:00')] } });
		assert.deepEqual([bare.unread?.state, bare.unread_info?.state], [1, null]);
	});
});
