/** Every format: a folder beside this file, and a line here. */
import type { Format } from './format.js';

/** In the order in which documentation lists them. Each is imported in its line, so that adding one is one line. */
export const FORMATS: readonly Format[] = [
  (await import('./distribution/index.js')).distribution,
  (await import('./json/index.js')).json,
  (await import('./slack/index.js')).slack,
];

const byName = new Map(FORMATS.map((format) => [format.name, format]));

/** Undefined for a name that no format has; the configuration refuses those. */
export const formatNamed = (name: string): Format | undefined => byName.get(name);

const offered = (to: Format['offeredTo']) => FORMATS.filter(({ offeredTo }) => offeredTo === to);

/** The names that the setting accepts. */
export const formatNames = (to: Format['offeredTo']): string[] => offered(to).map(({ name }) => name);

/** For the description of the setting, in Markdown: one sentence for each format. */
export const describeFormats = (to: Format['offeredTo']): string =>
  offered(to)
    .map(({ name, summary }) => `\`${name}\`: ${summary}.`)
    .join(' ');
