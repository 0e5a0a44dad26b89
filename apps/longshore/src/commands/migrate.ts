/** `longshore migrate`: its options and help. The implementation is in `operator/migrate.ts`, loaded on use. */

import { isLoopback } from '@longshore/config/environment';
import { type Command, InvalidArgumentError } from 'commander';
import type { MigrateOptions } from '../operator/migrate.js';
import type { MigrateRunOptions } from '../operator/migrate-run.js';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';
import { asPace } from './replay.js';

const ACTIONS = ['plan', 'run', 'verify'] as const;
type Action = (typeof ACTIONS)[number];
const FORMATS = ['list', 'skopeo', 'regsync'] as const;

const EXAMPLES = `
plan    prints every tag that is alive in the archive, with its digest, for a tool that copies.
        Tags of signatures and attestations come with the image that they are about.
run     copies these tags, those that were pulled last first, and prints a report. It can be
        interrupted and run again: its state is in the relay's Redis.
verify  asks both registries what each of these tags names, and compares the digests.

Formats of a plan:
  list     one SOURCE/REPOSITORY@DIGEST TARGET/REPOSITORY:TAG a line, for crane copy or oras cp -r
  skopeo   a file for skopeo sync; its comment has the command, and how the names differ
  regsync  a file for regsync

Examples:
  $ longshore migrate plan --to new.example.com
  $ longshore migrate plan --to new.example.com --pulled-within 90d --format skopeo > images.yml
  $ longshore migrate plan --to new.example.com | while read from to; do crane copy "$from" "$to"; done
  $ longshore migrate run --to new.example.com --pulled-within 90d --rate 2/s
  $ longshore migrate verify --to new.example.com --pulled-within 90d

A time is how long ago (30m, 2h, 3d, 4w) or a date (2026-11-21). A HEAD is no pull.
Credentials are those of an endpoint of kind copy with that registry, of the source also those
of registries, else those of docker login. A registry on this machine is asked without TLS;
elsewhere http:// says so.
Exit code 0: done. 1: a source or tag was left out, no tag is at the source, an image was not copied, the registries differ, or
the archive or the relay is unavailable. 2: wrong usage.
`;

/** Adds the command. */
export function addMigrate(program: Command, shell: Shell): void {
  const command = program
    .command('migrate')
    .description('move images to another registry: plan it, carry it out, verify it')
    .argument('<action>', ACTIONS.join(', '), asAction)
    .requiredOption('--to <registry>', 'host[:port] or URL of the registry to copy to', asRegistry)
    .option('--since <time>', 'only tags that were pushed or moved at this time or later')
    .option('--pulled-within <time>', 'only tags that were pulled in this time')
    .option('--format <format>', `of a plan: ${FORMATS.join(', ')}`, asFormat, 'list')
    .option('--rate <rate>', 'of run: tags begun: 2/s, 60/m, 500/h (default: no limit)', asPace)
    .option('--json', 'of run and verify: print as JSON');
  withConfig(command, shell)
    .addHelpText('after', EXAMPLES)
    .action(async (action: Action, options: MigrateOptions & MigrateRunOptions) => {
      const { plan } = await import('../operator/migrate.js');
      if (action === 'plan') return shell.exitWith(await plan(options, shell));
      const { run, verify } = await import('../operator/migrate-run.js');
      shell.exitWith(await { run, verify }[action](options, shell));
    });
}

function asAction(text: string): Action {
  const action = ACTIONS.find((known) => known === text);
  if (action) return action;
  throw new InvalidArgumentError(`Use one of ${ACTIONS.join(', ')}.`);
}

function asFormat(text: string): (typeof FORMATS)[number] {
  const format = FORMATS.find((known) => known === text);
  if (format) return format;
  throw new InvalidArgumentError(`Use one of ${FORMATS.join(', ')}.`);
}

/** A host, or a URL without a path. A host of this machine is plain. */
function asRegistry(text: string): URL {
  const isHost =
    /^[a-zA-Z0-9.-]{1,255}(:\d{1,5})?$/.test(text) || /^\[[0-9a-f:]{2,45}\](:\d{1,5})?$/i.test(text);
  const written = isHost ? `http://${text}` : text;
  if (!URL.canParse(written)) return refuse();
  const url = new URL(written);
  if (isHost && !isLoopback(url.hostname)) return new URL(`https://${text}`);
  const isPlace = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return /^https?:$/.test(url.protocol) && isPlace ? url : refuse();
}

function refuse(): never {
  throw new InvalidArgumentError(
    'Use a host, with a port where it has one: registry.example.com:5000, or a URL without a path.',
  );
}
