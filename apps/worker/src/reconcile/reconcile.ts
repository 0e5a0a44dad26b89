/** Compares the archive with the registry behind one source, and publishes the events that are missing. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type CoveredSpan,
  compare,
  type Doubt,
  decide,
  type Finding,
  type ReconcileStore,
} from '@longshore/archive/reconcile';
import { plural, type TakenEvent } from '@longshore/event';
import type { ListableRegistry } from '@longshore/registry-client/list';
import { type ComparedSpan, counterWords } from './counters/words.js';
import { missingEvent } from './event.js';
import { lookAt, type Named } from './look.js';
import type { Waiting } from './on-its-way.js';
import type { ReconcileReport, ReportedFinding } from './report.js';

/** What is compared, and what is done with it. */
export interface ReconcileParts {
  store: ReconcileStore;
  /** Name and kind of the source. */
  source: string;
  kind: string;
  registry: ListableRegistry;
  /** All names of repositories. Rejects as the registry client does. */
  repositories(signal: AbortSignal): Promise<string[]>;
  /** Requests in a second. */
  rate: number;
  /** True: nothing is published, and nothing is remembered. */
  dryRun: boolean;
  /** True: a push needs two looks too. */
  careful: boolean;
  /** `toArchive`: to the archive alone. Resolves when it is durable; the same event again is none. */
  publish(taken: TakenEvent, toArchive: boolean): Promise<void>;
  /** False: the archive ignores such an event by its settings, so it cannot miss it. Default: it ignores none. */
  archives?(taken: TakenEvent): boolean;
  /** The oldest event that was received and is not in the archive; undefined: none waits. */
  oldest?(): Promise<Waiting | undefined>;
  /** Tags, as `repository:tag`, of which the archive has an event in its dead letters. */
  dead?(): Promise<ReadonlySet<string>>;
  /** What the counters of the registry say of a span; epoch milliseconds. Default: that they are not read. */
  counters?(span: ComparedSpan): Promise<string>;
  signal: AbortSignal;
  /** Hears of each repository that is done. */
  onProgress?(done: number, total: number): void;
  /** Milliseconds until what was received before is in the archive. Default {@link SETTLE_MS}. */
  settle?: number;
  /** Milliseconds for which an archive that is behind is waited for. Default {@link CATCH_UP_MS}. */
  catchUp?: number;
  now?: () => number;
}

const SETTLE_MS = 1_000;
const CATCH_UP_MS = 60_000;
const NOTE = 'pulls, and moves between two comparisons, are not proven';
const DEAD =
  'the archive has an event of it in its dead letters; longshore dead retry --endpoint archive --all';

/** One run. */
interface Run {
  parts: ReconcileParts;
  id: number;
  report: ReconcileReport;
  /** When all was right the last time. */
  provenAt?: string;
  startedAt: string;
  findings: Finding[];
  /** By repository and tag: what the registry has. */
  named: Map<string, Named>;
  /** By repository and tag, of findings: the last push or delete that the archive had. */
  knownAt: Map<string, string | undefined>;
  isBaseline(repository: string): boolean;
}

/** Rejects with LongshoreError ARCHIVE_UNAVAILABLE or QUEUE_…, and when the signal comes; a registry's error is in the report. */
export async function reconcileSource(parts: ReconcileParts): Promise<ReconcileReport> {
  const { store, source, kind, now = Date.now, dryRun } = parts;
  const report: ReconcileReport = {
    ...{ source, findings: [], errors: [], tags: 0, repositories: 0, inOrder: 0, firstSeen: 0 },
  };
  const id = await store.sourceId(source, kind);
  const [state, doubts] = await Promise.all([store.state(id), store.doubts(id)]);
  const unread = new Set(state.unread);
  const run: Run = {
    ...{ parts, id, report, startedAt: new Date(now()).toISOString(), findings: [], named: new Map() },
    knownAt: new Map(),
    ...(state.lookedAt !== undefined && { provenAt: state.lookedAt }),
    isBaseline: (repository) => state.baselineAt === undefined || unread.has(repository),
  };
  const names = await namesOf(run);
  if (!names) return report;
  for (const [at, name] of names.entries()) {
    await compareOne(run, name);
    parts.onProgress?.(at + 1, names.length);
  }
  if (!(await settle(run))) return report;
  const found = run.findings.filter(
    ({ kind: what, repository }) => what === 'deleted' || !run.isBaseline(repository),
  );
  const seen = run.findings.filter((finding) => !found.includes(finding));
  report.firstSeen = seen.length;
  if (!dryRun) for (const finding of seen) await publish(run, finding, true);
  const decided = decide(found, doubts, { careful: parts.careful, now: now() });
  const healed: Doubt[] = [];
  for (const finding of dryRun ? [] : decided.heal) {
    await publish(run, finding, false);
    healed.push({ ...finding, healedAt: new Date(now()).toISOString() });
  }
  const healing = dryRun ? [] : healed;
  report.findings = [
    ...(dryRun
      ? decided.heal.map((one) => reported(one, 'found'))
      : healing.map((one) => reported(one, 'healed'))),
    ...decided.waiting.map((one) => reported(one, dryRun ? 'found' : 'waiting')),
  ];
  if (dryRun) return report;
  report.coverage = await spanOf(run, healed, decided.waiting);
  const failed = new Set(report.errors.map(({ repository }) => repository));
  await store.save(id, {
    doubts: [
      ...healed,
      ...decided.waiting,
      ...decided.healed,
      ...doubts.filter(({ repository }) => failed.has(repository)),
    ],
    // What is not proven keeps its lower bound.
    lookedAt:
      report.errors.length + decided.waiting.length > 0 ? (run.provenAt ?? run.startedAt) : run.startedAt,
    unread: [...failed].filter((name) => run.isBaseline(name)),
    ...(report.coverage && { span: report.coverage }),
  });
  return report;
}

/** Undefined: the registry does not list them, or has lost them all, which is no answer. */
async function namesOf({ parts, id, report }: Run): Promise<string[] | undefined> {
  const { store, repositories, signal, source } = parts;
  const known = await store.repositories(id);
  try {
    const listed = await repositories(signal);
    if (listed.length > 0 || known.length === 0) return [...new Set([...listed, ...known])].sort();
    report.errors.push({
      repository: '',
      reason: `the registry of ${source} lists no repository, and the archive has ${known.length}`,
    });
  } catch (error) {
    signal.throwIfAborted();
    report.errors.push({ repository: '', reason: messageOf(error) });
  }
  return undefined;
}

async function compareOne(run: Run, repository: string): Promise<void> {
  const { parts, id, report } = run;
  const { store, registry, rate, signal, now = Date.now } = parts;
  const before = await store.tags(id, repository);
  const alive = Array.from(before).flatMap(([tag, { deleted, at }]) =>
    deleted || at === undefined ? [] : [tag],
  );
  const lookedAt = new Date(now()).toISOString();
  try {
    const found = await lookAt({ registry, repository, known: alive, rate, signal });
    const here = await store.tags(id, repository);
    const there = new Map(Array.from(found, ([tag, named]) => [tag, named?.digest ?? 'absent'] as const));
    const findings = compare({
      repository,
      there,
      here,
      lookedAt,
      ...(run.provenAt && { provenAt: run.provenAt }),
    });
    for (const [tag, named] of found) if (named) run.named.set(`${repository}:${tag}`, named);
    // What came during the look is newer than the answer, also by a registry whose clock is slow.
    const lost = findings.filter(({ tag }) => before.get(tag)?.at === here.get(tag)?.at);
    for (const { tag } of lost) run.knownAt.set(`${repository}:${tag}`, here.get(tag)?.at);
    report.repositories++;
    report.tags += found.size;
    report.inOrder += found.size - lost.length;
    run.findings.push(...lost);
  } catch (error) {
    signal.throwIfAborted();
    if (isOurs(error)) throw error;
    report.errors.push({ repository, reason: messageOf(error) });
  }
}

/**
 * What was received before the look may still be on its way into the archive, and is no loss. False: the archive is too
 * far behind to say anything.
 */
async function settle(run: Run): Promise<boolean> {
  const { parts, id, findings, report, knownAt } = run;
  if (findings.length === 0) return true;
  const waits = await behind(parts);
  if (waits !== undefined) {
    report.errors.push({ repository: '', reason: waits });
    report.behind = true;
    return false;
  }
  const here = new Map<string, Awaited<ReturnType<ReconcileStore['tags']>>>();
  for (const repository of new Set(findings.map((one) => one.repository)))
    here.set(repository, await parts.store.tags(id, repository));
  const lost = findings.filter((finding) => {
    const { repository, tag } = finding;
    const isNews = here.get(repository)?.get(tag)?.at !== knownAt.get(`${repository}:${tag}`);
    return !isNews && (parts.archives?.(eventOf(run, finding, false)) ?? true);
  });
  report.inOrder += findings.length - lost.length;
  const dead = lost.length > 0 ? await parts.dead?.() : undefined;
  const isDead = ({ repository, tag }: Finding): boolean => dead?.has(`${repository}:${tag}`) ?? false;
  for (const { repository, tag } of lost.filter(isDead))
    report.errors.push({ repository, reason: `${tag}: ${DEAD}` });
  run.findings = lost.filter((finding) => !isDead(finding));
  return true;
}

/** What is not in the archive yet, in words. Undefined: it has all that was received before. */
async function behind(parts: ReconcileParts): Promise<string | undefined> {
  const { oldest, settle = SETTLE_MS, catchUp = CATCH_UP_MS, signal, now = Date.now } = parts;
  const [looked, end] = [now(), performance.now() + catchUp];
  for (;;) {
    await pause(settle, undefined, { signal });
    const waiting = await oldest?.();
    if (waiting === undefined || waiting.since > looked) return undefined;
    if (performance.now() >= end) return waiting.what;
  }
}

const publish = (run: Run, finding: Finding, firstSeen: boolean): Promise<void> =>
  run.parts.publish(eventOf(run, finding, firstSeen), firstSeen);

function eventOf({ parts, startedAt, named }: Run, finding: Finding, firstSeen: boolean): TakenEvent {
  const { source, kind, registry } = parts;
  const { mediaType, size } = named.get(`${finding.repository}:${finding.tag}`) ?? {};
  return missingEvent({
    ...{ finding, source, kind, url: registry.url, until: startedAt, firstSeen },
    ...(mediaType !== undefined && { mediaType }),
    ...(size !== undefined && { size }),
  });
}

async function spanOf(
  { parts, provenAt, startedAt, report }: Run,
  healed: readonly Doubt[],
  waiting: readonly Doubt[],
): Promise<CoveredSpan | undefined> {
  if (provenAt === undefined) return undefined;
  const bounds = { since: provenAt, until: startedAt };
  if (healed.length > 0) {
    const since =
      healed.flatMap((one) => one.since ?? []).sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? provenAt;
    return {
      ...bounds,
      since,
      verdict: 'gap',
      note: `${plural(healed.length, 'event')} found by a comparison, and healed`,
    };
  }
  if (report.errors.length > 0 || waiting.length > 0) {
    const why = report.errors[0]?.reason ?? `${plural(waiting.length, 'difference')} to be looked at again`;
    return { ...bounds, verdict: 'unknown', note: why };
  }
  const span = { since: Date.parse(provenAt), until: Date.parse(startedAt) };
  const counted = (await parts.counters?.(span)) ?? counterWords(undefined, span);
  return { ...bounds, verdict: 'complete', note: `compared with the registry; ${counted}; ${NOTE}` };
}

const reported = (
  { repository, tag, kind, digest }: Finding,
  state: ReportedFinding['state'],
): ReportedFinding => ({
  ...{ repository, tag, kind },
  ...(digest !== undefined && { digest }),
  state,
});

const isOurs = (error: unknown): boolean => error instanceof Error && error.name === 'LongshoreError';
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
