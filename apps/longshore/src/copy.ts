/** `longshore copy`: copies one image to another registry, in this process. */
import { existsSync } from 'node:fs';
import { isLoopback } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import { type CopyOnceParts, copyOnce } from '@longshore/worker';
import { dockerConfig } from './docker-config.js';
import type { ImageName } from './image-name.js';
import { load } from './load.js';
import { showProgress } from './preheat.js';
import { summary, table } from './preheat-table.js';
import { createProgressLine } from './progress-line.js';
import type { Shell } from './shell.js';
import { interruptible } from './signals.js';
import { version } from './version.js';

interface CopyOptions {
  platforms: readonly string[];
  referrers: boolean;
  json: boolean;
}

/** @returns the exit code */
export async function copy(
  file: string,
  { from, to }: { from: ImageName; to: ImageName },
  { json, ...options }: CopyOptions,
  shell: Shell,
): Promise<number> {
  const line = createProgressLine(shell.stderr);
  const { config } = existsSync(file) ? load(file, shell.env) : { config: undefined };
  const parts = {
    ...{
      ...options,
      version,
      config,
      dockerConfig: dockerConfig(shell.env),
      from: sideOf(from),
      to: sideOf(to),
    },
    onProgress: showProgress(line),
    onWait: line.wait,
  };
  line.show(`reading ${from.repository} from its registry`);
  const run = await interruptible(shell.signals, (signal) => copyOnce({ ...parts, signal }));
  line.end();
  if (!run) {
    line.note('interrupted before the image was complete; what is at the target is not sent again');
    return 1;
  }
  shell.print(json ? JSON.stringify(run, null, 2) : [...table(run), summary(run)].join('\n'));
  return run.result === 'succeeded' ? 0 : 1;
}

function sideOf({ host, ...image }: ImageName): CopyOnceParts['from'] {
  if (host === undefined) {
    const why = `${image.repository}: include the registry, as in registry.example.com/${image.repository}`;
    throw new LongshoreError('REQUEST_INVALID', why);
  }
  const plain = isLoopback(new URL(`http://${host}`).hostname);
  return { ...image, registry: `${plain ? 'http' : 'https'}://${host}` };
}
