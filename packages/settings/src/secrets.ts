/** Secrets, and the kinds of value that are one: `@longshore/settings/secrets`. */
export { Credential, Secret } from './secret.js';
export {
  baseUrl,
  clusterNode,
  credential,
  DIRECT,
  EMPTY_CREDENTIAL,
  HOST_PORT,
  headerValue,
  pem,
  proxyUrl,
  revealed,
  url,
} from './values/secrets.js';
