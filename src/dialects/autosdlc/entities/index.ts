import type { Subject } from '../../../model/description';
import { connection } from '../../connection';
import { agent } from './agent';
import { deployment } from './deployment';
import { fleet } from './fleet';
import { github } from './github';
import { quality } from './quality';
import { system } from './system';
import { totals } from './totals';
import { workflow } from './workflow';

/** All entity descriptions of AutoSDLC, in the order in which people look for them. */
export const subjects: readonly Subject[] = [
	fleet,
	agent,
	quality,
	workflow,
	deployment,
	system,
	github,
	totals,
	connection('server'),
];
