import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { NodeAPI } from 'node-red';
import { type LiveAlerts, serveAlerts } from '../../nodes/glue/alert-admin';
import type { AlertPresets, AlertsLive } from '../../nodes/glue/alert-answers';
import { entitiesIn } from '../../nodes/glue/entities';
import { AlertEngine } from '../../src/alert/engine';
import { dialects } from '../../src/dialects';
import { type AlertRuleInput, alertRulesSchema } from '../../src/model/alert';
import type { Entity } from '../../src/model/entity';
import { makeEntity } from '../support/entities';
import { FakeClock } from '../support/fake-clock';

type Handler = (request: { body?: unknown }, response: Response) => void;

class Response {
	code = 200;
	answer: unknown;

	status(code: number): this {
		this.code = code;
		return this;
	}

	json(answer: unknown): void {
		this.answer = answer;
	}
}

/** Rules that run, over entities that are known. */
function running(rules: readonly AlertRuleInput[], entities: readonly Entity[]): LiveAlerts {
	const clock = new FakeClock();
	const engine = new AlertEngine({ rules: alertRulesSchema.parse(rules), clock, graceMs: 0 });
	for (const entity of entities) engine.apply({ kind: 'added', entity, previous: undefined });
	return { engine, rules: new Set(rules.map(({ id }) => id)), entities: () => entities };
}

describe('what the form of the alert node asks for', () => {
	const permissions: string[] = [];
	const routes = new Map<string, Handler>();
	const nodes = new Map<string, LiveAlerts>();
	const route = (path: string, permission: () => void, handler: Handler) => {
		permission();
		routes.set(path, handler);
	};
	const RED = {
		events: new EventEmitter(),
		httpAdmin: { get: route, post: route },
		auth: { needsPermission: (permission: string) => () => permissions.push(permission) },
	} as unknown as NodeAPI;

	before(() => serveAlerts(RED, nodes));
	beforeEach(() => nodes.clear());

	const ask = (path: string, body?: unknown): Response => {
		const response = new Response();
		routes.get(`/agent-stream/alerts/${path}`)?.({ body }, response);
		return response;
	};
	const live = (node: string, ...rules: readonly unknown[]) => ask('live', { node, rules }).answer as AlertsLive;
	const disk: AlertRuleInput = {
		id: 'disk',
		name: 'Disk',
		entities: { subjects: ['disk'] },
		condition: { kind: 'is', states: ['bad'] },
	};

	it('is for those who may read alerts', () => {
		assert.deepEqual(permissions, ['agent-stream-alert.read', 'agent-stream-alert.read']);
	});

	it('has the presets of each dialect that has some, and the placeholders', () => {
		const { dialects: found, placeholders } = ask('presets').answer as AlertPresets;
		assert.deepEqual(
			found.map(({ name, rules }) => [name, rules.length]),
			dialects.flatMap(({ name, alerts }) => (alerts ? [[name, alerts.length]] : [])),
		);
		assert.ok(placeholders.includes('value'));
	});

	it('tells how deployed rules stand, and matches of those that are not', () => {
		const bad = makeEntity({ subject: 'disk', key: 'one', name: 'Disk one', state: 'bad' });
		const good = makeEntity({ subject: 'disk', key: 'two', name: 'Disk two', state: 'good' });
		const gone = { connected: false, fresh: true, present: true };
		const away = makeEntity({ subject: 'disk', key: 'three', availability: gone, state: 'good' });
		nodes.set('n', running([disk], [bad, good, away]));
		const { runs, entities, rules } = live(
			'n',
			{ ...disk, entities: { keys: ['t*'] } },
			{ ...disk, id: 'fresh' },
			{ ...disk, enabled: false },
			{ id: '!' },
		);
		assert.deepEqual([runs, entities], [true, 3]);
		assert.deepEqual(
			rules.map(({ state, matches, raised, severity, error }) => [state, matches, raised, severity, error !== null]),
			[
				['raised', 2, 1, 'warning', false],
				['new', 3, 0, null, false],
				['off', 3, 0, null, false],
				['new', 3, 0, null, true],
			],
		);
		assert.deepEqual(
			rules[0]?.entities.map(({ name, value }) => [name, value]),
			[
				['Disk two', 'good'],
				['Name of cpu', ''],
			],
		);
		nodes.get('n')?.engine?.acknowledge();
		assert.equal(live('n', disk).rules[0]?.state, 'acknowledged');
		nodes.get('n')?.engine?.mute({ rule: 'disk' }, 60_000);
		assert.equal(live('n', disk).rules[0]?.state, 'muted');
	});

	it('tells of an expression that cannot be read before anybody deploys it', () => {
		const about = (expression: string) => ({ ...disk, condition: { kind: 'jsonata', expression } });
		const [good, bad] = live('n', about('state = "bad"'), about('state = (')).rules;
		assert.equal(good?.error, null);
		assert.match(bad?.error ?? '', /^condition\.expression: The expression "state = \(" cannot be read: /);
	});

	it('tells what a rule would watch while the rest of it is not written yet', () => {
		const entities = [makeEntity({ subject: 'disk', attributes: { health: 'good' } }), makeEntity({ subject: 'ups' })];
		nodes.set('n', running([], entities));
		const { rules } = live(
			'n',
			{ ...disk, name: '', attribute: 'health', condition: { kind: 'above', levels: [] } },
			{ ...disk, condition: { kind: 'jsonata', expression: '((' } },
			{ ...disk, entities: { subjects: 'disk' } },
			null,
		);
		assert.deepEqual(
			rules.map(({ matches, state, error }) => [matches, state, error !== null]),
			[
				[1, 'new', true],
				[1, 'new', true],
				[0, 'new', true],
				[2, 'new', true],
			],
		);
		assert.equal(rules[0]?.entities[0]?.value, 'good');
	});

	it('does not call a rule fine that watches nothing', () => {
		nodes.set('n', running([disk], [makeEntity({ subject: 'ups' })]));
		const states = live('n', disk, { ...disk, id: 'fresh' }, { ...disk, enabled: false }).rules.map(
			({ state }) => state,
		);
		assert.deepEqual(states, ['idle', 'new', 'off']);
	});

	it('asks the mappers where the node is not deployed', () => {
		const withdraw = entitiesIn(RED).offer('map', () => [
			makeEntity({ subject: 'disk', state: 1, unit_of_measurement: '°C' }),
		]);
		const { runs, rules } = live('new', disk);
		assert.deepEqual([runs, rules[0]?.matches, rules[0]?.state], [false, 1, 'new']);
		assert.equal(rules[0]?.entities[0]?.value, '1 °C');
		withdraw();
		assert.equal(live('new', disk).rules[0]?.matches, 0);
	});

	it('shows no more than a form can, and refuses more than it takes', () => {
		const long = 'x'.repeat(5_000);
		const many = Array.from({ length: 6_000 }, (_, index) =>
			makeEntity({ subject: 'disk', key: `${index}`, name: long, state: long }),
		);
		nodes.set('n', running([], many));
		const answer = live('n', ...Array.from({ length: 200 }, () => disk));
		assert.equal(answer.rules[0]?.matches, 6_000);
		assert.equal(answer.rules[0]?.entities.length, 50);
		assert.equal(answer.rules.at(-1)?.matches, null);
		for (const { name, value } of answer.rules[0]?.entities ?? []) assert.ok(name.length < 300 && value.length < 300);
		for (const body of [
			null,
			'x',
			{},
			{ node: 1, rules: [] },
			{ node: 'n', rules: Array.from({ length: 201 }, () => disk) },
		]) {
			assert.equal(ask('live', body).code, 400);
		}
	});
});
