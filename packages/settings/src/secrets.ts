/** Secrets, and the kinds of value that are one: `@longshore/settings/secrets`. */
export { Secret } from './secret.js';
export {
  clusterNode,
  credential,
  EMPTY_CREDENTIAL,
  HOST_PORT,
  headerValue,
  url,
} from './values/secrets.js';
