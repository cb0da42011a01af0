import { type Reading, type Row, subject } from '../../../model/description';
import { binary, numeric } from '../../../model/presets';
import { parseTime } from '../../../model/time';
import { nextRun } from './cron';
import { type DataOf, listed, type World } from './items';
import { durationText, offsetOf, timeOf, timeState } from './times';

type Schedule = DataOf<'parity_schedule'>;
type Check = NonNullable<NonNullable<DataOf<'parity_history'>['records']>[number]>;

/** The cron entry that Unraid runs, or one that its settings stand for; null where no check is scheduled. */
function entryOf(schedule: Schedule): string | null {
	if (schedule.check_cron) return schedule.check_cron;
	const { hour = 0, day = 0, day_of_month: date, month } = schedule;
	switch (schedule.mode) {
		case 'daily':
			return `0 ${hour} * * *`;
		case 'weekly':
			return `0 ${hour} * * ${day}`;
		case 'monthly':
			return `0 ${hour} ${date || 1} * *`;
		case 'yearly':
			return `0 ${hour} ${date || 1} ${month || 1} *`;
		case 'custom':
			return schedule.cron || null;
		default:
			return null;
	}
}

/** The next check by the server's own clock: what it says of its local time stands in its timestamps. */
function nextCheck(schedule: Schedule, { at }: Pick<Reading, 'at'>) {
	const entry = entryOf(schedule);
	const offset = offsetOf(schedule.timestamp);
	if (entry === null || offset === null) return null;
	const next = nextRun(entry, parseTime(schedule.timestamp) ?? at, offset);
	return next === null ? null : timeOf(next);
}

const schedule = ['check_cron', 'cron', 'mode', 'hour', 'day', 'day_of_month', 'month'] as const;

/** When parity is checked. */
export const paritySchedule = subject<World, Schedule>({
	subject: 'parity',
	from: ['parity_schedule'],
	items: (world) => (world.parity_schedule ? [world.parity_schedule] : null),
	rows: [
		{
			key: 'next_check',
			platform: 'sensor',
			name: 'Next Parity Check',
			deviceClass: 'timestamp',
			category: 'diagnostic',
			icon: 'mdi:calendar-clock',
			from: [...schedule, 'timestamp', 'frequency', 'correcting'],
			value: nextCheck,
			attributes: {
				enabled: (item) => entryOf(item) !== null,
				mode: 'mode',
				frequency: 'frequency',
				day: 'day',
				month: 'month',
				hour: 'hour',
				correcting: 'correcting',
				cron: 'cron',
				check_cron: 'check_cron',
			},
		},
		binary({
			key: 'check_scheduled',
			name: 'Parity Check Scheduled',
			deviceClass: 'running',
			category: 'diagnostic',
			icon: 'mdi:calendar-check',
			from: [...schedule, 'correcting'],
			is: (item) => entryOf(item) !== null,
			attributes: { mode: 'mode', day: 'day', hour: 'hour', correcting: 'correcting' },
		}),
	],
});

/** The newest record of the history; the agent does not say in which order they stand. */
function lastCheck(world: World): readonly Check[] | null {
	const records = listed(world.parity_history?.records);
	if (!records) return null;
	const dated = records.filter(({ date }) => parseTime(date) !== null);
	return dated.length === 0
		? null
		: [dated.reduce((a, b) => ((parseTime(b.date) ?? 0) > (parseTime(a.date) ?? 0) ? b : a))];
}

const last = (row: Row<Check, World>): Row<Check, World> => ({
	category: 'diagnostic',
	icon: 'mdi:calendar-check',
	...row,
});

/** What the last parity check found. */
export const parityHistory = subject<World, Check>({
	subject: 'parity',
	from: ['parity_history'],
	items: lastCheck,
	rows: [
		last({
			key: 'last_check',
			platform: 'sensor',
			name: 'Last Parity Check',
			deviceClass: 'timestamp',
			from: ['date', 'errors', 'duration_seconds', 'status', 'action'],
			value: ({ date }) => timeState(date),
			attributes: {
				errors: 'errors',
				last_duration: (check) => durationText(check.duration_seconds),
				result: 'status',
				action: 'action',
			},
		}),
		last(numeric({ key: 'last_errors', name: 'Last Parity Check Errors', field: 'errors' })),
		last(
			numeric({
				key: 'last_duration',
				name: 'Last Parity Check Duration',
				unit: 'h',
				deviceClass: 'duration',
				precision: 1,
				divide: 3600,
				decimals: 2,
				enabled: false,
				field: 'duration_seconds',
			}),
		),
		last(
			numeric({
				// 0 stands for a check that was cancelled.
				key: 'last_speed',
				name: 'Last Parity Check Speed',
				unit: 'MB/s',
				deviceClass: 'data_rate',
				precision: 1,
				decimals: 1,
				zeroIsNone: true,
				enabled: false,
				field: 'speed_mbps',
			}),
		),
	],
});
