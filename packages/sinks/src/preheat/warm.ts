/**
 * An image through its targets: all targets side by side, each at its own pace. Returns a result for each part,
 * or the time of the next check while a target is working.
 */
import type { Answer, Claims, Turn } from './claims.js';
import type { Progress } from './progress.js';
import type { BlobTarget, ImageTarget, Settled, Target, WarmImage, WarmItem } from './targets/target.js';

/** A target and how it is asked. */
export interface OpenTarget {
  target: Target;
  /** Calls at once. */
  limit: number;
  /** It keeps one copy of a blob for all repositories. */
  shared: boolean;
}

/** What became of one item at one target. */
export interface WarmedPart {
  target: string;
  item: WarmItem;
  settled: Settled;
}

/** `pollAt`: when the earliest target is to be checked again; then some parts are missing. */
export interface Warmed {
  parts: WarmedPart[];
  pollAt?: number;
  aborted: boolean;
}

/** Resolves when every target has nothing more to do now. Never rejects for a target's failure. */
export async function warmAll(
  targets: readonly OpenTarget[],
  image: WarmImage,
  claims: Claims,
  progress: Progress,
  signal: AbortSignal,
): Promise<Warmed> {
  const results = await Promise.all(
    targets.map((open) => {
      const one = { open, image, claims, progress, signal };
      const { target } = open;
      return target.unit === 'image' ? warmImage(target, one) : warmBlobs(target, one);
    }),
  );
  const polls = results.flatMap(({ pollAt }) => (pollAt === undefined ? [] : [pollAt]));
  return {
    parts: results.flatMap(({ parts }) => parts),
    ...(polls.length > 0 && { pollAt: Math.min(...polls) }),
    aborted: results.some(({ aborted }) => aborted),
  };
}

interface Job {
  open: OpenTarget;
  image: WarmImage;
  claims: Claims;
  progress: Progress;
  signal: AbortSignal;
}

async function warmImage(target: ImageTarget, job: Job): Promise<Warmed> {
  const { open, image, claims, progress, signal } = job;
  const call = async (handle: string | undefined): Promise<Answer> => {
    const warmth = await target.warm(image, { handle, signal });
    if (warmth.state !== 'settled') return { result: warmth };
    return { result: { state: 'warmed', verified: true }, items: [...warmth.items] };
  };
  const part = partOfImage(image);
  const { result, items } = await claims.take({ target: target.name, limit: open.limit, part, call });
  if (result.state === 'aborted') return { parts: [], aborted: true };
  if (result.state === 'pending') return { parts: [], aborted: false, pollAt: result.pollAt };
  const of = new Map(items);
  const parts = image.items.map((item) => ({
    target: target.name,
    item,
    settled: of.get(item.digest) ?? (items ? UNREPORTED : result),
  }));
  for (const each of parts) progress.done(each);
  return { parts, aborted: false };
}

/** The port promises an entry for every item. */
const UNREPORTED: Settled = {
  state: 'failed',
  reason: 'incomplete',
  detail: 'the target did not report a result',
  retryable: true,
};

async function warmBlobs(target: BlobTarget, job: Job): Promise<Warmed> {
  const warmed: Warmed = { parts: [], aborted: false };
  for (const stage of target.stages(job.image)) {
    await warmStage(target, stage, job, warmed);
    // What follows needs what is still under way.
    if (warmed.aborted || warmed.pollAt !== undefined) return warmed;
    if (target.ordered && warmed.parts.some(endsOrder)) return warmed;
  }
  return warmed;
}

/** What follows needs this part, or is no longer wanted. */
function endsOrder({ settled }: WarmedPart): boolean {
  return settled.state === 'failed' || isSuperseded(settled);
}

/** The tag names another image by now. */
export function isSuperseded(settled: Settled): boolean {
  return settled.state === 'skipped' && settled.reason === 'superseded';
}

/** As many at once as the target may have; the limit over all workers is in the claims. */
async function warmStage(
  target: BlobTarget,
  stage: readonly WarmItem[],
  job: Job,
  into: Warmed,
): Promise<void> {
  const queue = stage.values();
  const work = async (): Promise<void> => {
    for (const item of queue) {
      if (into.aborted) return;
      await warmItem(target, item, job, into);
    }
  };
  await Promise.all(Array.from({ length: Math.min(job.open.limit, stage.length) }, work));
}

async function warmItem(target: BlobTarget, item: WarmItem, job: Job, into: Warmed): Promise<void> {
  const { open, image, claims, progress, signal } = job;
  const moving = progress.moving();
  const call: Turn['call'] = async (handle, keep) => ({
    result: await target.warm(image, item, { handle, keep, signal, onBytes: moving.add }),
  });
  const claim = target.claim?.(image, item) ?? { part: partOfItem(item, image, open.shared) };
  const turn = { target: target.name, limit: open.limit, ...claim, call };
  const { result } = await claims.take(turn);
  // what has come stays, while the target is not done with it
  if (result.state !== 'pending') moving.end();
  if (result.state === 'aborted') {
    into.aborted = true;
  } else if (result.state === 'pending') {
    into.pollAt = Math.min(result.pollAt, into.pollAt ?? Number.POSITIVE_INFINITY);
  } else {
    const part = { target: target.name, item, settled: result };
    into.parts.push(part);
    progress.done(part);
  }
}

/**
 * A blob is the same in every repository only for targets that keep it once. The same repository of another
 * registry is another one. The root is requested with its tag: under another tag it has to be requested again.
 */
export function partOfItem(
  { digest }: WarmItem,
  { registry, repository, tag, digest: root }: WarmImage,
  shared: boolean,
): string {
  const name = shared ? digest : `${registry}/${repository}@${digest}`;
  return digest === root && tag ? `${name}:${tag}` : name;
}

/** Names the whole image, as the policy leaves it, for targets that take it whole. */
export function partOfImage({ registry, repository, tag = '', digest, items, platforms }: WarmImage): string {
  return `${registry}/${repository}@${digest}:${tag} ${items.length} ${platforms.join()}`;
}
