import { type Row, subject } from '../../../model/description';
import { binary, count, event, numeric, percent, text, total } from '../../../model/presets';
import type { Job, JobTotals } from '../pictures';
import type { AiosWorld } from '../schemas';
import { jobStates } from '../words';
import { crowded, moment, words } from './shared';

const detail = <I>(row: Row<I, AiosWorld>): Row<I, AiosWorld> => ({ category: 'diagnostic', ...row });

/** What a place for a processing job shows. */
export const job = subject<AiosWorld, Job>({
	subject: 'job',
	from: ['jobs'],
	items: (world) => world.jobs ?? null,
	key: ({ place }) => String(place),
	label: ({ place }) => `Job ${place}`,
	kept: true,
	rows: [
		words({
			key: 'status',
			name: '{label} Status',
			icon: 'mdi:file-cog',
			options: jobStates,
			field: 'status',
			reads: ['reported', 'job_id', 'run_id', 'filename', 'type'],
			attributes: { job_id: 'job_id', run_id: 'run_id', file_name: 'filename', job_type: 'type', reported: 'reported' },
		}),
		text({ key: 'file', name: '{label} File', icon: 'mdi:file-document-outline', field: 'filename' }),
		percent({ key: 'progress', name: '{label} Progress', icon: 'mdi:progress-clock', precision: 0, field: 'progress' }),
		text({ key: 'step', name: '{label} Step', icon: 'mdi:debug-step-over', field: 'current_step' }),
		text({ key: 'type', name: '{label} Type', icon: 'mdi:file-question-outline', enabled: false, field: 'type' }),
		moment({ key: 'started', name: '{label} Started', field: 'started_at' }),
		moment({
			key: 'estimated',
			name: '{label} Estimated Completion',
			icon: 'mdi:clock-end',
			field: 'estimated_completion',
		}),
		numeric({
			key: 'duration',
			name: '{label} Duration',
			unit: 's',
			deviceClass: 'duration',
			decimals: 1,
			field: 'duration',
			reads: ['ended_at', 'entities', 'insights'],
			attributes: { ended_at: 'ended_at', entities: 'entities', insights: 'insights' },
		}),
		text({
			key: 'error',
			name: '{label} Error',
			icon: 'mdi:file-alert-outline',
			field: 'error',
			reads: ['retry_count', 'can_retry'],
			attributes: { retry_count: 'retry_count', can_retry: 'can_retry' },
		}),
		detail(
			numeric({ key: 'retries', name: '{label} Retries', icon: 'mdi:restart', enabled: false, field: 'retry_count' }),
		),
		detail(
			binary({
				key: 'can_retry',
				name: '{label} Can Be Retried',
				icon: 'mdi:restart',
				enabled: false,
				from: ['can_retry'],
				is: ({ can_retry }) => can_retry,
			}),
		),
	],
});

/** All jobs together. */
export const jobTotals = subject<AiosWorld, JobTotals>({
	subject: 'jobs',
	from: ['job_totals'],
	items: (world) => (world.job_totals ? [world.job_totals] : null),
	kept: true,
	rows: [
		count({ key: 'queued', name: 'Jobs Queued', icon: 'mdi:tray-full', field: 'queued' }),
		count<JobTotals, AiosWorld>({
			...crowded,
			key: 'processing',
			name: 'Jobs Processing',
			icon: 'mdi:file-cog',
			field: 'processing',
		}),
		total({ key: 'completed', name: 'Jobs Completed', icon: 'mdi:file-check', field: 'completed' }),
		total({ key: 'failed', name: 'Jobs Failed', icon: 'mdi:file-alert', field: 'failed' }),
		event({
			key: 'completion',
			name: 'Job Completed',
			icon: 'mdi:file-check',
			options: ['completed'],
			from: ['completions'],
			happenings: ({ completions }) => completions,
		}),
		event({
			key: 'failure',
			name: 'Job Failed',
			icon: 'mdi:file-alert',
			options: ['failed'],
			from: ['failures'],
			happenings: ({ failures }) => failures,
		}),
	],
});
