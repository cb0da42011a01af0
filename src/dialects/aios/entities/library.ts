import { subject } from '../../../model/description';
import { event, percent, text, total } from '../../../model/presets';
import type { Errors, Insights, Knowledge } from '../pictures';
import type { AiosWorld } from '../schemas';
import { moment } from './shared';

/** The knowledge repository. */
export const knowledge = subject<AiosWorld, Knowledge>({
	subject: 'knowledge',
	from: ['knowledge'],
	items: (world) => (world.knowledge ? [world.knowledge] : null),
	kept: true,
	rows: [
		total({ key: 'created', name: 'Knowledge Items Created', icon: 'mdi:book-plus', field: 'created' }),
		total({ key: 'updated', name: 'Knowledge Items Updated', icon: 'mdi:book-edit', field: 'updated' }),
		text({
			key: 'last_item',
			name: 'Last Knowledge Item',
			icon: 'mdi:book-open-variant',
			field: 'title',
			reads: ['item_id', 'type', 'tags', 'source_job', 'created_at'],
			attributes: {
				item_id: 'item_id',
				item_type: 'type',
				tags: 'tags',
				source_job: 'source_job',
				created_at: 'created_at',
			},
		}),
		moment({
			key: 'last_update',
			name: 'Last Knowledge Update',
			icon: 'mdi:book-clock',
			field: 'updated_at',
			from: ['updated_at', 'updated_item', 'updated_fields'],
			attributes: { item_id: 'updated_item', updated_fields: 'updated_fields' },
		}),
	],
});

/** Insights. Their description and what they rest on are content, and left out. */
export const insights = subject<AiosWorld, Insights>({
	subject: 'insights',
	from: ['insights'],
	items: (world) => (world.insights ? [world.insights] : null),
	kept: true,
	rows: [
		total({ key: 'generated', name: 'Insights', icon: 'mdi:lightbulb-on', field: 'generated' }),
		text({
			key: 'last',
			name: 'Last Insight',
			icon: 'mdi:lightbulb-on',
			field: 'title',
			reads: ['insight_id', 'type', 'created_at'],
			attributes: { insight_id: 'insight_id', insight_type: 'type', created_at: 'created_at' },
		}),
		text({ key: 'last_type', name: 'Last Insight Type', icon: 'mdi:lightbulb-question', field: 'type' }),
		// The stream has a share of 1.
		percent({
			key: 'last_confidence',
			name: 'Last Insight Confidence',
			icon: 'mdi:lightbulb-question',
			divide: 0.01,
			deadband: 0,
			field: 'confidence',
		}),
		event({
			key: 'insight',
			name: 'Insight',
			icon: 'mdi:lightbulb-on',
			options: ['generated'],
			from: ['recent'],
			happenings: ({ recent }) => recent,
		}),
	],
});

/** Errors of the server as a whole. */
export const errors = subject<AiosWorld, Errors>({
	subject: 'errors',
	from: ['errors'],
	items: (world) => (world.errors ? [world.errors] : null),
	kept: true,
	rows: [
		total({ key: 'count', name: 'Errors', icon: 'mdi:alert-circle', category: 'diagnostic', field: 'count' }),
		text({
			key: 'last',
			name: 'Last Error',
			icon: 'mdi:alert-circle',
			category: 'diagnostic',
			field: 'code',
			reads: ['message', 'time'],
			attributes: { message: 'message', occurred_at: 'time' },
		}),
		event({
			key: 'error',
			name: 'Error',
			icon: 'mdi:alert-circle',
			options: ['error', 'connection_error'],
			from: ['recent'],
			happenings: ({ recent }) => recent,
		}),
	],
});
