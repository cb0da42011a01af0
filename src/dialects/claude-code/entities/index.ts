import type { Subject } from '../../../model/description';
import { connection } from '../../connection';
import { app } from './app';
import { component, health } from './component';
import { problems } from './problems';
import { session } from './session';
import { system } from './system';
import { totals } from './totals';

/** All entity descriptions of the Claude Code dialect, in the order in which people look for them. */
export const subjects: readonly Subject[] = [
	totals,
	app,
	session,
	health,
	component,
	problems,
	...system,
	connection('hub'),
];
