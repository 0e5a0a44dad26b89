/** `longshore reconcile`: compares the archive with the registries, on the command line. */
import { type Config, sourceNames } from '@longshore/config';
import { LongshoreError, localTime, plural } from '@longshore/event';
import { collectRecords, type IngestRecord } from '@longshore/observe/ingest-record';
import { createJournal } from '@longshore/queue/journal';
import { createReconcileMemory } from '@longshore/queue/reconcile';
import { createTrail, trailLimits } from '@longshore/queue/trail';
import { createOwnPublish } from '@longshore/worker';
import { createOnItsWay, type ReconcileReport, reconcileAll } from '@longshore/worker/reconcile';
import { dockerConfig } from '../docker-config.js';
import { createProgressLine } from '../progress-line.js';
import { type Relay, withRelay } from '../relay.js';
import type { Shell } from '../shell.js';
import { interruptible } from '../signals.js';
import { version } from '../version.js';
import { openCommandArchive } from './command-archive.js';

/** Options of the command. */
export interface ReconcileOptions {
  /** Path of the configuration. */
  config: string;
  source?: string;
  registry?: string;
  dryRun?: boolean;
  json?: boolean;
}

/** @returns the exit code. @throws LongshoreError REQUEST_INVALID, ARCHIVE_OFF, ARCHIVE_UNAVAILABLE, QUEUE_… */
export async function reconcile(options: ReconcileOptions, shell: Shell): Promise<number> {
  return withRelay(options.config, shell.env, async (relay) => {
    check(options, relay.config);
    const reports = await compared(options, relay, shell);
    if (options.json) shell.print(JSON.stringify(together(reports), null, 2));
    else for (const report of reports) print(report, shell);
    return reports.some(({ errors }) => errors.length > 0) ? 1 : 0;
  });
}

function check({ source, registry, config: file }: ReconcileOptions, config: Config): void {
  const refuse = (why: string): never => {
    throw new LongshoreError('REQUEST_INVALID', why);
  };
  if (registry !== undefined) {
    if (source === undefined) refuse('--registry needs --source with the name of the source that reports it');
    else if (!sourceNames(config).includes(source)) refuse(`${source} is no source of ${file}`);
  } else if (!config.registries.some((one) => source === undefined || one.source === source)) {
    const which = source === undefined ? 'no registry' : `no registry of source ${source}`;
    refuse(`${file} has ${which} in registries; add one, or name it with --source and --registry`);
  }
}

async function compared(
  { config: file, source, registry, dryRun = false }: ReconcileOptions,
  { client, config, monitor, prefix }: Relay,
  shell: Shell,
): Promise<ReconcileReport[]> {
  const archive = await openCommandArchive(config, file);
  const journal = createJournal<IngestRecord>(client, prefix);
  const records: IngestRecord[] = [];
  const trail = createTrail({
    client,
    prefix,
    limits: () => trailLimits(config.retention.trail, monitor.health.limit),
  });
  const observer = collectRecords((record) => void records.push(record));
  const own = createOwnPublish({ client, prefix, observer, trail });
  const line = createProgressLine(shell.stderr);
  const docker = dockerConfig(shell.env);
  try {
    return await interruptible(shell.signals, (signal) =>
      reconcileAll({
        ...{ archive, config, version, dryRun, careful: false, signal },
        onItsWay: createOnItsWay(client, prefix),
        memory: createReconcileMemory(client, prefix),
        ...(source !== undefined && { only: [source] }),
        ...(source !== undefined && registry !== undefined && { byHand: { source, url: registry } }),
        ...(docker !== undefined && { dockerConfig: docker }),
        publish: async (taken, routes) => {
          const published = await own.publish(taken, routes);
          // The relay writes the record.
          await journal.write(records.splice(0));
          return published;
        },
        onProgress: (name, done, total) =>
          line.bar(
            done / Math.max(1, total),
            `${name}: ${done} of ${plural(total, 'repository', 'repositories')}`,
          ),
      }),
    );
  } finally {
    line.end();
    await Promise.all([own.close(), trail.close(), archive.close()]);
  }
}

/** What is in order is counted, not listed. */
function together(reports: readonly ReconcileReport[]) {
  const sum = (count: (report: ReconcileReport) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  return {
    findings: reports.flatMap(({ source, findings }) => findings.map((one) => ({ source, ...one }))),
    errors: reports.flatMap(({ source, errors }) => errors.map((one) => ({ source, ...one }))),
    coverage: reports.flatMap(({ source, coverage }) => (coverage ? [{ source, ...coverage }] : [])),
    tags: sum(({ tags }) => tags),
    inOrder: sum(({ inOrder }) => inOrder),
    firstSeen: sum(({ firstSeen }) => firstSeen),
  };
}

const KINDS = { missing: 'push missing', moved: 'push missing (the tag moved)', deleted: 'delete missing' };
const STATES = {
  healed: 'published',
  waiting: 'published when a comparison at least 10 minutes later finds the same',
  found: 'not published: dry run',
};

function print(
  { source, findings, errors, tags, repositories, inOrder, firstSeen, coverage }: ReconcileReport,
  shell: Shell,
): void {
  for (const { repository, tag, kind, state } of findings)
    shell.print(`${repository}:${tag}: ${KINDS[kind]}; ${STATES[state]}`);
  for (const { repository, reason } of errors)
    shell.print(`${repository === '' ? source : repository}: not compared: ${reason}`);
  const first = firstSeen > 0 ? `, ${firstSeen} first seen` : '';
  shell.print(
    `${source}: ${plural(tags, 'tag')} in ${plural(repositories, 'repository', 'repositories')}: ${inOrder} in order${first}, ${plural(findings.length, 'difference')}`,
  );
  if (coverage) {
    const { since, until, verdict, note } = coverage;
    shell.print(`${source}: ${localTime(since)} to ${localTime(until)}: ${verdict} (${note})`);
  }
}
