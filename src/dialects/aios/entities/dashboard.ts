import { type Row, subject } from '../../../model/description';
import type { AttributeValue } from '../../../model/entity';
import { type NumberSpec, numeric, percent } from '../../../model/presets';
import type { AiosWorld, DataOf } from '../schemas';

type Metrics = DataOf<'dashboard_metrics_update'>;

/** A metric with its change, as the server words it (`+5`). */
function metric(
	preset: (spec: NumberSpec<Metrics, AiosWorld>) => Row<Metrics, AiosWorld>,
	spec: NumberSpec<Metrics, AiosWorld> & { readonly field: keyof Metrics & string },
): Row<Metrics, AiosWorld> {
	const change = ({ changes }: Metrics): AttributeValue | undefined => {
		const value = changes?.[spec.field];
		return typeof value === 'string' ? value.slice(0, 40) : typeof value === 'number' ? value : undefined;
	};
	return preset({ ...spec, reads: ['changes'], attributes: { change } });
}

/** What the server tells of itself every 30 s: its silence makes these unavailable. */
export const dashboard = subject<AiosWorld, Metrics>({
	subject: 'dashboard',
	from: ['dashboard_metrics_update'],
	items: (world) => (world.dashboard_metrics_update ? [world.dashboard_metrics_update] : null),
	rows: [
		// Where the server begins anew, so does the count.
		metric(numeric, {
			key: 'processed',
			name: 'Total Processed',
			icon: 'mdi:file-multiple',
			stateClass: 'total_increasing',
			field: 'total_processed',
		}),
		metric(numeric, {
			key: 'processing_time',
			name: 'Processing Time',
			unit: 's',
			deviceClass: 'duration',
			icon: 'mdi:timer-outline',
			decimals: 1,
			field: 'processing_time',
		}),
		metric(percent, {
			key: 'success_rate',
			name: 'Success Rate',
			icon: 'mdi:check-circle-outline',
			field: 'success_rate',
		}),
		metric(numeric, { key: 'active_agents', name: 'Active Agents', icon: 'mdi:robot', field: 'active_agents' }),
		metric(numeric, {
			key: 'knowledge_items',
			name: 'Knowledge Items',
			icon: 'mdi:bookshelf',
			field: 'knowledge_items',
		}),
	],
});
