/**
 * The work on one image by the one who leads it, in order: is the registry to be left alone, walk, what does the
 * policy leave, warm, verdict. Every result is a value; only a fault of the registry is thrown.
 */
import type { Delivery, Outcome, PreheatPart } from '@longshore/event';
import { type Registry, RegistryError } from '@longshore/registry-client';
import { walk } from '@longshore/registry-client/walk';
import type { Attempt, Deferred } from '../sink.js';
import { BUSY_RECHECK_MS, Claims, claimed } from './claims.js';
import { dryRun, dryRunInWords } from './dry-run.js';
import { paused } from './failure.js';
import type { ImageRef } from './image.js';
import type { Lease } from './memory.js';
import type { ImageSinkOptions } from './options.js';
import { Progress } from './progress.js';
import type { WarmImage } from './targets/target.js';
import { copyOutcomeOf, outcomeOf, partsOf, withProblems } from './verdict.js';
import { isWorthAnother, type KeptWalk, keptWalk, readWalk, writeWalk } from './walked.js';
import { type OpenTarget, warmAll } from './warm.js';

/** The result of the work, and the table as far as it got. */
export interface WorkEnd {
  ending: Outcome | Deferred | 'aborted';
  parts: PreheatPart[];
}

/** All that the work needs. The attempt's signal also aborts when the lead is lost. */
export interface Work {
  options: ImageSinkOptions;
  registry: Registry;
  targets: readonly OpenTarget[];
  delivery: Delivery;
  image: ImageRef & { digest: string };
  attempt: Attempt;
  lease: Lease;
  /** Of the image, as real runs name it. */
  plan: string;
}

/** The registry's slot in the claims; no target can be called so. */
const REGISTRY = '~registry';

/** @throws RegistryError */
export async function workOn(work: Work): Promise<WorkEnd> {
  const { options, registry, targets, image, delivery, attempt, lease } = work;
  const kept = readWalk(
    options.dryrun ? (await options.memory.known(work.plan)).walk : await lease.walk(),
    options.policy,
  );
  const known = kept && !isWorthAnother(kept, attemptOf(work)) ? kept : undefined;
  const until = known ? 0 : await options.memory.pausedUntil(image.registry);
  if (until > Date.now()) return { ending: paused(until), parts: [] };
  const walked = known ?? (await readAgain(work, kept));
  if (walked === 'aborted' || 'kind' in walked) return { ending: walked, parts: [] };
  if (walked.items.length === 0) return nothingWanted(walked);

  const { signal, number } = attempt;
  const since = delivery.receivedAt - options.window;
  const whole = { ...warmImage(image, walked, registry, signal), receivedAt: delivery.receivedAt };
  if (options.dryrun) {
    const { memory } = options;
    const parts = await dryRun({ image: whole, targets, memory, plan: work.plan, since });
    const ending: Outcome = {
      kind: 'delivered',
      reason: 'skipped',
      detail: withProblems(dryRunInWords(parts), walked.problems),
    };
    return { ending, parts: [...partsOf([], walked.skipped), ...parts] };
  }
  const claims = new Claims(lease, { run: lease.run.id, attempt: number, since }, options.window, signal);
  await claims.load();
  const bytes = walked.items.reduce((sum, { size = 0 }) => sum + size, 0) * targets.length;
  const total = { parts: walked.items.length * targets.length, bytes };
  const progress = new Progress(total, (shown) => attempt.progress?.(shown));
  const warmed = await warmAll(targets, whole, claims, progress, signal);

  if (warmed.pollAt !== undefined) progress.flush();

  const parts = partsOf(warmed.parts, walked.skipped);
  if (warmed.aborted) return { ending: 'aborted', parts };
  if (warmed.pollAt !== undefined) {
    const why = `${warmed.parts.length} of ${total.parts} parts are done; the target is still working on the rest`;
    return { ending: { kind: 'deferred', until: warmed.pollAt, why }, parts };
  }
  const outcome = options.copies ? copyOutcomeOf : outcomeOf;
  return { ending: outcome(warmed.parts, targets.length, walked.problems), parts };
}

/** Unique over the deliveries of one image. */
function attemptOf({ delivery, attempt }: Work): string {
  return `${delivery.id}/${attempt.number}`;
}

/** What was kept is all there is of an image whose registry now fails. */
async function readAgain(work: Work, kept: KeptWalk | undefined): Promise<KeptWalk | Deferred | 'aborted'> {
  try {
    return await read(work);
  } catch (error) {
    const asksForTime = error instanceof RegistryError && ['aborted', 'rate_limited'].includes(error.kind);
    if (!kept || asksForTime || !(error instanceof RegistryError)) throw error;
    return kept;
  }
}

/** Reads the image from its registry, when it is its turn there, and keeps what was found. */
async function read(work: Work): Promise<KeptWalk | Deferred | 'aborted'> {
  const { options, registry, image, attempt, lease } = work;
  const { policy, dryrun } = options;
  const { repository, digest, tag } = image;
  // A dry run reads for itself: it waits for no run.
  const part = `${dryrun ? `dry run ${lease.run.id} ` : ''}${image.registry}/${repository}@${digest}`;
  const slot = { target: REGISTRY, part, limit: options.registry.concurrency };
  const claim = await claimed(lease, slot, attempt.signal, ['full', 'busy']);
  if (claim === 'aborted') return 'aborted';
  if (claim !== 'taken') {
    const why = 'registry.concurrency reached: other images are being read from the registry';
    return { kind: 'deferred', until: Date.now() + BUSY_RECHECK_MS, why };
  }
  try {
    const start = { repository, reference: digest, tag };
    const found = keptWalk(
      await walk(registry, start, { ...policy, gap: [] }, attempt.signal),
      attemptOf(work),
    );
    if (!dryrun) await lease.keepWalk(writeWalk(found, policy));
    return found;
  } finally {
    await lease.finish(REGISTRY, part, {});
  }
}

/** The policy leaves nothing of the image. */
function nothingWanted({ skipped }: KeptWalk): WorkEnd {
  const reasons = [...new Set(skipped.map(({ reason }) => reason))].join(', ') || 'empty image';
  const detail = `the policy excludes every part (${reasons})`;
  return { ending: { kind: 'delivered', reason: 'skipped', detail }, parts: partsOf([], skipped) };
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
    source: registry,
    registryAuthorization: (options) => registry.authorization(repository, signal, options),
  };
}
