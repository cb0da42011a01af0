import type { Subject } from '../../../model/description';
import { connection } from '../../connection';
import { agent, agents } from './agent';
import { alerts, conversations } from './messages';
import { errors, heartbeat } from './server';
import { taskSlot, tasks } from './task';

/** All entity descriptions of the agents API, in the order in which people look for them. */
export const subjects: readonly Subject[] = [
	agents,
	agent,
	tasks,
	taskSlot,
	conversations,
	alerts,
	heartbeat,
	connection('heartbeat', 'heartbeat_ack'),
	errors,
];
