import { createValidator } from '../validate';
import { checks } from './checks.generated';

/** Validates data of the agent; zod and the schemas are loaded when something first has to be explained. */
export const validate = createValidator(() => (require('./schemas') as typeof import('./schemas')).schemas, checks);
