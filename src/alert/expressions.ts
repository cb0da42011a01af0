import type { AlertRule } from '../model/alert';
import type { Entity } from '../model/entity';
import { AgentStreamError, asAgentStreamError } from '../model/errors';
import { compileExpression, type Expression } from '../model/expression';

/** Why a rule's expression cannot be read; null where it can, or the rule has none. */
export function faultOf({ condition }: AlertRule): AgentStreamError | null {
	if (condition.kind !== 'jsonata') return null;
	try {
		compileExpression(condition.expression);
		return null;
	} catch (thrown) {
		return asAgentStreamError(thrown, 'CONFIG_INVALID');
	}
}

/** The JSONata expressions of rules. They take their time, so that they are evaluated beforehand and their values looked up. */
export class Expressions {
	private readonly expressions = new Map<string, Expression>();
	private readonly values = new WeakMap<Entity, Map<string, unknown>>();
	private readonly told = new Set<string>();

	/**
	 * @param report told once of each rule whose expression fails
	 * @throws AgentStreamError CONFIG_INVALID: an expression cannot be read
	 */
	constructor(
		rules: readonly AlertRule[],
		private readonly report: (error: AgentStreamError) => void,
	) {
		for (const { id, condition } of rules) {
			if (condition.kind === 'jsonata') this.expressions.set(id, compileExpression(condition.expression));
		}
	}

	/** Evaluates what these rules ask of an entity; undefined where none asks. */
	prepare(entity: Entity, rules: readonly AlertRule[], previous: Entity | undefined): Promise<void> | undefined {
		const asked = rules.filter(({ id }) => this.expressions.has(id));
		return asked.length === 0 ? undefined : this.evaluate(entity, asked, previous);
	}

	/** What a rule's expression gave for an entity; undefined where it was not evaluated, or failed. */
	value(entity: Entity, rule: string): unknown {
		return this.values.get(entity)?.get(rule);
	}

	private async evaluate(entity: Entity, rules: readonly AlertRule[], previous: Entity | undefined): Promise<void> {
		const found = new Map<string, unknown>();
		for (const { id } of rules) {
			try {
				const inputs = { previous: previous?.state ?? null };
				found.set(id, await this.expressions.get(id)?.evaluate(entity, inputs));
			} catch (thrown) {
				if (this.told.has(id)) continue;
				this.told.add(id);
				const { message } = asAgentStreamError(thrown, 'CONFIG_INVALID');
				this.report(new AgentStreamError('CONFIG_INVALID', `The rule ${id}: ${message}`, thrown));
			}
		}
		this.values.set(entity, found);
	}
}
