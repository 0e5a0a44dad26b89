/**
 * `longshore preheat`: warms one image. With the relay's Redis it shares leases and results with the workers; without,
 * it runs stand-alone. Needs no worker.
 */
import type { Config } from '@longshore/config';
import { LongshoreError, type PreheatRun } from '@longshore/event';
import { createObserver } from '@longshore/observe';
import { createTrail, trailLimits } from '@longshore/queue/trail';
import { type PreheatOnceParts, preheatOnce } from '@longshore/worker';
import { load } from './load.js';
import { summary, table } from './preheat-table.js';
import { createProgressLine, type ProgressLine } from './progress-line.js';
import { withRelay } from './relay.js';
import type { Shell } from './shell.js';
import { interruptible } from './signals.js';
import { version } from './version.js';

type Chosen = Pick<PreheatOnceParts, 'endpoint' | 'image'>;

/** What a relay that is reached adds: its memory, and its history. */
type Remembered = Pick<PreheatOnceParts, 'client' | 'trail'>;

interface PreheatCommandOptions {
  dryRun: boolean;
  json: boolean;
}

/** Warms the image that `choose` names. @returns the exit code */
export async function preheat(
  file: string,
  choose: (config: Config) => Chosen,
  { dryRun, json }: PreheatCommandOptions,
  shell: Shell,
): Promise<number> {
  const { config } = load(file, shell.env);
  const chosen = choose(config);
  const line = createProgressLine(shell.stderr);
  const observer = createObserver({ level: 'silent', pretty: false, version });
  const once =
    (signal: AbortSignal) =>
    (relay: Remembered = {}) =>
      preheatOnce({
        ...chosen,
        ...relay,
        config,
        dryrun: dryRun,
        observer,
        version,
        signal,
        onProgress: showProgress(line),
        onWait: line.wait,
      });
  line.show(`reading ${chosen.image.repository} from its registry`);
  const run = await interruptible(shell.signals, (signal) =>
    withMemory(file, shell, once(signal), line.note),
  );
  line.end();
  if (!run) {
    line.note('interrupted before the image was complete; warmed parts stay warm');
    return 1;
  }
  shell.print(json ? JSON.stringify(run, null, 2) : [...table(run), summary(run)].join('\n'));
  return run.result === 'partial' || run.result === 'failed' ? 1 : 0;
}

/** What the engine reports. */
interface Progress {
  /** Percent; absent: `done` of `total`. */
  progress?: number;
  done?: number;
  total?: number;
  blobs?: string;
  bytes?: string;
}

/** Draws it. */
export const showProgress =
  (line: ProgressLine) =>
  ({ done = 0, total = 0, progress, blobs = '', bytes }: Progress): void => {
    if (blobs === '') return;
    const share = progress === undefined ? done / Math.max(1, total) : progress / 100;
    line.bar(share, `${blobs} blobs${bytes === undefined ? '' : `, ${bytes}`}`);
  };

/** With the relay's Redis, else without one. */
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
    note('relay not reachable: running stand-alone; results are not stored and no events are sent');
    return once();
  }
}
