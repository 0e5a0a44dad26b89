/** Names of sources. */
import { SOURCE_KINDS } from './kinds.js';
import type { Config } from './schema.js';

/** Every possible name of an event's source: the configured ones, and the kinds for the shared path. */
export const sourceNames = ({ sources }: Config): string[] => [
  ...new Set([...sources.map(({ name }) => name), ...SOURCE_KINDS]),
];
