import type { NodeAPI } from 'node-red';
import { z } from 'zod';
import type { AlertEngine } from '../../src/alert/engine';
import { faultOf } from '../../src/alert/expressions';
import { attributeTest, matcher } from '../../src/alert/match';
import { placeholderNames } from '../../src/alert/template';
import { dialects } from '../../src/dialects';
import { type AlertRule, alertRuleSchema, type RuleStatus, type Selection } from '../../src/model/alert';
import type { Entity } from '../../src/model/entity';
import { isFields } from '../../src/model/fields';
import { limits } from '../../src/model/limits';
import { type AlertPresets, type AlertsAsked, type AlertsLive, alertPaths, type RuleLive } from './alert-answers';
import { entitiesIn } from './entities';

/** A running alert node, as its form looks at it. */
export interface LiveAlerts {
	readonly engine: AlertEngine | null;
	/** Ids of the rules that run. */
	readonly rules: ReadonlySet<string>;
	/** Every entity that it knows. */
	entities(): Iterable<Entity>;
}

/** What is shown at most. */
const most = {
	/** Entities of one rule by name. */
	entities: 50,
	/** Characters of one value. */
	text: 200,
	/** Tests of an entity by a rule for one answer: what stands behind it waits meanwhile. */
	tests: 1_000_000,
} as const;

const askedSchema = z.strictObject({
	node: z.string().max(limits.textLength),
	rules: z.array(z.unknown()).max(limits.alertRules),
}) satisfies z.ZodType<AlertsAsked>;

/** What the form of the alert node asks the runtime for: presets, and how rules stand that need not be deployed. */
export function serveAlerts(RED: NodeAPI, nodes: ReadonlyMap<string, LiveAlerts>): void {
	const { httpAdmin, auth } = RED;
	const allowed = auth.needsPermission('agent-stream-alert.read');
	const presets: AlertPresets = {
		dialects: dialects.flatMap(({ name, title, alerts }) => (alerts ? [{ name, title, rules: alerts }] : [])),
		placeholders: placeholderNames,
	};
	httpAdmin.get(`/${alertPaths.presets}`, allowed, (_request, response) => {
		response.json(presets);
	});
	httpAdmin.post(`/${alertPaths.live}`, allowed, (request, response) => {
		const { data } = askedSchema.safeParse(request.body);
		if (data) response.json(answer(data, nodes.get(data.node), () => entitiesIn(RED).all()));
		else
			response.status(400).json({ message: `Asked is for the id of a node and at most ${limits.alertRules} rules.` });
	});
}

function answer({ rules }: AlertsAsked, live: LiveAlerts | undefined, others: () => readonly Entity[]): AlertsLive {
	const entities = live ? [...live.entities()] : others();
	let left: number = most.tests;
	return {
		runs: live !== undefined,
		entities: entities.length,
		rules: rules.map((one) => {
			const { data: rule, error } = alertRuleSchema.safeParse(one);
			const unreadable = rule ? faultOf(rule) : null;
			const wrong = unreadable ? cut(`condition.expression: ${unreadable.message}`) : error ? sentence(error) : null;
			const watched = watchedBy(one);
			if (watched) left -= entities.length;
			const found = !watched ? { matches: 0 } : left < 0 ? { matches: null } : matchesOf(watched, entities);
			const { state, ...stands } = rule && wrong === null ? standing(rule, live) : nothing;
			return { ...stands, state: state === 'ok' && found.matches === 0 ? 'idle' : state, ...found, error: wrong };
		}),
	};
}

/** What says which entities a rule watches, and what of them. */
interface Watched {
	readonly entities: Selection;
	readonly attribute?: string | undefined;
}

const { entities: selectionOf, attribute: attributeOf } = alertRuleSchema.shape;

/** What a rule watches, also where the rest of it is not written yet; null where that part cannot be read. */
function watchedBy(rule: unknown): Watched | null {
	const { entities, attribute } = isFields(rule) ? rule : {};
	const { data } = selectionOf.safeParse(entities);
	return data ? { entities: data, attribute: attributeOf.safeParse(attribute).data } : null;
}

const nothing: RuleLive = {
	error: null,
	matches: 0,
	entities: [],
	state: 'new',
	pending: 0,
	raised: 0,
	severity: null,
};

function standing(rule: AlertRule, live: LiveAlerts | undefined): RuleLive {
	if (!rule.enabled) return { ...nothing, state: 'off' };
	const status = live?.rules.has(rule.id) ? live.engine?.status(rule.id) : undefined;
	if (!status) return nothing;
	const { pending, raised, severity } = status;
	return { ...nothing, state: stateOf(status), pending, raised, severity };
}

function stateOf({ pending, raised, acknowledged, mutedUntil }: RuleStatus): RuleLive['state'] {
	if (mutedUntil !== null) return 'muted';
	if (raised > 0) return acknowledged === raised ? 'acknowledged' : 'raised';
	return pending > 0 ? 'pending' : 'ok';
}

function matchesOf(rule: Watched, entities: readonly Entity[]): Pick<RuleLive, 'matches' | 'entities'> {
	const matches = matcher(rule.entities);
	const fits = attributeTest(rule.entities) ?? (() => true);
	const found = entities.filter((entity) => matches(entity) && fits(entity));
	return { matches: found.length, entities: found.slice(0, most.entities).map((entity) => shown(entity, rule)) };
}

function shown(entity: Entity, { attribute }: Watched): RuleLive['entities'][number] {
	const { path, name, state, attributes, unit_of_measurement: unit, available } = entity;
	const value = attribute === undefined ? state : attributes[attribute];
	const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
	const isKnown = available && value !== null && value !== undefined;
	return { id: path, name: cut(name), value: isKnown ? cut(unit && !attribute ? `${text} ${unit}` : text) : '' };
}

function sentence(error: z.ZodError): string {
	const [issue] = error.issues;
	return cut(`${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'is no rule'}`);
}

const cut = (text: string): string => (text.length > most.text ? `${text.slice(0, most.text)}…` : text);
