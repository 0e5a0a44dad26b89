/**
 * Azure Container Registry's own webhooks: one event of the registry's form, without an envelope. Charts are
 * those of the registry's Helm repositories; a chart that was pushed as an OCI artifact is a `push` like any other.
 * Source: Microsoft's "Azure Container Registry webhook reference".
 */
import { EVENTS_V1, EVENTS_V2 } from '@longshore/event';
import { at, isObject, type JsonObject, textAt } from '../../json.js';
import type { Kind, Reading, WholeBody } from '../../kind.js';
import type { Fields } from '../../normalize.js';
import { headerOf, type RawRequest } from '../../request.js';

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

const ACTIONS = new Map<unknown, string>([
  ['chart_push', 'push'],
  ['chart_delete', 'delete'],
]);

/** The event of the registry's webhooks. @param envelope of Event Grid: fields that the event itself does not have */
export function readAcrEvent(event: JsonObject, envelope: Fields = {}): Reading {
  const { id, timestamp, action, request } = event;
  const target = isObject(event.target) ? event.target : {};
  const host = textAt(request, 'host');
  return {
    event: {
      ...envelope,
      id: id || envelope.id,
      timestamp: timestamp || envelope.timestamp,
      action: envelope.action ?? ACTIONS.get(action) ?? action,
      nativeType: envelope.nativeType ?? textAt(event, 'action'),
      mediaType: target.mediaType,
      digest: target.digest,
      size: target.size,
      length: target.length,
      repository: target.repository,
      url: urlOf(host, textAt(target, 'repository'), textAt(target, 'digest')),
      tag: target.tag,
      requestId: at(request, 'id'),
      addr: at(request, 'addr'),
      host,
      method: at(request, 'method'),
      useragent: at(request, 'useragent'),
      actor: at(event, 'actor', 'name'),
      sourceAddr: host,
    },
  };
}

/** The registry's own events have it, Azure's do not. */
function urlOf(host?: string, repository?: string, digest?: string): string | undefined {
  return host && repository && digest ? `https://${host}/v2/${repository}/manifests/${digest}` : undefined;
}
