/** `longshore follow`: posts the lines of a registry's log as they are written. Needs no configuration. */
import { LongshoreError } from '@longshore/event';
import type { Command } from 'commander';
import type { Shell } from '../shell.js';
import { interruptible } from '../signals.js';
import { header, httpUrl } from './options.js';

const EXAMPLES = `
Examples:
  $ longshore follow /var/log/registry.log --source registry-log
  $ longshore follow registry.log --begin --once --header 'Authorization: Bearer s3cret'

The source is of kind distribution-log, and the registry's log has \`formatter: json\`.
It begins at the end of the file. With --begin it posts the whole file: lines that the
archive has are recognized. A file that is rotated is followed.
`;

interface Options {
  source: string;
  to: string;
  header: [string, string][];
  begin?: boolean;
  once?: boolean;
}

const TIMEOUT_MS = 30_000;

/** Adds the command. */
export function addFollow(program: Command, shell: Shell): void {
  program
    .command('follow')
    .description('post the lines of a registry’s log as they are written')
    .argument('<file>', 'the log')
    .option('--source <name>', 'name of the source', 'distribution-log')
    .option('--to <url>', 'url of ingest', httpUrl, 'http://127.0.0.1:5080')
    .option('--header <header>', "request header 'Name: value', may be repeated", header, [])
    .option('--begin', 'start at the beginning of the file')
    .option('--once', 'end at the end of the file')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, options: Options) => {
      const { follow } = await import('../follow.js');
      const { begin = false, once = false } = options;
      const post = poster(options);
      const onFailure = ({ message }: Error): void =>
        shell.warn(`longshore: ${message}; the lines are posted again`);
      try {
        await interruptible(shell.signals, (signal) =>
          follow({ file, begin, once, post, onFailure, signal }),
        );
      } catch (error) {
        throw new LongshoreError('SEND_FAILED', `${file} cannot be read: ${(error as Error).message}`);
      }
    });
}

function poster({ to, source, header: headers }: Options): (lines: string) => Promise<void> {
  const url = new URL(`/sources/${encodeURIComponent(source)}`, to);
  return async (body) => {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-ndjson', ...Object.fromEntries(headers) },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: Error) => {
      throw new Error(`${url}: ${error.cause instanceof Error ? error.cause.message : error.message}`);
    });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${(await answer.text()).trim()}`);
  };
}
