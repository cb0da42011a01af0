import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type LeafShape, type Shape, shapeOf } from '../src/dialects/checks-shape';
import { noticeKey } from '../src/dialects/checks-support';
import type { Schemas } from '../src/dialects/validate';
import { limits } from '../src/model/limits';

// Writes straight-line checks from zod schemas: what is entirely fine is found out without zod, at a tenth of the cost of parsing it.

/** Where a value stands: the event type, the pattern of its path, and its level of nesting. */
interface Place {
	readonly type: string;
	readonly pattern: string;
	readonly level: number;
}

class Writer {
	readonly functions: string[] = [];
	readonly constants: string[] = [];

	/** The name of a function that checks a list, a map or an object. */
	container(shape: Shape, place: Place): string {
		switch (shape.kind) {
			case 'leaf':
				throw new TypeError('A single value has no function of its own.');
			case 'list':
				return this.#list(shape.item, place);
			case 'map':
				return this.#map(shape.value, place);
			case 'object':
				return this.#object(shape.fields, place);
		}
	}

	#list(item: Shape, place: Place): string {
		const at = { ...place, pattern: `${place.pattern}[]`, level: place.level + 1 };
		return this.#function([
			'if (!Array.isArray(data)) return false;',
			`for (let i = 0; i < data.length; i += 1) {`,
			'const v: unknown = data[i];',
			`if (${this.#wrong(item, 'v', at)}) return false;`,
			'}',
			'return true;',
		]);
	}

	#map(value: Shape, place: Place): string {
		const at = { ...place, pattern: `${place.pattern}{}`, level: place.level + 1 };
		return this.#function([
			'if (!isObject(data) || !hasSafeKeys(data)) return false;',
			// Faster than Object.values where the keys are numbers, as those of SMART attributes.
			'for (const key of Object.keys(data)) {',
			'const v = data[key];',
			`if (${this.#wrong(value, 'v', at)}) return false;`,
			'}',
			'return true;',
		]);
	}

	#object(fields: ReadonlyMap<string, Shape>, place: Place): string {
		const names = this.#constant(`new Set(${JSON.stringify([...fields.keys()])})`);
		const required = [...fields.values()].filter((field) => !field.optional).length;
		const lines = ['if (!isObject(data)) return false;', `let fields = ${required};`];
		let number = 0;
		for (const [name, field] of fields) {
			const v = `v${number}`;
			number += 1;
			const at = {
				type: place.type,
				pattern: place.pattern === '' ? name : `${place.pattern}.${name}`,
				level: place.level + 1,
			};
			lines.push(`const ${v} = data.${name};`);
			if (field.optional) {
				lines.push(`if (${v} !== undefined) {`, `if (${this.#wrong(field, v, at)}) return false;`, 'fields += 1;', '}');
			} else {
				const missing = this.#key('missing', at);
				lines.push(
					`if (${v} === undefined) {`,
					`if (!told(seen, ${missing})) return false;`,
					'fields -= 1;',
					`} else if (${this.#wrong(field, v, at)}) return false;`,
				);
			}
		}
		const where = `${JSON.stringify(place.type)}, ${JSON.stringify(place.pattern)}, ${limits.depth - place.level - 1}`;
		lines.push(
			'for (const _ in data) fields -= 1;',
			`return fields === 0 || othersTold(data, ${names}, seen, ${where});`,
		);
		return this.#function(lines);
	}

	/** An expression that is true where `v`, which is there, needs a word. */
	#wrong(shape: Shape, v: string, place: Place): string {
		const wrong =
			shape.kind === 'leaf' ? this.#wrongLeaf(shape.leaf, v, place) : `!${this.container(shape, place)}(${v}, seen)`;
		return shape.nullable ? `${v} !== null && (${wrong})` : wrong;
	}

	#wrongLeaf(leaf: LeafShape['leaf'], v: string, place: Place): string {
		switch (leaf.type) {
			case 'text':
				return `typeof ${v} !== 'string'`;
			case 'boolean':
				return `typeof ${v} !== 'boolean'`;
			case 'timestamp':
				return `!isTimestamp(${v})`;
			case 'nothing':
				return `${v} !== nothing`;
			case 'anything':
				return `typeof ${v} === 'object' && texture(${v}, ${limits.depth - place.level}) !== 'fine'`;
			case 'word': {
				const others = leaf.words.map((word) => `${v} !== ${JSON.stringify(word)}`);
				return `${others.join(' && ')} && !wordTold(seen, ${this.#key('unknown_word', place)}, ${v})`;
			}
			case 'words': {
				const known = this.#constant(JSON.stringify(leaf.words));
				const pattern = this.#constant(String(leaf.pattern));
				const others = `!wordsTold(seen, ${this.#key('unknown_word', place)}, ${v}, ${known})`;
				return `typeof ${v} !== 'string' || (!${pattern}.test(${v}) && ${others})`;
			}
			case 'number':
				return `typeof ${v} !== 'number' || ${this.#wrongNumber(leaf, v)}`;
		}
	}

	#wrongNumber(leaf: LeafShape['leaf'] & { type: 'number' }, v: string): string {
		const range = `${v} >= ${leaf.min} && ${v} <= ${leaf.max}`;
		if (!leaf.whole) return `!(${range})`;
		const safe = Number.MAX_SAFE_INTEGER;
		const exact = `${v} >= ${Math.max(leaf.min, -safe)} && ${v} <= ${Math.min(leaf.max, safe)} && Math.floor(${v}) === ${v}`;
		return `!(${exact})`;
	}

	#key(code: string, place: Place): string {
		return JSON.stringify(noticeKey(place.type, code, place.pattern));
	}

	#constant(code: string): string {
		const known = this.constants.indexOf(code);
		if (known >= 0) return `c${known}`;
		this.constants.push(code);
		return `c${this.constants.length - 1}`;
	}

	#function(lines: readonly string[]): string {
		const name = `f${this.functions.length}`;
		const body = lines.map((line) => `\t${line}\n`).join('');
		this.functions.push(`function ${name}(data: unknown, seen: ReadonlySet<string>): boolean {\n${body}}\n`);
		return name;
	}
}

/**
 * The source text of a module that exports `checks`: one `Check` per event type.
 * @throws TypeError when a schema uses a part of zod that no check can be made of
 */
export function generateChecks(table: Schemas): string {
	const writer = new Writer();
	const entries = Object.entries(table).map(([type, schema]) => {
		const check = writer.container(shapeOf(schema), { type, pattern: '', level: 0 });
		return `\t${JSON.stringify(type)}: ${check},\n`;
	});
	return `// Written by scripts/generate-checks.ts from schemas.ts: change that, then run npm run generate.
import { isTimestamp } from '../../model/time';
import { type Check, hasSafeKeys, othersTold, texture, told, wordsTold, wordTold } from '../checks-support';

const nothing = Symbol('nothing');

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

${writer.constants.map((code, i) => `const c${i} = ${code};\n`).join('')}
${writer.functions.join('\n')}
/** For every event type: whether its data is entirely fine. See \`createValidator\`. */
export const checks: { readonly [type: string]: Check } = {
${entries.join('')}};
`;
}

/** Writes `checks.generated.ts` beside every `schemas.ts` of a dialect. */
async function generateAll(): Promise<void> {
	const folder = path.join(__dirname, '../src/dialects');
	for (const dialect of readdirSync(folder)) {
		const source = path.join(folder, dialect, 'schemas.ts');
		if (!existsSync(source)) continue;
		const { schemas } = (await import(source)) as { readonly schemas: Schemas };
		writeFileSync(path.join(folder, dialect, 'checks.generated.ts'), generateChecks(schemas));
	}
}

if (require.main === module) void generateAll();
