import type { Sample } from './aios-samples';

/** Something that happens `at` seconds into a round. */
export interface Scene {
	readonly at: number;
	readonly event: string;
	readonly data: Sample;
}

/** Seconds of one round. */
export const roundLength = 120;

const agents = {
	content: { agent_id: 'content_mind_01', name: 'Content Mind', type: 'analysis' },
	digest: { agent_id: 'digest_agent_02', name: 'Digest Agent', type: 'summarization' },
	summary: { agent_id: 'summary_agent_03', name: 'Summary Agent', type: 'summarization' },
} as const;

const files = [
	['quarterly-report.pdf', 'pdf'],
	['board-meeting.mp3', 'audio'],
	['contract-draft.docx', 'document'],
	['sensor-export.csv', 'table'],
] as const;

/** A time some seconds away from `now`. */
const from = (now: string, seconds: number) => new Date(Date.parse(now) + seconds * 1_000).toISOString();

/**
 * One round in the life of the server: three agents process two files, one of which fails and succeeds when it is tried again; a DAG run
 * goes through four steps, of which one fails every third round; an item of knowledge and an insight come of it.
 */
export function scenes(round: number, random: () => number): Scene[] {
	const list: Scene[] = [];
	const add = (at: number, event: string, data: Sample | ReturnType<Sample>) =>
		list.push({ at, event, data: typeof data === 'function' ? data : () => data });

	const status = (at: number, who: keyof typeof agents, word: string, task: string | null, progress: number | null) =>
		add(at, 'agent_status_update', {
			...agents[who],
			status: word,
			current_task: task,
			progress,
			performance: {
				tasks_completed: 140 + round * 3 + Math.floor(at / 40),
				average_processing_time: Math.round(20 + random() * 10) / 10,
				success_rate: Math.round(970 + random() * 20) / 10,
			},
		});

	const file = (start: number, number: number, fails: boolean) => {
		const [filename, type] = files[(round * 2 + number) % files.length] ?? files[0];
		const id = { job_id: `job-${1_000 + round * 2 + number}`, run_id: `run-${1_000 + round * 2 + number}`, type };
		const steps = ['upload', 'text_extraction', 'analysis', 'summary'];
		add(start, 'processing_job_status', { ...id, status: 'queued', progress: 0, filename });
		steps.forEach((current_step, index) => {
			const at = start + 4 + index * 8;
			add(at, 'processing_job_status', (now) => ({
				...id,
				status: 'processing',
				progress: 10 + index * 25,
				filename,
				started_at: from(now, -index * 8),
				estimated_completion: from(now, (steps.length - index) * 8),
				current_step,
			}));
		});
		const end = start + 38;
		if (fails) {
			const error = 'Failed to extract text: unsupported encoding';
			add(end, 'processing_job_failed', (now) => ({
				...id,
				status: 'failed',
				error,
				failed_at: now,
				retry_count: 1,
				can_retry: true,
			}));
			add(end + 8, 'processing_job_status', (now) => ({
				...id,
				status: 'processing',
				progress: 50,
				filename,
				started_at: now,
				current_step: 'text_extraction',
			}));
		}
		add(fails ? end + 22 : end, 'processing_job_completed', (now) => ({
			...id,
			status: 'completed',
			progress: 100,
			completed_at: now,
			result: { extracted_text: 'Content', summary: 'Summary', entities: ['ACME', 'Q4'], insights: ['growth'] },
		}));
		return id.job_id;
	};

	const first = file(2, 0, false);
	const second = file(20, 1, true);

	status(4, 'content', 'working', 'Extracting text', 10);
	status(14, 'content', 'working', 'Analyzing document for key insights', 60);
	status(22, 'digest', 'working', 'Writing a digest', 30);
	add(40, 'agent_task_completed', {
		agent_id: agents.content.agent_id,
		task_id: `task-${round}-1`,
		job_id: first,
		task_type: 'document_analysis',
		duration: Math.round(340 + random() * 60) / 10,
		result: { summary: 'Analysis', confidence: Math.round(850 + random() * 140) / 1_000 },
	});
	status(41, 'content', 'idle', null, null);
	status(44, 'summary', 'working', 'Transcribing', 20);
	add(57, 'agent_error', {
		agent_id: agents.summary.agent_id,
		error: 'Connection timeout to language model',
		severity: 'warning',
		can_retry: true,
		affected_jobs: [second],
	});
	status(58, 'summary', 'error', null, null);
	add(59, 'error', {
		code: 'processing_error',
		message: 'Failed to process document',
		details: { job_id: second, error_type: 'encoding_error', retry_available: true },
	});
	status(66, 'summary', 'working', 'Transcribing again', 40);
	add(78, 'agent_task_completed', {
		agent_id: agents.summary.agent_id,
		task_id: `task-${round}-2`,
		job_id: second,
		task_type: 'transcription',
		duration: 33.1,
		result: { summary: 'Transcript', confidence: 0.88 },
	});
	status(79, 'summary', 'idle', null, null);
	status(81, 'digest', 'idle', null, null);
	const item = { item_id: `kb-item-${round}` };
	add(82, 'knowledge_item_created', (now) => ({
		...item,
		title: `Analysis of ${files[(round * 2) % files.length]?.[0]}`,
		type: 'analysis',
		source_job: first,
		tags: ['finance', 'quarterly'],
		created_at: now,
	}));
	add(96, 'knowledge_item_updated', (now) => ({ ...item, updated_fields: ['tags'], updated_at: now }));
	add(100, 'insight_generated', (now) => ({
		insight_id: `insight-${round}`,
		title: 'Processing Volume Increase Detected',
		description: 'Document processing volume has increased by 45% this week',
		type: 'trend',
		confidence: Math.round(800 + random() * 190) / 1_000,
		metadata: { metric: 'volume', change: '+45%', period: 'week' },
		created_at: now,
	}));
	pipeline(add, round, `run-${1_000 + round * 2}`);
	return list.sort((a, b) => a.at - b.at);
}

/** The DAG run of a round's first file, by whose `run_id` a client learns of it. */
function pipeline(add: (at: number, event: string, data: Sample) => void, round: number, run_id: string): void {
	const run = { dag_id: 'document_pipeline', run_id };
	const steps = ['extract_data', 'transform', 'load_knowledge', 'notify'];
	const failing = round % 3 === 2 ? 2 : -1;
	add(5, 'dag_run_status', (now) => ({ ...run, status: 'running', started_at: now }));
	steps.forEach((step_id, index) => {
		const start = 6 + index * 22;
		const fails = index === failing;
		add(start, 'step_status', (now) => ({
			...run,
			step_id,
			status: 'running',
			start_time: now,
			end_time: null,
			duration: null,
			retry_count: 0,
			error: null,
		}));
		add(start + 20, 'step_status', (now) => ({
			...run,
			step_id,
			status: fails ? 'failed' : 'success',
			start_time: from(now, -20),
			end_time: now,
			duration: 20_000,
			retry_count: fails ? 1 : 0,
			error: fails ? 'The knowledge base is locked' : null,
		}));
		const failed = failing >= 0 && index >= failing ? 1 : 0;
		const progress = {
			total_steps: steps.length,
			completed_steps: index + 1 - failed,
			running_steps: 0,
			failed_steps: failed,
			pending_steps: steps.length - index - 1,
			completion_percentage: ((index + 1 - failed) / steps.length) * 100,
		};
		add(start + 21, 'dag_run_progress', () => ({ ...run, ...progress }));
	});
	add(95, 'dag_run_status', () => ({ ...run, status: failing >= 0 ? 'failed' : 'success' }));
}
