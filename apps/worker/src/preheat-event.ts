/**
 * A run as an event, in the form in which events of other registries are delivered: the registry's fields, and the
 * run itself as `body`. Ids are computed from the run's, so that a run which is told again after a crash is the
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

const SOURCE = 'longshore';
const TOLD = new Set<PreheatRun['result']>(['succeeded', 'partial', 'failed']);
/** Failed parts that an event names. */
const NAMED = 200;

/** Undefined for a run that nobody waits for: nothing was to be warmed. */
export function preheatEvent(run: PreheatRun): RegistryEvent | undefined {
  if (!TOLD.has(run.result)) return undefined;
  const action = `preheat.${run.result}`;
  const { repository, tag, digest } = run;
  const timestamp = new Date(run.finishedAt).toISOString();
  return {
    id: eventIdFrom(SOURCE, [run.endpoint, run.id, action]),
    class: 'other',
    action,
    nativeType: action,
    timestamp,
    time: timestamp,
    target: { ...(digest && { digest }), repository, ...(tag && { tag }) },
  };
}

/** As ingest would have taken it. */
export function takenFrom(event: RegistryEvent, run: PreheatRun): TakenEvent {
  const { id, timestamp, action, target } = event;
  const payload = {
    event: { id, timestamp, action, target, request: {}, actor: {}, source: {}, body: bodyOf(run) },
  };
  return {
    event,
    payload,
    contentType: EVENTS_V1,
    source: SOURCE,
    kind: SOURCE,
    receivedAt: run.finishedAt,
  };
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
    failedparts: failed.slice(0, NAMED).map(shown),
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
