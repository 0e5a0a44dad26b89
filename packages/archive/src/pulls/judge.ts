/** How a pull ended: see `PULL_STATES`. */
import { closesAt } from './fold.js';
import { isRedirect, partsOf } from './parts.js';
import type { Pull, PullPart, PullScene, PullState, Session } from './types.js';

/** A session with its state, by all that is known now. */
export function judge(session: Session, scene: PullScene): Pull {
  const { events, client, tag, root } = session;
  const parts = (session.images.size > 0 && partsOf(session, scene)) || undefined;
  const lines = events.flatMap(({ requestId }) => scene.log.get(requestId ?? '') ?? []);
  const state = stateOf(session, parts, scene);
  const [first, last] = [events[0], events.at(-1)];
  const mediaType = events.find(({ digest }) => digest === root)?.mediaType;
  const platform = platformOf(session, scene);
  const transferred = transferredOf(session, state, scene);
  return {
    client,
    state,
    evidence: lines.length > 0 ? 'events+log' : 'events',
    events,
    ...(tag !== undefined && { tag }),
    ...(root !== undefined && { digest: root }),
    ...(mediaType !== undefined && { mediaType }),
    ...(platform !== undefined && { platform }),
    ...(parts && { expectedBytes: sum(parts.map(({ size = 0 }) => size)) }),
    ...(transferred !== undefined && { transferredBytes: transferred }),
    clients: Math.max(1, session.tagHeads, session.tagGets, ...wholeGets(session, scene)),
    parts: parts ?? unlistedParts(session),
    startedAt: first?.at ?? '',
    at: last?.at ?? '',
    closesAt: closesAt(session, scene),
  };
}

function stateOf(session: Session, parts: PullPart[] | undefined, scene: PullScene): PullState {
  const { events, blobs } = session;
  if (events.every(({ method }) => method === 'HEAD')) return 'checked';
  // A registry that sends no methods sends one event for a pull.
  if (events.every(({ method }) => method === undefined)) return 'complete';
  const redirects = scene.redirects || isRedirected(session, scene);
  if (!parts) return blobs.size === 0 ? 'inspected' : redirects ? 'redirected' : 'complete';
  const layers = parts.filter(({ config }) => !config);
  if (layers.length === 0) return blobs.size > 0 ? 'complete' : 'inspected';
  if (layers.every(({ state }) => state === 'earlier')) return 'cached';
  if (layers.some(({ state }) => state === 'interrupted')) return 'interrupted';
  if (layers.every(({ state }) => state !== 'seen')) return 'inspected';
  if (layers.some(({ state }) => state === 'missing')) return 'unfinished';
  return redirects ? 'redirected' : 'complete';
}

const isRedirected = ({ blobs }: Session, { log }: PullScene): boolean =>
  [...blobs.values()].flat().some(({ requestId }) => isRedirect(log.get(requestId ?? '')?.status ?? 0));

/** By the log where it is known, else the size of each blob once. Undefined where the storage has served it. */
function transferredOf({ blobs }: Session, state: PullState, { log }: PullScene): number | undefined {
  if (state === 'redirected' || (state === 'complete' && blobs.size === 0)) return undefined;
  const bytes = Array.from(blobs.values(), (gets) => {
    const lines = gets.map(({ requestId }) => log.get(requestId ?? ''));
    if (lines.every((line) => line === undefined)) return gets[0]?.size ?? 0;
    return sum(lines.map((line, n) => line?.written ?? gets[n]?.size ?? 0));
  });
  return sum(bytes);
}

/** How often each blob was sent in one piece: two of one layer are two clients, many ranges are one. */
const wholeGets = ({ blobs }: Session, { log }: PullScene): number[] =>
  Array.from(
    blobs.values(),
    (gets) =>
      gets.filter((event) => {
        const line = log.get(event.requestId ?? '');
        return line?.status === 200 && line.written >= (event.size ?? 0);
      }).length,
  );

const platformOf = ({ root, images }: Session, { manifests }: PullScene): string | undefined => {
  const listed = manifests.get(root ?? '')?.references ?? [];
  const names = [...images].flatMap(
    (image) =>
      listed.find(({ digest }) => digest === image)?.platform ?? manifests.get(image)?.platform ?? [],
  );
  return names.length === 0 ? undefined : names.join(', ');
};

/** What came, where it is not known what the manifest lists. */
const unlistedParts = ({ blobs }: Session): PullPart[] =>
  Array.from(blobs, ([digest, gets]) => ({
    digest,
    ...(gets[0]?.size !== undefined && { size: gets[0].size }),
    state: 'seen' as const,
    startedAt: gets[0]?.at,
    at: gets.at(-1)?.at,
  }));

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
