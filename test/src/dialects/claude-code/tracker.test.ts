import assert from 'node:assert/strict';
import fc from 'fast-check';
import { limits } from '../../../../src/model/limits';
import { type Fields, Rig } from './support';

const totals = (rig: Rig) =>
	Object.fromEntries(
		['events', 'tool_calls', 'tool_failures', 'prompts', 'permissions', 'subagents', 'sessions'].map((row) => [
			row,
			rig.state(`total_${row}`),
		]),
	);

/** Objects, and entries of collections, that can be reached from a value; not what event entities have fired (`limits.happenings` of each). */
function weightOf(root: object): number {
	const met = new Set<object>([root]);
	let entries = 0;
	for (const node of met) {
		const inside: unknown[] = Object.entries(node).flatMap(([name, value]) =>
			name === 'seen' && 'row' in node ? [] : [value],
		);
		if (node instanceof Map) inside.push(...node.keys(), ...node.values());
		if (node instanceof Set) inside.push(...node);
		entries += inside.length;
		for (const value of inside) if (typeof value === 'object' && value !== null) met.add(value);
	}
	return entries;
}

describe('the Claude Code tracker', () => {
	it('shows totals of nothing as soon as the server speaks', () => {
		const rig = new Rig();
		rig.take({ type: 'initial', data: [] });
		assert.deepEqual([rig.state('total_events'), rig.state('total_working'), rig.state('problem_errors')], [0, 0, 0]);
	});

	it('takes the first history as how things stand: it fires and counts nothing', () => {
		const rig = new Rig();
		const past = ['SessionStart', 'PreToolUse', 'PermissionRequest'].map((type) =>
			rig.made(type, { tool_name: 'Bash', tool_use_id: 'a' }),
		);
		rig.take({ type: 'initial', data: past });
		assert.equal(rig.state('session_shop-1_status'), 'waiting');
		assert.equal(rig.state('session_shop-1_tool_calls'), 1);
		assert.deepEqual(new Set(Object.values(totals(rig))), new Set([0]));
		assert.deepEqual(rig.fired(), []);
		rig.hook('PostToolUse', { tool_name: 'Bash', tool_use_id: 'a' });
		assert.deepEqual(
			[rig.state('total_events'), rig.state('total_tool_calls'), rig.state('total_sessions')],
			[1, 0, 0],
		);
	});

	it('counts what happened during a gap once, and fires nothing for it', () => {
		const rig = new Rig();
		const all: Fields[] = [];
		const happen = (type: string, payload: Fields = {}) => {
			rig.pass(1_000);
			const made = rig.made(type, payload);
			all.push(made);
			return made;
		};
		happen('SessionStart');
		rig.take({ type: 'initial', data: all });
		rig.take({ type: 'event', data: happen('PreToolUse', { tool_name: 'Bash', tool_use_id: 'a' }) });
		happen('PostToolUse', { tool_name: 'Bash', tool_use_id: 'a' });
		happen('PreToolUse', { tool_name: 'Read', tool_use_id: 'b' });
		happen('PermissionRequest', { tool_name: 'Read', tool_use_id: 'b' });
		rig.mapper.connection(false);
		rig.mapper.connection(true);
		rig.fired();
		rig.take({ type: 'initial', data: all });
		assert.deepEqual(
			[rig.state('total_events'), rig.state('total_tool_calls'), rig.state('total_permissions')],
			[4, 2, 1],
		);
		assert.equal(rig.state('session_shop-1_status'), 'waiting');
		assert.deepEqual(rig.fired(), []);
		for (let again = 0; again < 3; again += 1) rig.take({ type: 'initial', data: all });
		for (const event of all) rig.take({ type: 'event', data: event });
		assert.deepEqual([rig.state('total_events'), rig.state('total_tool_calls')], [4, 2]);
	});

	it('counts a gap also where nothing was heard before it', () => {
		const rig = new Rig();
		rig.take({ type: 'initial', data: [] });
		const made = [rig.made('UserPromptSubmit'), rig.made('Stop')];
		rig.take({ type: 'initial', data: made });
		assert.deepEqual([rig.state('total_events'), rig.state('total_prompts')], [2, 1]);
	});

	it('knows an event again after the server began to count anew, and one without id by the rest', () => {
		const rig = new Rig();
		rig.hook('UserPromptSubmit', {}, { id: 1 });
		rig.pass(1_000);
		rig.hook('UserPromptSubmit', {}, { id: 1 });
		assert.equal(rig.state('total_prompts'), 2);
		const bare = rig.made('UserPromptSubmit', {}, { id: undefined });
		rig.take({ type: 'event', data: bare });
		rig.take({ type: 'event', data: bare });
		assert.equal(rig.state('total_prompts'), 4, 'live events without id are all news');
		rig.take({ type: 'initial', data: [bare] });
		assert.equal(rig.state('total_prompts'), 4);
	});

	it('fires requests, failures, turns: once, live ones only, also for an app that is new', () => {
		const rig = new Rig();
		rig.hook('PermissionRequest', { tool_name: 'Bash', tool_use_id: 'a' });
		rig.hook('Notification', { message: 'Claude needs your permission to use Bash' });
		assert.deepEqual(rig.fired(), ['app_shop_request permission_request']);
		const { attributes } = rig.entity('app_shop_request') ?? { attributes: {} };
		assert.deepEqual(attributes, {
			session: 'shop 1',
			session_id: 's1',
			project: 'shop',
			tool: 'Bash',
			tool_use_id: 'a',
		});
		rig.hook('PostToolUseFailure', { tool_name: 'Bash', tool_use_id: 'a', error: 'Exit code 1' });
		rig.hook('PostToolUseFailure', { tool_name: 'Bash', tool_use_id: 'b', is_interrupt: true });
		rig.hook('Stop');
		rig.hook('Notification', { notification_type: 'idle_prompt', message: 'Claude is waiting for your input' });
		rig.hook('SessionEnd', { reason: 'exit' });
		rig.hook('SessionStart', { source: 'startup' });
		rig.hook('PostToolUse', { tool_name: 'Bash', error: 'e' });
		rig.hook('Stop');
		assert.deepEqual(rig.fired(), [
			'app_shop_tool_failure failed',
			'app_shop_tool_failure interrupted',
			'app_shop_session stopped',
			'app_shop_request input_needed',
			'app_shop_session ended',
			'app_shop_session started',
			'app_shop_tool_failure failed',
			'app_shop_session failed',
		]);
	});

	it('lists no more happenings than an entity needs, and fires each of a burst once', () => {
		const rig = new Rig();
		const burst = Array.from({ length: 100 }, (_, index) =>
			rig.made('PostToolUseFailure', { tool_name: 'Bash', tool_use_id: `${index}` }),
		);
		rig.take({ type: 'event', data: burst });
		assert.equal(rig.fired().length, 100);
		const [app] = rig.mapper.newest.apps as readonly { readonly failed_tools: readonly unknown[] }[];
		assert.equal(app?.failed_tools.length, limits.claudeHappenings);
	});

	it('says who waits', () => {
		const rig = new Rig();
		rig.hook('PreToolUse', { tool_name: 'Bash' });
		rig.hook('PermissionRequest', { tool_name: 'Bash' }, { session_id: 's2' });
		rig.hook('PermissionRequest', { tool_name: 'Bash' }, { source_app: 'infra', session_id: 's3' });
		assert.deepEqual(
			[rig.state('total_needs_me'), rig.entity('total_needs_me')?.attributes.sessions],
			['on', ['shop 2', 'infra 1']],
		);
		assert.deepEqual(
			[rig.state('app_shop_working'), rig.state('app_shop_waiting'), rig.state('total_waiting')],
			[1, 1, 2],
		);
		assert.deepEqual([rig.state('app_shop_needs_me'), rig.state('app_infra_needs_me')], ['on', 'on']);
	});

	it('gives a new session the place of one that has ended, else of the one that was silent longest', () => {
		const rig = new Rig();
		const start = (session: string) => {
			rig.pass(1_000);
			rig.hook('UserPromptSubmit', {}, { session_id: session });
		};
		const places = () =>
			Array.from(
				{ length: limits.claudeSlots },
				(_, place) => rig.entity(`session_shop-${place + 1}_status`)?.attributes.session_id,
			);
		start('a');
		rig.hook('SessionEnd', {}, { session_id: 'a' });
		start('b');
		assert.deepEqual(places().slice(0, 2), ['b', undefined]);
		for (const session of ['c', 'd', 'e', 'f']) start(session);
		assert.deepEqual(places(), ['b', 'c', 'd', 'e', 'f']);
		start('g');
		assert.deepEqual(places(), ['g', 'c', 'd', 'e', 'f']);
		assert.equal(rig.entity('total_sessions')?.attributes.without_place, 1);
		// The end of a session that nobody knows takes no place.
		rig.hook('SessionEnd', {}, { session_id: 'h' });
		assert.deepEqual(places(), ['g', 'c', 'd', 'e', 'f']);
		assert.equal(rig.state('total_sessions'), 7);
	});

	it('keeps whoever waits in sight, however many sessions begin', () => {
		const rig = new Rig();
		rig.hook('PermissionRequest', { tool_name: 'Bash', tool_use_id: 'a' }, { session_id: 'waits' });
		for (let index = 0; index < limits.claudeSlots + 5; index += 1) {
			rig.clock.advance(1_000);
			rig.hook('UserPromptSubmit', {}, { session_id: `s${index}` });
			rig.hook('PreToolUse', { tool_name: 'Bash', tool_use_id: `t${index}` }, { session_id: 'idle' });
			rig.hook('Stop', {}, { session_id: 'idle' });
		}
		assert.equal(rig.state('session_shop-1_status'), 'waiting');
		assert.deepEqual(
			[rig.state('total_waiting'), rig.state('total_working'), rig.state('total_idle')],
			[1, limits.claudeSlots - 2, 1],
		);
	});

	it('takes an event without session or app as what it is', () => {
		const rig = new Rig();
		rig.take({ type: 'event', data: { event_type: 'PreToolUse', payload: { tool_name: 'Bash' } } });
		assert.equal(rig.state('session_claude-code-1_status'), 'working');
		assert.equal(rig.entity('session_claude-code-1_status')?.attributes.session_id, undefined);
		rig.take({
			type: 'event',
			data: { hook_event_type: 'Stop', source_app: ' \u0007x\ny ', session_id: 9, payload: {} },
		});
		assert.equal(rig.state('app_x_waiting'), 0);
	});

	it('removes an app that was not heard of for a day', () => {
		const rig = new Rig();
		rig.hook('Stop');
		rig.pass(limits.claudeLifetime - 1_000);
		rig.hook('Stop', {}, { source_app: 'infra' });
		rig.pass(2_000);
		assert.equal(rig.entity('app_shop_working'), undefined);
		assert.equal(rig.entity('session_shop-1_status'), undefined);
		assert.equal(rig.state('app_infra_working'), 0);
		assert.deepEqual([rig.state('total_apps'), rig.state('total_events')], [1, 2]);
	});

	it('stays the same size over 10,000 sessions, apps and components', () => {
		const rig = new Rig();
		const hooks = ['SessionStart', 'PreToolUse', 'PermissionRequest', 'PostToolUseFailure', 'SubagentStart', 'Stop'];
		let most = 0;
		let flat = 0;
		let weight = 0;
		for (let index = 0; index < 10_000; index += 1) {
			const about = {
				source_app: `app ${index % 10 === 0 ? index % 500 : index % 7}`,
				session_id: `session-${index}`,
			};
			for (const hook of hooks.slice(0, 1 + (index % 4)))
				rig.hook(hook, { tool_name: 'Bash', tool_use_id: `t${index}`, agent_id: 'a' }, about);
			if (index % 10 === 0) {
				const name = `component ${index}`;
				rig.take({ type: 'heartbeat', data: { components: { [name]: 'healthy' }, timestamp: rig.clock.now() } });
				rig.take({ event_type: 'component.started', source: name, id: `c${index}`, payload: {} });
				rig.take({
					event_type: 'flow.agent.spawned',
					source: name,
					id: `f${index}`,
					payload: { agent_id: name, status: 'spawned' },
				});
			}
			rig.pass(8_640);
			rig.changes.length = 0;
			if (index % 100 === 0) most = Math.max(most, rig.mapper.entities().length);
			if (index === 5_000) [flat, weight] = [most, weightOf(rig.mapper)];
		}
		assert.equal(most, flat);
		const grown = weightOf(rig.mapper) / weight;
		assert.ok(grown < 1.01, `${grown} times the objects of 5,000 sessions`);
		const slots = rig.mapper.entities().filter(({ subject, row }) => subject === 'session' && row === 'status');
		const apps = rig.mapper.entities().filter(({ subject, row }) => subject === 'app' && row === 'events');
		assert.equal(apps.length, limits.claudeApps);
		assert.ok(slots.length <= limits.claudeApps * limits.claudeSlots);
		assert.equal(rig.state('total_sessions'), 10_000);
		assert.ok(
			(rig.state('total_agents') as number) <=
				limits.claudeAgents + limits.claudeApps * limits.claudeSlots * limits.claudeAgents,
		);
	}).timeout(120_000);
});

/** One thing that happens to one of a few sessions. */
const step = fc.record({
	app: fc.constantFrom('shop', 'infra', 'a/b'),
	session: fc.constantFrom('1', '2', '3', '4', '5', '6', '7'),
	type: fc.constantFrom(
		'SessionStart',
		'PreToolUse',
		'PostToolUse',
		'PostToolUseFailure',
		'PermissionRequest',
		'Notification',
		'UserPromptSubmit',
		'SubagentStart',
		'SubagentStop',
		'Stop',
		'SessionEnd',
		'NewHook',
	),
	call: fc.constantFrom('x', 'y', 'z'),
	wait: fc.constantFrom(0, 10, 3_000, 16 * 60_000, 13 * 3_600_000),
	/** Repeats this many of the newest events as history first. */
	history: fc.constantFrom(0, 0, 0, 5, 300),
});

describe('the counts of Claude Code', () => {
	it('add up and stay bounded, whatever the order of sessions, gaps and repetitions', () => {
		fc.assert(
			fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
				const rig = new Rig();
				const all: Fields[] = [];
				rig.take({ type: 'initial', data: [] });
				for (const { app, session, type, call, wait, history } of steps) {
					rig.pass(wait);
					if (history > 0) rig.take({ type: 'initial', data: all.slice(-history) });
					const payload = {
						tool_name: 'Bash',
						tool_use_id: `${app}${session}${call}`,
						agent_id: call,
						message: 'needs your permission',
					};
					const data = rig.made(type, payload, { source_app: app, session_id: session });
					all.push(data);
					// What is lost in a gap comes with the next history.
					if (history !== 5) rig.take({ type: 'event', data });
					const entities = rig.mapper.entities();
					const slots = entities.filter(({ subject, row }) => subject === 'session' && row === 'status');
					for (const status of ['working', 'waiting', 'idle', 'failed', 'ended']) {
						assert.equal(rig.state(`total_${status}`), slots.filter(({ state }) => state === status).length, status);
					}
					const apps = new Map<string, number>();
					for (const { attributes } of slots)
						apps.set(String(attributes.app), (apps.get(String(attributes.app)) ?? 0) + 1);
					for (const count of apps.values()) assert.ok(count <= limits.claudeSlots);
				}
				rig.take({ type: 'initial', data: all });
				const of = (type: string) => all.filter(({ hook_event_type: hook }) => hook === type).length;
				assert.equal(rig.state('total_events'), all.length);
				assert.equal(rig.state('total_prompts'), of('UserPromptSubmit'));
				assert.equal(rig.state('total_permissions'), of('PermissionRequest'));
				assert.equal(rig.state('total_tool_failures'), of('PostToolUseFailure'));
				const apps = rig.mapper.entities().filter(({ subject, row }) => subject === 'app' && row === 'events');
				assert.ok(apps.reduce((sum, { state }) => sum + Number(state), 0) <= all.length);
			}),
			{ numRuns: 150 },
		);
	});

	it('of calls are those of different ids, in whatever order begins and ends come', () => {
		const calls = fc.array(fc.record({ id: fc.integer({ min: 0, max: 8 }), end: fc.boolean() }), { maxLength: 40 });
		fc.assert(
			fc.property(calls, (list) => {
				const rig = new Rig();
				for (const { id, end } of list)
					rig.hook(end ? 'PostToolUse' : 'PreToolUse', { tool_name: 'Bash', tool_use_id: `${id}` });
				const different = new Set(list.map(({ id }) => id)).size;
				assert.equal(rig.state('total_tool_calls') ?? 0, different);
				assert.equal(rig.state('session_shop-1_tool_calls') ?? 0, different);
			}),
			{ numRuns: 200 },
		);
	});
});
