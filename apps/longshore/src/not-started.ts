/**
 * Why `longshore run` did not start, for the log pipeline: where lines are JSON on stdout, the most important one is
 * too. People read the same as plain text on stderr, which the command prints.
 */
import { readConfig } from '@longshore/config';
import { createObserver, isPretty } from '@longshore/observe';
import type { Shell } from './shell.js';
import { version } from './version.js';

/** Writes the line. @param file path of the configuration */
export async function logNotStarted(error: unknown, file: string, { env, log }: Shell): Promise<void> {
  // A file that cannot be used says nothing of the log either.
  const pretty = readConfig(file, env).config?.log.pretty ?? 'auto';
  if (isPretty(pretty, log ? false : undefined)) return;
  const observer = createObserver({ level: 'info', pretty: false, version, destination: log });
  observer.log.error({ err: error, file }, 'not started');
  await observer.flush();
}
