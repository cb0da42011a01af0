export { numberOrBlank, topicPrefix, urlOf } from './validators';
