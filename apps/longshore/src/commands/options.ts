/** Options that several commands have, read alike. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Shell } from '../shell.js';

/** Where `run` finds the configuration, and with it whatever looks into the same relay. */
const OWN = 'longshore.yml';
/** What `npm start` runs in a clone that has no configuration of its own. */
const QUICKSTART = 'examples/quickstart/longshore.yml';

/** The file that is meant when none is named: so that what is asked in the first minutes is answered. */
export function defaultConfig(env: Shell['env'], folder = '.'): string {
  const isThere = (file: string): boolean => existsSync(join(folder, file));
  return env.LONGSHORE_CONFIG ?? (isThere(OWN) || !isThere(QUICKSTART) ? OWN : QUICKSTART);
}

/** `--config FILE`, of a command that looks into a relay */
export const withConfig = (command: Command, { env }: Shell): Command =>
  command.option('-c, --config <file>', "the relay's configuration file", defaultConfig(env));

/** What is done with dead deliveries and quarantined requests. */
export const ACTIONS = ['list', 'show', 'retry', 'drop'] as const;
export type Action = (typeof ACTIONS)[number];

/** @throws InvalidArgumentError, which is wrong usage */
export function asAction(text: string): Action {
  const action = ACTIONS.find((known) => known === text);
  if (action) return action;
  throw new InvalidArgumentError(`Known are ${ACTIONS.join(', ')}.`);
}

/** @throws InvalidArgumentError */
export function asCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('a whole number from 1 up');
  return count;
}

/** Deliveries in a second; 0 for no limit. @throws InvalidArgumentError */
export function asRate(text: string): number {
  const rate = Number(text);
  if (text.trim() === '' || !(rate >= 0))
    throw new InvalidArgumentError('deliveries in a second; 0 for no limit');
  return rate === 0 ? Number.POSITIVE_INFINITY : rate;
}

/** @throws InvalidArgumentError */
export function asIds(text: string, before: string[] = []): string[] {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new InvalidArgumentError('an id is 32 hexadecimal digits');
  return [...before, text];
}
