/**
 * `longshore preheat`: warms one image with the relay's Redis when it can be reached, so that both know what the
 * other has done, and by itself when it cannot. Needs no worker.
 */
import type { Config } from '@longshore/config';
import { LongshoreError, type PreheatRun } from '@longshore/event';
import { createObserver } from '@longshore/observe';
import { createTrail, trailLimits } from '@longshore/queue/operator';
import { type PreheatOnceParts, preheatOnce } from '@longshore/worker';
import { createBar } from './preheat-bar.js';
import { summary, table } from './preheat-table.js';
import { withRelay } from './relay.js';
import { load } from './reload.js';
import type { Shell } from './shell.js';
import { untilStopped } from './signals.js';
import { version } from './version.js';

type Chosen = Pick<PreheatOnceParts, 'endpoint' | 'image'>;

/** What a relay that is reached adds: its memory, and its history. */
type Remembered = Pick<PreheatOnceParts, 'client' | 'trail'>;

interface PreheatCommandOptions {
  dryRun: boolean;
  json: boolean;
}

/** @returns the exit code */
export async function preheat(
  file: string,
  choose: (config: Config) => Chosen,
  { dryRun, json }: PreheatCommandOptions,
  shell: Shell,
): Promise<number> {
  const { config } = load(file, shell.env);
  const chosen = choose(config);
  const stop = new AbortController();
  void untilStopped(shell.signals, () => stop.abort());
  const bar = createBar(shell.stderr);
  const observer = createObserver({ level: 'silent', pretty: false, version });
  const once = (relay: Remembered = {}) =>
    preheatOnce({
      ...chosen,
      ...relay,
      config,
      dryrun: dryRun,
      observer,
      version,
      signal: stop.signal,
      onProgress: bar.progress,
      onWait: bar.wait,
    });
  bar.begin(`reading ${chosen.image.repository} from its registry`);
  const run = await withMemory(file, shell, once, bar.note);
  bar.end();
  if (!run) {
    bar.note('given up before it was done; what is warm stays warm');
    return 1;
  }
  shell.print(json ? JSON.stringify(run, null, 2) : [...table(run), summary(run)].join('\n'));
  return run.result === 'partial' || run.result === 'failed' ? 1 : 0;
}

/** With the relay's Redis, else without any. */
async function withMemory(
  file: string,
  { env }: Shell,
  once: (relay?: Remembered) => Promise<PreheatRun | undefined>,
  note: (text: string) => void,
): Promise<PreheatRun | undefined> {
  let reached = false;
  try {
    return await withRelay(file, env, async ({ client, config, monitor, prefix }) => {
      reached = true;
      const limits = () => trailLimits(config.retention.trail, monitor.health.limit);
      const trail = createTrail({ client, prefix, limits });
      return once({ client, trail }).finally(() => trail.close());
    });
  } catch (error) {
    if (reached || !(error instanceof LongshoreError) || error.code !== 'RELAY_NOT_RUNNING') throw error;
    note('no relay is reached: nothing is remembered, and no event is sent');
    return once();
  }
}
