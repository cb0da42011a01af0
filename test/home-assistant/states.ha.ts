import assert from 'node:assert/strict';
import { UnraidSimulator } from '../../demo/simulators/unraid';
import { systemClock } from '../../src/model/clock';
import { World } from './world';

/** Within this a command's effect is seen: the agent is asked again half a second after it. */
const seconds = 5;

describe('Home Assistant, with a server that does what it is told', function () {
	this.timeout(120_000);
	const agent = new UnraidSimulator({ clock: systemClock });
	let world: World;

	before(async () => {
		[world] = await Promise.all([World.start(), agent.start()]);
		await world.connect(agent.url);
		await world.quiet(2);
		await world.enableAll();
	});
	after(async () => {
		await world?.stop();
		await agent.stop();
	});
	afterEach('no complaint in the log', async () => assert.deepEqual(await world.complaints(), []));

	it('shows the new state of every switch and number that was used', async () => {
		const { entities } = await world.oracle.dump();
		const wrong: unknown[] = [];
		const expect = async (id: string, expected: string) => {
			const state = await world.oracle.state(id, expected, seconds);
			if (state !== expected) wrong.push([id, expected, state]);
		};
		for (const { domain, entity_id: id, state, unique_id: unique } of entities) {
			if (domain === 'number') {
				await world.oracle.call('number.set_value', id, { value: 55 });
				await expect(id, '55');
			}
			// The agent does not tell a container's autostart: its switch has no state.
			if (domain !== 'switch' || unique.endsWith('_autostart')) continue;
			const [there, back] = state === 'on' ? ['off', 'on'] : ['on', 'off'];
			await world.oracle.call(`switch.turn_${there}`, id);
			await expect(id, there);
			await world.oracle.call(`switch.turn_${back}`, id);
			await expect(id, back);
		}
		assert.deepEqual(wrong, []);
	});
});
