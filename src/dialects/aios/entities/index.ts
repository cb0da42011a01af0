import type { Subject } from '../../../model/description';
import { connection } from '../../connection';
import { agent, agentTotals } from './agent';
import { dashboard } from './dashboard';
import { job, jobTotals } from './job';
import { errors, insights, knowledge } from './library';
import { run, runTotals } from './run';

/** Everything that AIOS becomes entities of, in the order in which people look for it. */
export const subjects: readonly Subject[] = [
	// Its metrics come only to who has subscribed them.
	connection('dashboard', 'ping'),
	dashboard,
	jobTotals,
	job,
	agentTotals,
	agent,
	knowledge,
	insights,
	runTotals,
	run,
	errors,
];
