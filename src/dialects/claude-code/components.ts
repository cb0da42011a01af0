import type { Fields } from '../../model/fields';
import { limits } from '../../model/limits';
import { Roster } from '../roster';
import { amount, clean } from './hook';
import { objectOf } from './identify';
import type { ComponentItem, HealthItem } from './pictures';

const blank: Omit<ComponentItem, 'name'> = {
	running: null,
	since: null,
	version: null,
	capabilities: [],
	check: null,
	cpu: null,
	memory: null,
	connections: null,
	queue: null,
	measured: false,
	alert: null,
	alertReported: null,
	alertSince: null,
	message: null,
};

const noMetrics = { cpu: null, memory: null, connections: null, queue: null } as const;
const levels = ['info', 'warning', 'critical'] as const;

/** The components of one endpoint: what heartbeats say of them, and what they say of themselves. */
export class Components {
	private readonly healths = new Roster<HealthItem>(limits.claudeComponents);
	private readonly told = new Roster<ComponentItem>(limits.claudeComponents);
	/** When each sent metrics last, ms since 1970. */
	private readonly measured = new Map<string, number>();

	/** Takes a heartbeat in: who is not in it is unknown. */
	heartbeat(data: Fields, now: number): void {
		const nextCheck = amount(data.next_check);
		const reported = new Map<string, string>();
		for (const [name, word] of Object.entries(objectOf(data.components) ?? {})) {
			const key = clean(name, 80);
			const shown = clean(word, 80);
			if (key !== null && shown !== null && reported.size < limits.claudeComponents) reported.set(key, shown);
		}
		for (const [name, word] of reported) this.healths.set(name, { name, reported: word, nextCheck }, now);
		for (const { id, item } of this.healths.list()) {
			if (reported.has(id) || item.reported === null) continue;
			// Not touched: its time runs out.
			this.healths.set(id, { ...item, reported: null, nextCheck: null }, 0, true);
		}
	}

	/** Takes in what a component told of itself: `component.*` and `resource.alert`. Answers its name; null where it has none. */
	tell(type: string, data: Fields, at: number, now: number): string | null {
		const payload = objectOf(data.payload) ?? {};
		const name = clean(payload.component, 80) ?? clean(data.source, 80);
		if (name === null) return null;
		const item = this.told.get(name) ?? { name, ...blank };
		this.told.set(name, { ...item, ...this.changes(type, payload, item, at, now) }, now);
		for (const id of this.measured.keys()) if (!this.told.get(id)) this.measured.delete(id);
		return name;
	}

	/** Lets time pass. Answers whether anything changed. */
	expire(now: number): boolean {
		const before = now - limits.claudeLifetime;
		const left = [this.healths.expire(before), this.told.expire(before)];
		let changed = left.includes(true);
		for (const [name, at] of this.measured) {
			if (at > now - limits.claudeMetricsFor) continue;
			this.measured.delete(name);
			const item = this.told.get(name);
			// Touched long ago: Roster keeps the later time.
			if (item) this.told.set(name, { ...item, ...noMetrics }, 0);
			changed = true;
		}
		return changed;
	}

	/** When {@link expire} has something to do, ms since 1970; null = never. */
	next(): number | null {
		const touched = [this.healths.oldest(), this.told.oldest()].flatMap((at) => at ?? []);
		const due = touched.map((at) => at + limits.claudeLifetime + 1);
		for (const at of this.measured.values()) due.push(at + limits.claudeMetricsFor);
		return due.length === 0 ? null : Math.min(...due);
	}

	/** What the heartbeats say. */
	health(): readonly HealthItem[] {
		return this.healths.list().map(({ item }) => item);
	}

	/** What they say of themselves. */
	items(): readonly ComponentItem[] {
		return this.told.list().map(({ item }) => item);
	}

	private changes(type: string, payload: Fields, item: ComponentItem, at: number, now: number): Partial<ComponentItem> {
		switch (type) {
			case 'component.started':
				return {
					running: true,
					since: at,
					version: clean(payload.version, 80),
					capabilities: wordsOf(payload.capabilities),
					alert: item.alert === null ? null : 'none',
					alertReported: null,
					alertSince: null,
					message: null,
				};
			case 'component.stopped':
				this.measured.delete(item.name);
				return { ...noMetrics, running: false, since: at };
			case 'component.health':
				return { check: clean(payload.status, 80) ?? item.check, ...this.metricsOf(payload, item, now) };
			default: {
				const reported = clean(payload.alert_level, 80);
				const alert = reported === null ? 'none' : (levels.find((word) => word === reported.toLowerCase()) ?? 'other');
				return {
					...this.metricsOf(payload, item, now),
					alert,
					alertReported: reported,
					alertSince: alert === item.alert ? item.alertSince : at,
					message: clean(payload.message),
				};
			}
		}
	}

	private metricsOf(payload: Fields, item: ComponentItem, now: number): Partial<ComponentItem> {
		const metrics = objectOf(payload.metrics);
		if (!metrics) return {};
		this.measured.set(item.name, now);
		return {
			measured: true,
			cpu: amount(metrics.cpu_percent),
			memory: amount(metrics.memory_mb),
			connections: amount(metrics.active_connections),
			queue: amount(metrics.event_queue_size),
		};
	}
}

function wordsOf(list: unknown): readonly string[] {
	return Array.isArray(list) ? list.slice(0, 20).flatMap((word) => clean(word, 80) ?? []) : [];
}
