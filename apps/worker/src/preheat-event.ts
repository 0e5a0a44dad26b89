/**
 * A run as an event, in the form in which events of other registries are delivered: the registry's fields, and the
 * run itself as `body`. Ids are computed from the run's, so that a run which is published again after a crash is the
 * same event.
 */
import {
  EVENTS_V1,
  eventIdFrom,
  type PreheatPart,
  type PreheatRun,
  type RegistryEvent,
  type TakenEvent,
} from '@longshore/event';
import { OWN_SOURCE } from './own-publish.js';

const PUBLISHED = new Set<PreheatRun['result']>(['succeeded', 'partial', 'failed']);
/** Failed parts that an event lists. */
const MAX_FAILED_PARTS = 200;

/** As ingest would have taken it. Undefined for a run that is no event: nothing was to be warmed. */
export function preheatEvent(run: PreheatRun): TakenEvent | undefined {
  if (!PUBLISHED.has(run.result)) return undefined;
  const action = `${run.kind ?? 'preheat'}.${run.result}`;
  const { repository, tag, digest } = run;
  const timestamp = new Date(run.finishedAt).toISOString();
  const id = eventIdFrom(OWN_SOURCE, [run.endpoint, run.id, action]);
  const target = { ...(digest && { digest }), repository, ...(tag && { tag }) };
  const event: RegistryEvent = {
    id,
    class: 'other',
    action,
    nativeType: action,
    timestamp,
    time: timestamp,
    target,
  };
  const payload = {
    event: { id, timestamp, action, target, request: {}, actor: {}, source: {}, body: bodyOf(run) },
  };
  const [source, kind] = [OWN_SOURCE, OWN_SOURCE];
  return { event, payload, contentType: EVENTS_V1, source, kind, receivedAt: run.finishedAt };
}

function bodyOf({ endpoint, result, detail, tally, parts, receivedAt, startedAt, finishedAt }: PreheatRun) {
  const failed = parts.filter((part) => part.result === 'failed');
  return {
    endpoint,
    result,
    ...(detail && { detail }),
    ...tally,
    targets: [...new Set(parts.map(({ target }) => target).filter(Boolean))],
    seconds: (finishedAt - startedAt) / 1_000,
    age: (finishedAt - receivedAt) / 1_000,
    failedparts: failed.slice(0, MAX_FAILED_PARTS).map(shown),
  };
}

const shown = ({ target, role, digest, size, platform, reason, detail }: PreheatPart) => ({
  target,
  role,
  digest,
  size,
  platform,
  reason,
  detail,
});
