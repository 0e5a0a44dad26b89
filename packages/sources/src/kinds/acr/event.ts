/**
 * The event that Azure Container Registry tells of, by its own webhooks and by Event Grid. Charts are those
 * of the registry's Helm repositories; a chart that was pushed as an OCI artifact is a `push` like any
 * other.
 */
import { at, isObject, type JsonObject, textAt } from '../../json.js';
import type { Reading } from '../../kind.js';
import type { Fields } from '../../normalize.js';

const ACTIONS = new Map<unknown, string>([
  ['chart_push', 'push'],
  ['chart_delete', 'delete'],
]);

/** @param envelope fields of what is around the event, for what the event itself does not say. */
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
