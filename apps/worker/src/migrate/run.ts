/**
 * Copies the tags of a plan, with the engine and the claims of an endpoint of kind copy, in the process of the
 * command. What is done is noted in Redis: after a crash, the next run asks the target for it and does not walk it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { deliveryId, type Outcome, type PreheatRun } from '@longshore/event';
import { openRegistry, type Registry } from '@longshore/registry-client';
import { openSink } from '@longshore/sinks';
import type { PreheatMemory } from '@longshore/sinks/preheat';
import { LIMITS } from '../copy-once.js';
import { registryAt } from '../copy-registry.js';
import { deliveryFor } from '../preheat-once.js';
import { each } from './each.js';
import { migratedNote, migrationMemory } from './memory.js';
import { missingReferrers } from './referrers.js';
import { ATTEMPTS, backoff, retrying, unlessMissing } from './retrying.js';
import type { MigratedTag, MigrationReport, MigrationRun } from './types.js';

/** Images at once, and parts of them over all. */
const CONCURRENCY = { images: 4, parts: 8 };
/** Milliseconds for which it is known what was copied. */
const NOTE_KEPT_MS = 90 * 24 * 3_600_000;
/** A tag that moves while it is copied is read again so often. */
const MOST_MOVES = 5;

type Sink = ReturnType<typeof openSink>;

interface Source {
  registry: Registry;
  sink: Sink;
}

interface Opened {
  parts: MigrationRun;
  memory: PreheatMemory;
  /** By delivery. */
  runs: Map<string, PreheatRun>;
  target: Registry;
  sourceAt(url: string): Source;
}

type Ended = { as: 'copied' | 'already' | 'gone'; bytes?: number } | { as: 'failed'; why: string };

/** Never rejects for an answer of a registry. @throws LongshoreError SECRET_MISSING */
export async function runMigration(parts: MigrationRun): Promise<MigrationReport> {
  const { tags, rate, signal, onProgress } = parts;
  const report: MigrationReport = {
    ...{ total: tags.length, copied: 0, already: 0, gone: 0, failed: 0, left: tags.length, bytes: 0 },
    failures: [],
  };
  const { opened, close } = open(parts);
  try {
    await each(tags, { concurrency: CONCURRENCY.images, rate, signal }, async (tag) => {
      const ended = await migrated(tag, opened).catch((error): Ended => {
        return { as: 'failed', why: error instanceof Error ? error.message : String(error) };
      });
      if (signal.aborted && ended.as === 'failed') return;
      report[ended.as]++;
      report.left--;
      if (ended.as === 'failed')
        report.failures.push({ image: `${tag.repository}:${tag.tag}`, why: ended.why });
      else report.bytes += ended.bytes ?? 0;
      onProgress(report);
    });
  } finally {
    await close();
  }
  return report;
}

function open(parts: MigrationRun): { opened: Opened; close(): Promise<void> } {
  const { to, version } = parts;
  const userAgent = `longshore/${version}`;
  const runs = new Map<string, PreheatRun>();
  const memory = migrationMemory(parts, (run) => void runs.set(run.deliveryId, run));
  const target = openRegistry({ ...registryAt(to, 'target', parts), userAgent });
  const sources = new Map<string, Source>();
  const sourceAt = (url: string): Source => {
    const known = sources.get(url);
    if (known) return known;
    const registry = registryAt(url, 'registry', parts);
    const sink = openSink('copy', {
      ...{ name: 'migrate', userAgent, memory, any: true, deletes: false, delay: 0, appearsWithin: 0 },
      registry: { ...registry, hosts: [], concurrency: CONCURRENCY.images },
      target: { ...registryAt(to, 'target', parts), prefix: '', concurrency: CONCURRENCY.parts },
      policy: {
        ...{ platforms: [], whole: true, attestations: true, foreignLayers: false },
        ...{ artifacts: 'all' as const, referrers: 'all' as const, limits: LIMITS },
      },
    });
    const opened = { registry: openRegistry({ ...registry, userAgent }), sink };
    sources.set(url, opened);
    return opened;
  };
  return {
    opened: { parts, memory, runs, target, sourceAt },
    async close() {
      const open = [...sources.values()];
      await Promise.all(
        [target, ...open.flatMap(({ registry, sink }) => [registry, sink])].map((one) => one.close()),
      );
    },
  };
}

/** What the tag names now, not what it named when the plan was made. */
async function migrated(tag: MigratedTag, { parts, memory, runs, target, sourceAt }: Opened): Promise<Ended> {
  const { signal } = parts;
  const { registry, sink } = sourceAt(tag.registry);
  const note = migratedNote(registry.host, tag);
  const digestIn = async (one: Registry): Promise<string | undefined> =>
    (await retrying(() => one.resolve(tag.repository, tag.tag, signal), signal).catch(unlessMissing))?.digest;
  for (let moves = 0; ; moves++) {
    const digest = await digestIn(registry);
    if (digest === undefined) return { as: 'gone' };
    const isThere = (await memory.noted(note)) === digest && (await digestIn(target)) === digest;
    // What was signed since is copied with another look at the whole image.
    const added = isThere
      ? await missingReferrers({ source: registry, target, repository: tag.repository, digest, signal })
      : [];
    if (isThere && added.length === 0) return { as: 'already' };
    // The same in the next run, which then takes up what this one had begun.
    const id = deliveryId({
      endpoint: 'migrate',
      source: registry.host,
      eventId: [`${tag.repository}:${tag.tag}@${digest}`, ...added].join('+'),
    });
    const delivery = { ...deliveryFor('migrate', { ...tag, digest }), id };
    const outcome = await settled(delivery, sink, signal);
    const run = runs.get(id);
    runs.delete(id);
    if (run?.result === 'succeeded') {
      await memory.note(note, digest, NOTE_KEPT_MS);
      return { as: run.tally.warmed > 0 ? 'copied' : 'already', bytes: run.tally.bytes };
    }
    const isSuperseded = outcome !== 'aborted' && outcome.reason === 'skipped' && moves < MOST_MOVES;
    if (!isSuperseded)
      return { as: 'failed', why: (outcome !== 'aborted' && outcome.detail) || 'interrupted' };
  }
}

/** With all the attempts that it takes. */
async function settled(
  delivery: ReturnType<typeof deliveryFor>,
  sink: Sink,
  signal: AbortSignal,
): Promise<Outcome | 'aborted'> {
  for (let number = 1; ; ) {
    const last = number >= ATTEMPTS;
    const [result = 'unsent'] = await sink.send([delivery], { number, last, signal });
    if (result === 'aborted' || result === 'unsent') return 'aborted';
    if (result.kind === 'delivered' || result.kind === 'dead' || (result.kind === 'retry' && last))
      return result;
    const until =
      result.kind === 'deferred' ? result.until : (result.notBefore ?? Date.now() + backoff(number));
    if (result.kind === 'retry') number++;
    await pause(Math.max(0, until - Date.now()), undefined, { signal }).catch(() => {});
    if (signal.aborted) return 'aborted';
  }
}
