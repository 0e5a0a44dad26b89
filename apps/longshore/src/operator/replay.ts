/** `longshore replay`: archived events to an endpoint again, on the command line. */
import { formatNumber, localTime, plural } from '@longshore/event';
import type { ReplayOptions, ReplayQuery, ReplayResult } from '@longshore/operator/replay';
import { createProgressLine, type ProgressLine } from '../progress-line.js';
import type { Shell } from '../shell.js';
import { interruptible } from '../signals.js';
import { withAdmin } from './with-admin.js';

/** Options of the command. */
export interface ReplayCommandOptions extends ReplayQuery {
  /** Path of the configuration. */
  config: string;
  /** Events a second. */
  rate?: number;
  dryRun?: boolean;
  json?: boolean;
}

/** Runs it. @returns the exit code */
export function replay(options: ReplayCommandOptions, shell: Shell): Promise<number> {
  const { config, rate, dryRun = false, json = false, ...query } = options;
  return withAdmin(config, 'longshore replay', shell, async (admin) => {
    const { endpoint } = query;
    if (endpoint !== undefined) {
      const { blocked } = await admin.endpoint(endpoint);
      if (blocked) shell.warn(`longshore: ${endpoint} is ${blocked}; the deliveries wait until it is not`);
    }
    const line = createProgressLine(shell.stderr);
    const result = await interruptible(shell.signals, (signal) =>
      admin.replay(query, { ...{ signal, dryRun, rate }, onProgress: showProgress(line, dryRun) }),
    ).finally(line.end);
    report(result, { json, dryRun, force: query.force === true, config }, shell);
    return result.stopped ? 1 : 0;
  });
}

const showProgress = (line: ProgressLine, dryRun: boolean): ReplayOptions['onProgress'] => {
  let run: string | undefined;
  return (progress) => {
    const { counts, total, waits } = progress;
    // Before anything is enqueued: a run that is killed can be continued.
    if (progress.run !== undefined && progress.run !== run) line.note(`replay ${progress.run} begins`);
    run = progress.run;
    const done = dryRun ? 'to enqueue' : 'enqueued';
    line.bar(
      counts.events / Math.max(1, total),
      `${formatNumber(counts.events)} of ${formatNumber(total)} events, ${formatNumber(counts.enqueued)} ${done}`,
    );
    line.wait(waits === '' ? '' : `waiting: ${waits}`);
  };
};

interface Reported {
  json: boolean;
  dryRun: boolean;
  force: boolean;
  config: string;
}

function report(result: ReplayResult, { json, dryRun, force }: Reported, shell: Shell): void {
  const { run, counts, total, knownSince, stopped } = result;
  if (json) {
    shell.print(JSON.stringify({ run, dryRun, ...counts, total, knownSince, stopped }));
    return;
  }
  const { events, enqueued, had, waiting, retried, ignored, unreadable } = counts;
  const parts = [
    `${formatNumber(enqueued)} ${dryRun ? 'to enqueue' : 'enqueued'}`,
    ...some(retried, dryRun ? 'dead there, to retry' : 'dead there and retried'),
    ...some(had, 'had'),
    ...some(waiting, 'waiting there'),
    ...some(ignored, 'ignored by its rules'),
    ...some(unreadable, 'without a body'),
  ];
  shell.print(`${plural(events, 'event')}: ${parts.join(', ')}`);
  if (!force) shell.print(reachOf(knownSince));
  if (stopped && run !== undefined)
    shell.print(`Interrupted. Continue with: longshore replay --resume ${run}`);
}

const some = (count: number, words: string): string[] =>
  count > 0 ? [`${formatNumber(count)} ${words}`] : [];

/** How far back it is known what the endpoint had. */
const reachOf = (since: string | undefined): string =>
  since === undefined
    ? 'No history: what the endpoint had is known from its queue alone.'
    : `Deliveries since ${localTime(since)} are known. What was delivered before that counts as not delivered, unless its queue has it.`;
