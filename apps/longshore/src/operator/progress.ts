/** How far a retry or drop is: a bar on a terminal; elsewhere a line when it has to wait, and nothing more. */
import type { BulkProgress } from '@longshore/queue/operator';
import { SingleBar } from 'cli-progress';
import type { Shell } from '../shell.js';

export interface ProgressBar {
  show(progress: BulkProgress): void;
  end(): void;
}

const FORMAT = '{bar} {percentage}%  {value} of {total}  {words}';

/** @param did `retried`, `dropped` */
export function openProgress(
  did: string,
  shell: Pick<Shell, 'warn'>,
  stream: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr,
): ProgressBar {
  return stream.isTTY ? bar(did, stream) : lines(shell);
}

function bar(did: string, stream: NodeJS.WritableStream): ProgressBar {
  const drawn = new SingleBar({
    format: FORMAT,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stream,
  });
  let started = false;
  return {
    show(progress) {
      if (!started) drawn.start(progress.total, 0, { words: '' });
      started = true;
      const waits = holdingWords(progress.holding);
      drawn.update(progress.looked, { words: `${progress.done} ${did}${waits && `  ${waits}`}` });
    },
    end() {
      if (started) drawn.stop();
    },
  };
}

function lines(shell: Pick<Shell, 'warn'>): ProgressBar {
  let told = '';
  return {
    show({ holding }) {
      const words = holdingWords(holding);
      if (words !== told && words !== '') shell.warn(`longshore: ${words}; it goes on as they are delivered`);
      told = words;
    },
    end() {},
  };
}

const holdingWords = (holding: readonly string[]): string =>
  holding.length === 0 ? '' : `waiting: ${holding.join(', ')} has enough in its queue`;
