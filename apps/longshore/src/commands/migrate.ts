/** `longshore migrate`: its options and help. The implementation is in `operator/migrate.ts`, loaded on use. */
import { type Command, InvalidArgumentError } from 'commander';
import type { MigrateOptions } from '../operator/migrate.js';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

const FORMATS = ['list', 'skopeo', 'regsync'] as const;

const EXAMPLES = `
plan   prints every tag that is alive in the archive, with its digest, for a tool that copies.
       Tags of signatures and attestations come with the image that they are about.

Formats:
  list     one SOURCE/REPOSITORY@DIGEST TARGET/REPOSITORY:TAG a line, for crane copy or oras cp -r
  skopeo   a file for skopeo sync; its comment has the command, and how the names differ
  regsync  a file for regsync

Examples:
  $ longshore migrate plan --to new.example.com
  $ longshore migrate plan --to new.example.com --pulled-within 90d --format skopeo > images.yml
  $ longshore migrate plan --to new.example.com | while read from to; do crane copy "$from" "$to"; done

A time is how long ago (30m, 2h, 3d, 4w) or a date (2026-11-21). A HEAD is no pull.
Exit code 0: done. 1: a source was left out, or the archive is unavailable. 2: wrong usage.
`;

/** Adds the command. */
export function addMigrate(program: Command, shell: Shell): void {
  const command = program
    .command('migrate')
    .description('plan the move of images to another registry')
    .argument('<action>', 'plan', asAction)
    .requiredOption('--to <host>', 'host[:port] of the registry to copy to', asHost)
    .option('--since <time>', 'only tags that were pushed or moved at this time or later')
    .option('--pulled-within <time>', 'only tags that were pulled in this time')
    .option('--format <format>', FORMATS.join(', '), asFormat, 'list');
  withConfig(command, shell)
    .addHelpText('after', EXAMPLES)
    .action(async (_action: string, options: MigrateOptions) => {
      const { plan } = await import('../operator/migrate.js');
      shell.exitWith(await plan(options, shell));
    });
}

function asAction(text: string): string {
  if (text === 'plan') return text;
  throw new InvalidArgumentError('Use plan.');
}

function asFormat(text: string): (typeof FORMATS)[number] {
  const format = FORMATS.find((known) => known === text);
  if (format) return format;
  throw new InvalidArgumentError(`Use one of ${FORMATS.join(', ')}.`);
}

/** A host, without a scheme and a path. */
function asHost(text: string): string {
  if (/^[a-zA-Z0-9.-]{1,255}(:\d{1,5})?$/.test(text) || /^\[[0-9a-f:]{2,45}\](:\d{1,5})?$/i.test(text))
    return text;
  throw new InvalidArgumentError('Use a host, with a port where it has one: registry.example.com:5000.');
}
