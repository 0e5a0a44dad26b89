/** Where events may come through. */
import { SOURCE_KINDS } from './kinds.js';
import type { Config } from './schema.js';

/** Every name that an event's source may have: those that are configured, and on the open path those of the kinds. */
export const sourceNames = ({ sources }: Config): string[] => [
  ...new Set([...sources.map(({ name }) => name), ...SOURCE_KINDS]),
];
