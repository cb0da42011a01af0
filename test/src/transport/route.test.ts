import assert from 'node:assert/strict';
import { once } from 'node:events';
import { AgentStreamError } from '../../../src/model/errors';
import { LogLimiter } from '../../../src/transport/log-limiter';
import { Route } from '../../../src/transport/route';
import { FakeClock } from '../../support/fake-clock';
import { RecordingLogger } from '../../support/recording-logger';
import { ScriptedServer } from '../../support/scripted-server';

describe('route', () => {
	it('tries again at once where the token that was refused is not the one that is held, once per token', async () => {
		const clock = new FakeClock();
		const server = await ScriptedServer.listen();
		const route = new Route({
			settings: { id: 'tower', url: `ws://${server.host}/`, token: 'old' },
			clock,
			random: () => 0,
			environment: {},
			log: new LogLimiter(new RecordingLogger(), clock, 'tower'),
			wants: () => ({ transport: 'websocket', tokenIn: 'bearer' }),
			renewed: () => {},
		});
		const attempt = async () => {
			const asked = once(server, 'client');
			const ended = new Promise<void>((resolve) => {
				const channel = route.open({ opened: () => channel.close(), frame: () => {}, ended: () => resolve() });
			});
			await asked;
			await ended;
		};
		const refused = new AgentStreamError('UNAUTHORIZED', 'No.');
		await attempt();
		assert.equal(route.failed(refused), false);
		route.tokens.set('new');
		// A REST call that has the new token is no attempt to connect with it.
		assert.equal((await route.access()).token, 'new');
		assert.equal(route.failed(new AgentStreamError('CLOSED', 'Gone.')), false);
		assert.equal(route.failed(refused), true);
		await attempt();
		assert.equal(route.failed(refused), false);
		route.tokens.close();
		await server.allGone();
		await server.close();
		assert.equal(clock.timers, 0);
	});
});
