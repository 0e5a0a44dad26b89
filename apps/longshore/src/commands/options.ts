/** Options of several commands. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type ImageName, parseImageName } from '../image-name.js';
import type { Shell } from '../shell.js';

/** The configuration of `run`, and so of the commands for the same relay. */
const OWN = 'longshore.yml';
/** What `npm start` runs in a clone without a configuration of its own. */
const QUICKSTART = 'examples/quickstart/longshore.yml';

/** The file without `--config`: also that of the quick start, so that commands work beside `npm start`. */
export function defaultConfig(env: Shell['env'], folder = '.'): string {
  const isThere = (file: string): boolean => existsSync(join(folder, file));
  return env.LONGSHORE_CONFIG ?? (isThere(OWN) || !isThere(QUICKSTART) ? OWN : QUICKSTART);
}

/** Adds `--config FILE`, for a command on a running relay. */
export const withConfig = (command: Command, { env }: Shell): Command =>
  command.option('-c, --config <file>', "the relay's configuration file", defaultConfig(env));

/** Actions on dead-lettered deliveries and quarantined requests. */
export const ACTIONS = ['list', 'show', 'retry', 'drop'] as const;
/** One of {@link ACTIONS}. */
export type Action = (typeof ACTIONS)[number];

/** Parses an action. @throws InvalidArgumentError */
export function asAction(text: string): Action {
  const action = ACTIONS.find((known) => known === text);
  if (action) return action;
  throw new InvalidArgumentError(`Use one of ${ACTIONS.join(', ')}.`);
}

/** Parses a whole number from 1 to `max`. The parser throws InvalidArgumentError. */
export const asCount =
  (max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= 1 && count <= max) return count;
    const range = max === Number.MAX_SAFE_INTEGER ? 'at least 1' : `from 1 to ${max}`;
    throw new InvalidArgumentError(`Use a whole number, ${range}.`);
  };

/** Parses deliveries a second; 0 for no limit. @throws InvalidArgumentError */
export function asRate(text: string): number {
  const rate = Number(text);
  if (text.trim() === '' || !(rate >= 0))
    throw new InvalidArgumentError('Use deliveries per second; 0 for no limit.');
  return rate === 0 ? Number.POSITIVE_INFINITY : rate;
}

/** Parses one more id, or the beginning of one. @throws InvalidArgumentError */
export function asIdPrefixes(text: string, before: string[] = []): string[] {
  if (!/^[0-9a-f]{4,32}$/.test(text)) {
    throw new InvalidArgumentError('An id has 32 hexadecimal digits; the first 4 or more are enough.');
  }
  return [...before, text];
}

/** Parses an absolute url. @throws InvalidArgumentError */
export function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('Use an http:// or https:// URL.');
  return text;
}

/** `Name: value`, one more. @throws InvalidArgumentError */
export function header(text: string, headers: [string, string][]): [string, string][] {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError("Use 'Name: value'.");
  return [...headers, [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]];
}

/** Parses the name of an image. @throws InvalidArgumentError */
export function imageName(text: string): ImageName {
  const name = parseImageName(text);
  if (!name)
    throw new InvalidArgumentError(
      'Use an image reference such as registry.example.com/team/app:1.4.2: without https://, in lower case.',
    );
  return name;
}
