/** `longshore replay`: its options and help. The implementation is in `operator/replay.ts`, loaded on use. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ReplayCommandOptions } from '../operator/replay.js';
import type { Shell } from '../shell.js';
import { withConfig } from './options.js';

const EXAMPLES = `
The endpoint gets the events with the delivery ids that they had, by its present rules. What it has
accepted before, or has waiting, is left; what is dead there is retried. --force sends all of it
again, with new ids. Run the same command again, or --resume, after an interruption.

Examples:
  $ longshore replay --endpoint billing --since 2d --dry-run
  $ longshore replay --endpoint billing --since 2026-11-20 --until 2026-11-21T06:00:00Z
  $ longshore replay --endpoint scanner --since 4w --repository 'acme/**' --action push --rate 20/s
  $ longshore replay --resume 5d41402a

A time is how long ago (30m, 2h, 3d, 4w) or a date (2026-11-21, 2026-11-21T03:00:00Z). It is the
event's own; --since is included, --until is not.
Exit code 0: all is enqueued. 1: interrupted, or the relay is not running. 2: wrong usage.
`;

/** Adds the command. */
export function addReplay(program: Command, shell: Shell): void {
  const command = program
    .command('replay')
    .description('deliver archived events to an endpoint again, or to a new one')
    .option('-e, --endpoint <name>', 'the endpoint that gets the events')
    .option('--since <time>', 'events at this time or later')
    .option('--until <time>', 'events before this time (default: now)')
    .option('--repository <glob>', 'only of these repositories; ** crosses slashes')
    .option('--action <action>', 'only push, pull, mount, delete, other, or a name of an event');
  withConfig(command, shell)
    .option('--rate <rate>', 'events a second: 50/s, 600/m, 5000/h; 0 for no limit (default: 100/s)', asPace)
    .option('--dry-run', 'count what would be done, and do nothing')
    .option('--force', 'also what the endpoint had already, with new delivery ids')
    .option('--resume <run>', 'continue an interrupted replay')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReplayCommandOptions) => {
      const { replay } = await import('../operator/replay.js');
      shell.exitWith(await replay(options, shell));
    });
}

const SECONDS = { s: 1, m: 60, h: 3_600 };

/** Parses `50/s`, `600/m`, `5000/h`, or events a second; 0 for no limit. @throws InvalidArgumentError */
export function asPace(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(?:\/([smh]))?$/.exec(text) ?? [];
  const seconds = Object.entries(SECONDS).find(([name]) => name === unit)?.[1];
  if (number === undefined || seconds === undefined)
    throw new InvalidArgumentError(
      'Use events per second, minute or hour: 50/s, 600/m, 5000/h; 0: no limit.',
    );
  return Number(number) === 0 ? Number.POSITIVE_INFINITY : Number(number) / seconds;
}
