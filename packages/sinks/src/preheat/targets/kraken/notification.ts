/**
 * The way of old clusters: the notification of a push, as a registry sends it, to Kraken's proxy.
 *
 * One manifest, one envelope: proxies before Go 1.22 take only the last event of several. Only manifests of one
 * image: some proxies take no index, others take of an index what fits their own machine. The answer is 200
 * whether it succeeds or not, so nothing is known afterwards.
 */

import { randomUUID } from 'node:crypto';
import { trimEnd } from '@longshore/event';
import type { Clock } from '../clock.js';
import { refusedBy, type TargetHttp } from '../http.js';
import { at, type Base } from '../place.js';
import type { Aborted, Settled, WarmImage, WarmItem } from '../target.js';
import { NOTIFICATIONS_PATH } from './paths.js';

/** Both proxies accept this one for every manifest: they read the manifest itself. */
const MEDIA_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const TAKEN =
  /^application\/vnd\.(docker\.distribution\.manifest\.v\d\+json|oci\.image\.manifest\.v1\+json)$/;

/** `asked` at best. */
export async function notify(
  http: TargetHttp,
  clock: Clock,
  proxy: Base,
  image: WarmImage,
  item: WarmItem,
  signal: AbortSignal,
): Promise<Settled | Aborted> {
  if (item.role === 'index') return { state: 'skipped', reason: 'index' };
  if (item.role !== 'manifest') return { state: 'skipped', reason: 'blob' };
  const headers = { 'content-type': 'application/vnd.docker.distribution.events.v1+json' };
  const json = { events: [eventOf(image, item, clock.now())] };
  const reply = await http.ask(
    { method: 'POST', url: at(proxy.url, NOTIFICATIONS_PATH), headers, json },
    signal,
  );
  if (reply.kind === 'aborted') return reply.aborted;
  if (reply.kind === 'failed') return reply.failed;
  if (reply.status >= 200 && reply.status < 300) return { state: 'asked' };
  return refusedBy(reply, clock.now());
}

function eventOf(
  { repository, registry }: WarmImage,
  { digest, mediaType = '', size }: WarmItem,
  now: number,
) {
  const url = `${trimEnd(registry, '/')}/v2/${repository}/manifests/${digest}`;
  return {
    id: randomUUID(),
    timestamp: new Date(now).toISOString(),
    action: 'push',
    target: {
      mediaType: TAKEN.test(mediaType) ? mediaType : MEDIA_TYPE,
      ...(size !== undefined && { size }),
      digest,
      repository,
      url,
    },
  };
}
