/** A pull as an event. */
import { eventIdFrom } from '@longshore/event';
import { between } from '../images/order.js';
import type { RawEvent } from '../images/types.js';
import type { ImagePulled, Pull, PullInterrupted } from './types.js';

/** What becomes of a session; the first computation of it has no `revision`. */
export function pulled(pull: Pull, repository: string, session: string, revision: number): ImagePulled {
  const { tag, digest, mediaType, platform, state, evidence, parts, events, clients } = pull;
  const layers = parts.filter(({ config }) => !config);
  const { expectedBytes, transferredBytes, startedAt, at } = pull;
  const source = events[0]?.source ?? '';
  return {
    id: eventIdFrom(source, ['image.pulled', session, revision]),
    at,
    source,
    repository,
    ...whoOf(events),
    action: 'image.pulled',
    session,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    ...(mediaType !== undefined && { mediaType }),
    ...(platform !== undefined && { platform }),
    state,
    evidence,
    ...(expectedBytes !== undefined && { expectedBytes }),
    ...(transferredBytes !== undefined && { transferredBytes }),
    layers: layers.length,
    layersPulled: layers.filter((layer) => layer.state === 'seen' || layer.state === 'interrupted').length,
    layersCached: layers.filter((layer) => layer.state === 'earlier').length,
    clients,
    startedAt,
    duration: between(startedAt, at),
    events: events.length,
    ...(revision > 0 && { corrected: true as const }),
  };
}

/**
 * One for each layer that a client did not wait for: the registry's log proves it. Of parts of a layer it is known only
 * when nothing more can come.
 */
export function interruptions(
  pull: Pull,
  repository: string,
  session: string,
  isClosed: boolean,
): PullInterrupted[] {
  const { parts, events, tag, digest: image } = pull;
  return parts.flatMap(({ state, digest, size, written, config, ranged }) => {
    const last = events.findLast((event) => event.digest === digest);
    if (state !== 'interrupted' || config || (ranged && !isClosed)) return [];
    if (!last || size === undefined || written === undefined) return [];
    const { source, at, requestId, id } = last;
    return {
      id: eventIdFrom(source, ['pull.interrupted', repository, digest, requestId ?? id]),
      at,
      source,
      repository,
      ...whoOf([last]),
      action: 'pull.interrupted' as const,
      session,
      ...(tag !== undefined && { tag }),
      ...(image !== undefined && { digest: image }),
      layer: digest,
      size,
      transferredBytes: written,
    };
  });
}

function whoOf(events: readonly RawEvent[]) {
  const [first] = events;
  const { actor, userAgent, addr, host } = first ?? {};
  return {
    ...(actor !== undefined && { actor }),
    ...(userAgent !== undefined && { userAgent }),
    ...(addr !== undefined && { addr }),
    ...(host !== undefined && { host }),
  };
}
