/** Compares each registry of the configuration, one after the other. */
import type { Archive } from '@longshore/archive';
import { createReconcileStore } from '@longshore/archive/reconcile';
import { type Config, routedEndpoints } from '@longshore/config';
import { createRoutes } from '@longshore/publish';
import type { ReconcileMemory } from '@longshore/queue/reconcile';
import type { OwnPublish } from '../own-publish.js';
import { counterWords } from './counters/words.js';
import type { OnItsWay } from './on-its-way.js';
import { type OpenSource, openNamed, openSource } from './open.js';
import { type ReconcileParts, reconcileSource } from './reconcile.js';
import type { ReconcileReport } from './report.js';

/** What is compared, and where events go. */
export interface ReconcileAll extends Pick<ReconcileParts, 'dryRun' | 'careful' | 'signal' | 'settle'> {
  archive: Pick<Archive, 'pool'>;
  config: Config;
  publish: OwnPublish['publish'];
  version: string;
  onItsWay: Pick<OnItsWay, 'oldest' | 'dead'>;
  memory: Pick<ReconcileMemory, 'counters'>;
  /** Only these sources. */
  only?: readonly string[];
  /** The registry of that source, instead of what `registries` has. */
  byHand?: { source: string; url: string };
  /** Path of docker's `config.json`; for such a registry. */
  dockerConfig?: string;
  onProgress?(source: string, done: number, total: number): void;
  onReport?(report: ReconcileReport): void;
}

/** Rejects as `reconcileSource` does. A registry whose settings cannot be used is an error in its report. */
export async function reconcileAll(parts: ReconcileAll): Promise<ReconcileReport[]> {
  const { archive, config, publish, version, only, byHand, dockerConfig, onProgress, onReport, ...rest } =
    parts;
  const { onItsWay, memory, ...how } = rest;
  const store = createReconcileStore(archive.pool);
  const endpoints = routedEndpoints(config);
  const [all, archiveOnly] = [
    createRoutes(endpoints),
    createRoutes(endpoints.filter(({ name }) => name === 'archive')),
  ];
  const reports: ReconcileReport[] = [];
  const wanted = config.registries.filter(({ source }) => only?.includes(source) ?? true);
  const opening = byHand
    ? [
        {
          source: byHand.source,
          open: () =>
            openNamed(byHand, { config, version, ...(dockerConfig !== undefined && { dockerConfig }) }),
        },
      ]
    : wanted.map((settings) => ({
        source: settings.source,
        open: () => openSource(config, settings, version),
      }));
  const add = (report: ReconcileReport): void => {
    onReport?.(report);
    reports.push(report);
  };
  for (const { source, open } of opening) {
    const found = opened(open);
    if (typeof found === 'string') {
      const errors = [{ repository: '', reason: found }];
      add({ source, findings: [], errors, tags: 0, repositories: 0, inOrder: 0, firstSeen: 0 });
      continue;
    }
    const { registry, ...about } = found;
    try {
      const report = await reconcileSource({
        ...how,
        ...{ ...about, registry, store },
        oldest: onItsWay.oldest,
        dead: () => onItsWay.dead(source),
        counters: async (span) => {
          const isRead = wanted.some((one) => one.source === source && one.debug.length > 0);
          return counterWords(isRead ? ((await memory.counters(source)) ?? {}) : undefined, span);
        },
        archives: (taken) => archiveOnly.plan(taken).planned.length > 0,
        publish: async (taken, toArchive) => void (await publish(taken, toArchive ? archiveOnly : all)),
        onProgress: (done, total) => onProgress?.(source, done, total),
      });
      add(report);
    } finally {
      await registry.close();
    }
  }
  return reports;
}

/** Else why not: the registries after it are compared all the same. */
function opened(open: () => OpenSource): OpenSource | string {
  try {
    return open();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
