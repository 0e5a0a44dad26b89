/**
 * Warms the image of an event at each target: walks it in its registry, requests each part from each target, and
 * returns a verdict. One delivery leads an image; the others of the same image wait, without a slot and without an
 * attempt, and get its result.
 *
 * What takes time elsewhere is not waited for: a target that is still working, a registry that asked for a
 * pause or does not have the manifest yet, another delivery that warms the image. The delivery is then `deferred`, and all that
 * was done is in the memory: nothing is asked for twice, also after a crash.
 */
import { type Delivery, LongshoreError, type Outcome } from '@longshore/event';
import type { z } from 'zod';
import type { Attempt, AttemptResult, Deferred, Sink } from '../sink.js';
import { failureOf, paused } from './failure.js';
import { type ImageRef, imageOf, otherRegistry } from './image.js';
import { joined } from './joined-signal.js';
import type { Lease } from './memory.js';
import type { ImageSinkOptions, PreheatSinkOptions } from './options.js';
import { Registries } from './registries.js';
import { runOf } from './run.js';
import { readStored, STORED_VERSION, sharedResult } from './stored.js';
import { openTarget } from './targets/index.js';
import type { OpenTarget } from './warm.js';
import { type WorkEnd, workOn } from './work.js';

/** How long after the leader is due again others may take the lead. */
const LEAD_MARGIN_MS = 60_000;

/** Delay until a result that could not be stored is stored again. */
const STORE_RETRY_MS = 60_000;

type Resolved = ImageRef & { digest: string };

/** Never throws; opens no connection yet. */
export function openPreheatSink(options: PreheatSinkOptions): Sink {
  const targets = options.targets.map(({ options: target, concurrency }) => ({
    target: openTarget(target),
    limit: concurrency,
    shared: target.kind === 'kraken',
  }));
  return new ImageSink(options, targets);
}

/** Takes images to targets, whatever these do with them. */
export class ImageSink implements Sink {
  readonly #registries: Registries;
  readonly #closing = new AbortController();
  /** Calls that are under way; connections are closed after them. */
  readonly #sending = new Set<Promise<unknown>>();

  constructor(
    private readonly options: ImageSinkOptions,
    private readonly targets: readonly OpenTarget[],
  ) {
    this.#registries = new Registries(options.registry, options.userAgent);
  }

  /** One after the other: each is an image of its own. */
  async send(deliveries: readonly Delivery[], attempt: Attempt): Promise<AttemptResult[]> {
    const results: AttemptResult[] = [];
    for (const delivery of deliveries) results.push(await this.#sendOne(delivery, attempt));
    return results;
  }

  async #sendOne(delivery: Delivery, attempt: Attempt): Promise<AttemptResult> {
    const { signal, release } = joined(attempt.signal, this.#closing.signal);
    const sending = this.#send(delivery, { ...attempt, signal }).catch((error) =>
      signal.aborted ? 'aborted' : this.#failed(error, delivery),
    );
    this.#sending.add(sending);
    const result = await sending;
    this.#sending.delete(sending);
    release();
    return result;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#registries.close(), ...this.targets.map(({ target }) => target.close())]);
    await Promise.all(this.#sending);
  }

  async #send(delivery: Delivery, attempt: Attempt): Promise<AttemptResult> {
    if (attempt.signal.aborted) return 'aborted';
    const { registry, delay } = this.options;
    const image = imageOf(delivery, registry);
    if ('problem' in image) {
      const ending: Outcome = { kind: 'dead', reason: 'url', detail: image.problem };
      return this.#conclude({ ending, parts: [] }, delivery, undefined, attempt);
    }
    const due = delivery.receivedAt + delay;
    if (due > Date.now()) return { kind: 'deferred', until: due, why: `waiting for ${this.#block}.delay` };
    const release = this.#registries.hold(image.registry);
    try {
      return await this.#warm(delivery, image, attempt);
    } finally {
      release();
    }
  }

  /** An event may name only a tag. The registry is asked once what it means, however long the delivery waits. */
  async #warm(delivery: Delivery, image: ImageRef, attempt: Attempt): Promise<AttemptResult> {
    const { memory } = this.options;
    const kept = image.digest ?? (await memory.digest(delivery.id));
    const resolved =
      kept === undefined ? await this.#resolve(delivery, image, attempt) : { ...image, digest: kept };
    if ('ending' in resolved) return this.#conclude(resolved, delivery, image, attempt);
    const unwanted = await this.#unwanted(delivery, resolved, attempt);
    if (unwanted) {
      const { ending } = unwanted;
      // each image of an index is pushed without a tag: no run that is worth a row
      const isQuiet = resolved.tag === undefined && ending !== 'aborted' && ending.kind === 'delivered';
      if (isQuiet) return ending;
      return this.#conclude(unwanted, delivery, resolved, attempt);
    }
    const result = await this.#inTurn(delivery, resolved, attempt);
    if (image.digest !== undefined || result === 'aborted') return result;
    const waits = result.kind === 'deferred';
    if (waits === (kept === undefined)) {
      // Without it the registry is asked again: no reason to lose the result.
      await memory.keepDigest(delivery.id, waits ? resolved.digest : undefined).catch(() => {});
    }
    return result;
  }

  async #inTurn(delivery: Delivery, image: Resolved, attempt: Attempt): Promise<AttemptResult> {
    const { memory, dryrun } = this.options;
    const plan = `${image.registry}/${image.repository}@${image.digest}`;
    // A dry run has a plan of its own: it neither waits for a real run nor takes that run's result for its own.
    const led = dryrun ? `dry run ${delivery.id} ${plan}` : plan;
    let turn = await memory.lead(led, delivery.id);
    if (turn.turn === 'ended') {
      const shared = readStored(sharedResult, turn.verdict);
      if (shared && shared.tag === image.tag && !dryrun && !this.options.copies) {
        attempt.progress?.({ waited: 'another delivery has warmed the same image' });
        return shared.outcome;
      }
      // Under another tag: what is warm by now is not asked for again, the tag is. A dry run makes its own result.
      turn = await memory.lead(led, delivery.id);
    }
    if (turn.turn === 'lead') return this.#lead(turn.lease, plan, delivery, image, attempt);
    const until = turn.turn === 'wait' ? turn.until : Date.now();
    return { kind: 'deferred', until, why: 'another delivery warms the same image' };
  }

  get #block(): 'copy' | 'preheat' {
    return this.options.copies ? 'copy' : 'preheat';
  }

  /** Undefined: it is wanted, or whether it is cannot be known yet. */
  async #unwanted(delivery: Delivery, image: Resolved, { signal }: Attempt): Promise<WorkEnd | undefined> {
    const registry = this.#registries.at(image.registry);
    const wanted = { ...image, receivedAt: delivery.receivedAt + this.options.delay };
    try {
      const detail = await this.options.unwanted?.(wanted, registry, signal);
      return detail ? { ending: { kind: 'delivered', reason: 'skipped', detail }, parts: [] } : undefined;
    } catch (error) {
      return { ending: await this.#refused(error, delivery, image), parts: [] };
    }
  }

  /** What the tag stands for now, where the event does not say. */
  async #resolve(delivery: Delivery, image: ImageRef, { signal }: Attempt): Promise<Resolved | WorkEnd> {
    const { repository, tag = '' } = image;
    const until = await this.options.memory.pausedUntil(image.registry);
    if (until > Date.now()) return { ending: paused(until), parts: [] };
    try {
      const found = await this.#registries.at(image.registry).resolve(repository, tag, signal);
      return { ...image, digest: found.digest };
    } catch (error) {
      return { ending: await this.#refused(error, delivery, image), parts: [] };
    }
  }

  async #lead(
    lease: Lease,
    plan: string,
    delivery: Delivery,
    image: Resolved,
    given: Attempt,
  ): Promise<AttemptResult> {
    const { signal, release } = joined(given.signal, lease.lost);
    const attempt = { ...given, signal };
    const registry = this.#registries.at(image.registry);
    const { options } = this;
    let end: WorkEnd;
    try {
      const work = { registry, targets: this.targets, delivery, image, attempt, lease, plan };
      end = await workOn({ options, ...work });
      await this.#sharePause(image);
    } catch (error) {
      end = { ending: await this.#refused(error, delivery, image), parts: [] };
    }
    try {
      return await this.#conclude(end, delivery, image, attempt, lease);
    } catch (error) {
      await lease.drop();
      throw error;
    } finally {
      release();
    }
  }

  /** Settles with the memory what the delivery then settles with the queue. */
  async #conclude(
    { ending, parts }: WorkEnd,
    delivery: Delivery,
    image: ImageRef | undefined,
    { signal, number, last, retryWithin = 0 }: Attempt,
    lease?: Lease,
  ): Promise<AttemptResult> {
    if (ending === 'aborted' || signal.aborted) {
      await lease?.drop();
      return 'aborted';
    }
    const now = Date.now();
    if (ending.kind === 'deferred') {
      await lease?.rest(ending.until - now + LEAD_MARGIN_MS);
      return ending;
    }
    if (ending.kind === 'retry' && !last) {
      await lease?.rest(Math.max(retryWithin, (ending.notBefore ?? 0) - now) + LEAD_MARGIN_MS);
      return ending;
    }
    const outcome: Outcome = ending.kind === 'retry' ? { ...ending, kind: 'dead' } : ending;
    const run = lease?.run ?? { id: `${delivery.id}-${number}`, startedAt: now };
    const rateLimit = image && this.#registries.at(image.registry).rateLimit;
    const { name, dryrun, memory, copies } = this.options;
    const ended = runOf({ endpoint: name, delivery, image, run, outcome, parts, dryrun, rateLimit, copies });
    const unstored = await memory.keepRun(ended, signal).catch(unlessQueue);
    if (unstored) {
      const until = Date.now() + STORE_RETRY_MS;
      await lease?.rest(STORE_RETRY_MS + LEAD_MARGIN_MS);
      return { kind: 'deferred', until, why: `its result could not be stored: ${unstored.message}` };
    }
    const result: z.input<typeof sharedResult> = { v: STORED_VERSION, tag: image?.tag, outcome };
    await lease?.settle(JSON.stringify(result), outcome.kind === 'delivered');
    return ending;
  }

  async #refused(error: unknown, delivery: Delivery, image: ImageRef) {
    const ending = this.#failed(error, delivery);
    await this.#sharePause(image);
    return ending;
  }

  /** Makes a pause that the registry asked for known to all workers. */
  async #sharePause({ registry }: ImageRef): Promise<void> {
    const { pausedUntil = 0 } = this.#registries.at(registry).rateLimit;
    if (pausedUntil > Date.now()) await this.options.memory.pause(registry, pausedUntil);
  }

  #failed(error: unknown, delivery: Delivery): Outcome | Deferred | 'aborted' {
    const { delay, appearsWithin, registry } = this.options;
    const block = this.#block;
    const age = Date.now() - delivery.receivedAt - delay;
    return failureOf(error, { age, appearsWithin, named: otherRegistry(delivery, registry), block });
  }
}

/** Trouble with the queue is ours, and costs the delivery no attempt. */
function unlessQueue(error: unknown): LongshoreError {
  if (error instanceof LongshoreError && error.code.startsWith('QUEUE_')) return error;
  throw error;
}
