/**
 * Azure Container Registry's own webhooks: one event of the registry's form, without an envelope.
 * Source: Microsoft's "Azure Container Registry webhook reference".
 */
import { EVENTS_V1, EVENTS_V2 } from '@longshore/event';
import { isObject } from '../../json.js';
import type { Kind, WholeBody } from '../../kind.js';
import { headerOf, type RawRequest } from '../../request.js';
import { readAcrEvent } from './event.js';

/** The kind `acr`. */
export const acr: Kind<WholeBody> = {
  kind: 'acr',
  sender: {
    onFailure: 'never-retries',
    words: 'Azure documents neither a timeout nor retries for its webhooks: rely on neither.',
    advice:
      'Nothing to set. If the disk of the spool is not enough, subscribe through Event Grid (kind `eventgrid`), which retries for a day.',
  },
  recognizes,
  read({ value }) {
    return value.action === 'ping' ? { ignored: 'a ping is no event' } : readAcrEvent(value);
  },
};

/** By its user agent, or by an event that stands alone and was not announced as the registry's. */
function recognizes(raw: RawRequest, value: unknown): boolean {
  if (headerOf(raw, 'user-agent')?.startsWith('AzureContainerRegistry/')) return true;
  if (!isObject(value) || typeof value.action !== 'string') return false;
  const type = headerOf(raw, 'content-type');
  return type !== EVENTS_V1 && type !== EVENTS_V2 && isObject(value.target) && isObject(value.request);
}
