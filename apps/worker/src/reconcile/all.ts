/** Compares each registry of the configuration, one after the other. */
import type { Archive } from '@longshore/archive';
import { createReconcileStore } from '@longshore/archive/reconcile';
import { type Config, routedEndpoints } from '@longshore/config';
import { createRoutes } from '@longshore/publish';
import type { OwnPublish } from '../own-publish.js';
import { openNamed, openSource } from './open.js';
import { type ReconcileParts, reconcileSource } from './reconcile.js';
import type { ReconcileReport } from './report.js';

/** What is compared, and where events go. */
export interface ReconcileAll
  extends Pick<ReconcileParts, 'dryRun' | 'careful' | 'signal' | 'settle' | 'pendingSince'> {
  archive: Pick<Archive, 'pool'>;
  config: Config;
  publish: OwnPublish['publish'];
  version: string;
  /** Only this source. */
  only?: string;
  /** The registry of that source, instead of what `registries` has. */
  byHand?: { source: string; url: string };
  /** Path of docker's `config.json`; for such a registry. */
  dockerConfig?: string;
  onProgress?(source: string, done: number, total: number): void;
  onReport?(report: ReconcileReport): void;
}

/** Rejects as `reconcileSource` does, and with LongshoreError SECRET_MISSING. */
export async function reconcileAll(parts: ReconcileAll): Promise<ReconcileReport[]> {
  const { archive, config, publish, version, only, byHand, dockerConfig, onProgress, onReport, ...how } =
    parts;
  const store = createReconcileStore(archive.pool);
  const endpoints = routedEndpoints(config);
  const [all, archiveOnly] = [
    createRoutes(endpoints),
    createRoutes(endpoints.filter(({ name }) => name === 'archive')),
  ];
  const reports: ReconcileReport[] = [];
  const wanted = config.registries.filter(({ source }) => only === undefined || source === only);
  const opening = byHand
    ? [() => openNamed(byHand, { config, version, ...(dockerConfig !== undefined && { dockerConfig }) })]
    : wanted.map((settings) => () => openSource(config, settings, version));
  for (const open of opening) {
    const { registry, ...opened } = open();
    try {
      const report = await reconcileSource({
        ...how,
        ...{ ...opened, registry, store },
        archives: (taken) => archiveOnly.plan(taken).planned.length > 0,
        publish: async (taken, toArchive) => void (await publish(taken, toArchive ? archiveOnly : all)),
        onProgress: (done, total) => onProgress?.(opened.source, done, total),
      });
      onReport?.(report);
      reports.push(report);
    } finally {
      await registry.close();
    }
  }
  return reports;
}
