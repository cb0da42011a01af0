import assert from 'node:assert/strict';
import type { Entity } from '../../../src/model/entity';
import { AgentStreamError } from '../../../src/model/errors';
import { readCommand } from '../../../src/mqtt/command';
import { makeEntity } from '../../support/entities';

const of = (platform: Entity['platform'], actions: string, over: Partial<Entity> = {}) =>
	makeEntity({ platform, command: { actions: actions.split(' '), destructive: false }, ...over });
const harm = { command: { actions: ['press', 'install'], destructive: true } };
const range = { range: { min: 0, max: 100, step: 5 } };

/** [entity, payload, action and value, or null = refused] */
const table: readonly (readonly [Entity, string, readonly unknown[] | null])[] = [
	[of('switch', 'on off'), 'on', ['on']],
	[of('switch', 'on off'), 'OFF', ['off']],
	[of('switch', 'on off'), 'toggle', null],
	[of('switch', 'on'), 'off', null],
	[of('button', 'press'), 'PRESS', ['press']],
	[of('button', 'press'), '{"confirm":true}', ['press']],
	[of('button', 'press'), 'press me', null],
	[of('button', '', harm), 'PRESS', null],
	[of('button', '', harm), '{"confirm":false}', null],
	[of('button', '', harm), '{"confirm":true}', ['press']],
	[of('update', 'install'), 'INSTALL', ['install']],
	[of('update', '', harm), 'INSTALL', null],
	[of('number', 'set', range), '45', ['set', 45]],
	[of('number', 'set', range), '42.5', null],
	[of('number', 'set', range), '105', null],
	[of('number', 'set', range), '-5', null],
	[of('number', 'set', range), 'NaN', null],
	[of('number', 'set', range), '0x10', null],
	[of('number', 'set', { range: { min: 0, max: 1, step: 0.1 } }), '0.3', ['set', 0.3]],
	[of('number', 'set'), '1', null],
	[of('select', 'set', { options: ['auto', 'manual'] }), 'auto', ['set', 'auto']],
	[of('select', 'set', { options: ['auto'] }), 'off', null],
	[of('sensor', 'set'), '1', null],
	[makeEntity({ platform: 'switch' }), 'on', null],
	[of('switch', 'on off'), 'x'.repeat(1_000), null],
];

describe('mqtt/command', () => {
	for (const [entity, payload, expected] of table) {
		const what = `${entity.platform} ${JSON.stringify(payload.slice(0, 20))}${entity.command?.destructive ? ' (destructive)' : ''}`;
		it(`${expected ? 'takes' : 'refuses'} ${what}`, () => {
			if (expected) {
				const { action, value } = readCommand(entity, 't/set', payload);
				assert.deepEqual(value === undefined ? [action] : [action, value], expected);
			} else {
				assert.throws(
					() => readCommand(entity, 't/set', payload),
					(error) => error instanceof AgentStreamError && error.code === 'COMMAND_REFUSED',
				);
			}
		});
	}
});
