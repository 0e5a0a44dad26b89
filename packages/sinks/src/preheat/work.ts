/**
 * The work on one image by the one who leads it, in order: is the registry to be left alone, walk, what does the
 * policy leave, warm, verdict. Whatever it comes to is a value; only a fault of the registry is thrown.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Delivery, Outcome, PreheatPart } from '@longshore/event';
import { type Registry, walk } from '@longshore/registry-client';
import type { Attempt, Deferred } from '../sink.js';
import { Claims } from './claims.js';
import { paused } from './failure.js';
import type { ImageRef } from './image.js';
import type { Lease } from './memory.js';
import type { PreheatSinkOptions } from './options.js';
import { Progress } from './progress.js';
import type { WarmImage } from './targets/target.js';
import { outcomeOf, partsOf } from './verdict.js';
import { type KeptWalk, keptWalk, readWalk, writeWalk } from './walked.js';
import { type OpenTarget, warmAll } from './warm.js';

/** What the work came to, and the table as far as it got. */
export interface WorkEnd {
  ending: Outcome | Deferred | 'aborted';
  parts: PreheatPart[];
}

/** All that the work needs. The attempt's signal also aborts when the lead is lost. */
export interface Work {
  options: PreheatSinkOptions;
  registry: Registry;
  targets: readonly OpenTarget[];
  delivery: Delivery;
  image: ImageRef & { digest: string };
  attempt: Attempt;
  lease: Lease;
}

/** The registry's slot in the claims; no target can be called so. */
const REGISTRY = '~registry';
const TRY_AGAIN = 100;

/** @throws RegistryError */
export async function workOn(work: Work): Promise<WorkEnd> {
  const { options, registry, targets, image, delivery, attempt, lease } = work;
  const known = readWalk(await lease.walk(), options.policy);
  const until = known ? 0 : await options.memory.pausedUntil(image.registry);
  if (until > Date.now()) return { ending: paused(until), parts: [] };
  const walked = known ?? (await read(work));
  if (walked === 'aborted') return { ending: 'aborted', parts: [] };

  const early = skippedWhole(walked, options, targets);
  if (early) return early;

  const { signal, number } = attempt;
  const since = delivery.receivedAt - options.window;
  const claims = new Claims(lease, { run: lease.run.id, attempt: number, since }, options.window, signal);
  await claims.load();
  const bytes = walked.items.reduce((sum, { size = 0 }) => sum + size, 0) * targets.length;
  const total = { parts: walked.items.length * targets.length, bytes };
  const progress = new Progress(total, (shown) => attempt.progress?.(shown));
  const warmed = await warmAll(targets, warmImage(image, walked, registry, signal), claims, progress, signal);

  if (warmed.pollAt !== undefined) progress.flush();

  const parts = partsOf(warmed.parts, walked.skipped);
  if (warmed.aborted) return { ending: 'aborted', parts };
  if (warmed.pollAt !== undefined) {
    const why = `${warmed.parts.length} of ${total.parts} parts are done; the rest goes on at the target`;
    return { ending: { kind: 'deferred', until: warmed.pollAt, why }, parts };
  }
  return { ending: outcomeOf(warmed.parts, targets.length), parts };
}

/** Reads the image from its registry, when it is its turn there, and keeps what was found. */
async function read({ options, registry, image, attempt, lease }: Work): Promise<KeptWalk | 'aborted'> {
  const { repository, digest, tag } = image;
  const part = `${image.registry}/${repository}@${digest}`;
  while ((await lease.claim(REGISTRY, part, options.registry.concurrency)) !== 'taken') {
    await pause(TRY_AGAIN, undefined, { signal: attempt.signal }).catch(() => {});
    if (attempt.signal.aborted) return 'aborted';
  }
  try {
    const start = { repository, reference: digest, tag };
    const found = keptWalk(await walk(registry, start, { ...options.policy, gap: [] }, attempt.signal));
    await lease.keepWalk(writeWalk(found, options.policy));
    return found;
  } finally {
    await lease.finish(REGISTRY, part, {});
  }
}

/** Nothing is to be asked of the targets: the policy leaves nothing, or it is only tried. */
function skippedWhole(
  { items, skipped }: KeptWalk,
  { dryrun }: PreheatSinkOptions,
  targets: readonly OpenTarget[],
): WorkEnd | undefined {
  if (items.length === 0) {
    const reasons = [...new Set(skipped.map(({ reason }) => reason))].join(', ') || 'it is empty';
    const detail = `nothing of the image is wanted (${reasons})`;
    return { ending: { kind: 'delivered', reason: 'skipped', detail }, parts: partsOf([], skipped) };
  }
  if (!dryrun) return undefined;
  const parts = targets.flatMap(({ target }) =>
    items.map(({ role, digest, size, platform }) => ({
      target: target.name,
      role,
      digest,
      size,
      platform,
      result: 'skipped' as const,
      reason: 'dryrun',
    })),
  );
  const detail = `a dry run: ${parts.length} parts would be warmed`;
  return {
    ending: { kind: 'delivered', reason: 'skipped', detail },
    parts: [...partsOf([], skipped), ...parts],
  };
}

function warmImage(
  { registry: url, repository, tag, digest }: Work['image'],
  { items, platforms }: KeptWalk,
  registry: Registry,
  signal: AbortSignal,
): WarmImage {
  return {
    repository,
    tag,
    digest,
    registry: url,
    items,
    platforms,
    registryAuthorization: (options) => registry.authorization(repository, signal, options),
  };
}
