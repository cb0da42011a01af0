export { numberOrBlank, topicPrefix } from './validators';
