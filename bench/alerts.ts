import { AlertEngine } from '../src/alert/engine';
import { alertRulesSchema } from '../src/model/alert';
import type { Entity, EntityChange } from '../src/model/entity';
import { makeEntity } from '../test/support/entities';
import { FakeClock } from '../test/support/fake-clock';

/*
 * What alert rules cost: 5,000 entities and 50 rules, each rule about a tenth of all entities. An event that changes nothing gives no entity
 * change, so the rules never hear of it; the worst that can be called unchanged is a change of an entity that alters no verdict.
 */

const entities = 5_000;
const rules = 50;
const rounds = 20;
/** What an unchanged event may cost, µs. */
const most = 1_000;

const engineOf = () => {
	const clock = new FakeClock();
	const engine = new AlertEngine({
		clock,
		graceMs: 0,
		rules: alertRulesSchema.parse(
			Array.from({ length: rules }, (_, n) => ({
				id: `rule-${n}`,
				name: `Rule ${n}`,
				entities: { subjects: ['disk'], keys: [`*${n % 10}`] },
				condition: { kind: 'above', levels: [{ value: 50 }, { severity: 'critical', value: 60 }], hysteresis: 2 },
				raiseFor: 60_000,
			})),
		),
	});
	return { clock, engine };
};

const all: readonly Entity[] = Array.from({ length: entities }, (_, n) =>
	makeEntity({ subject: 'disk', key: `d${n}`, row: 'temperature', state: 30 }),
);

const change = (entity: Entity, kind: EntityChange['kind'], state: number): EntityChange => ({
	kind,
	entity: { ...entity, state },
	previous: entity.state,
});

/** Microseconds per change. */
function measure(changes: readonly EntityChange[], engine: AlertEngine): number {
	const started = performance.now();
	for (const each of changes) engine.apply(each);
	return ((performance.now() - started) * 1_000) / changes.length;
}

const { clock, engine } = engineOf();
const first = measure(
	all.map((entity) => change(entity, 'added', 30)),
	engine,
);
const unchanged: number[] = [];
for (let round = 0; round < rounds; round += 1) {
	unchanged.push(
		measure(
			all.map((entity) => change(entity, 'changed', 30 + (round % 10))),
			engine,
		),
	);
}
const pending = measure(
	all.map((entity) => change(entity, 'changed', 55)),
	engine,
);
clock.advance(60_000);
let started = performance.now();
const raised = engine.tick().length;
const tick = performance.now() - started;
const noise = measure(
	all.map((entity) => change(entity, 'changed', 56)),
	engine,
);
started = performance.now();
const size = JSON.stringify(engine.save()).length;
const save = performance.now() - started;

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const us = (value: number) => `${value.toFixed(1)} µs`;
console.log(`alerts: ${entities} entities, ${rules} rules, ${entities * (rules / 10)} pairs of both`);
console.log(`  first sight of an entity             ${us(first)}`);
const slowest = Math.max(...unchanged);
console.log(
	`  a change that alters no verdict      ${us(median(unchanged))} (slowest round ${us(slowest)}, must be < ${us(most)})`,
);
console.log(`  a change that begins ${rules / 10} alerts         ${us(pending)}`);
console.log(`  a change of one whose alerts stand   ${us(noise)}`);
console.log(
	`  the tick that raises ${entities * (rules / 10)} alerts     ${tick.toFixed(1)} ms (${raised} told: the ceiling)`,
);
console.log(`  saving them                          ${save.toFixed(1)} ms, ${(size / 1_048_576).toFixed(1)} MiB`);
if (slowest >= most) process.exitCode = 1;
