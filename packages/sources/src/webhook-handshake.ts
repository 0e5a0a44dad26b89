/**
 * The validation request of CloudEvents' webhook specification (http-webhook.md 1.0, section 4), which Azure
 * Event Grid sends too: OPTIONS, with the name of the sender's domain. The answer allows that domain to post
 * as often as it wants. Nothing is called back: a `WebHook-Request-Callback` is a url that anybody may write.
 */
import type { Answer, RequestHead } from './port.js';

/** Undefined for a request that is no validation. */
export function cloudEventsHandshake({ method, headers }: RequestHead): Answer | undefined {
  const origin = headers['webhook-request-origin'];
  // A host name, and nothing that could end the header that it is answered in.
  if (method !== 'OPTIONS' || typeof origin !== 'string' || !/^[\w.:*-]{1,255}$/.test(origin))
    return undefined;
  const allowed = { 'WebHook-Allowed-Origin': origin, 'WebHook-Allowed-Rate': '*', Allow: 'POST' };
  return { status: 200, headers: allowed };
}
