import type { Subject } from '../../../model/description';
import { array } from './array';
import { container, docker } from './container';
import { disk } from './disk';
import { gpu } from './gpu';
import { network } from './network';
import { fan, filesystems, server } from './server';
import { share } from './share';
import { ups } from './ups';
import { vm } from './vm';

/** All entity descriptions of the Unraid dialect, in the order in which people look for them. */
export const subjects: readonly Subject[] = [
	server,
	filesystems,
	array,
	disk,
	ups,
	gpu,
	fan,
	network,
	docker,
	container,
	vm,
	share,
];
