/** What templates and filters know of an event, by name. */
import type { Facts } from '@longshore/event';

/** Every fact. */
export const FACT_NAMES = [
  ...(['id', 'action', 'image', 'ref', 'registry', 'repository', 'name', 'namespace'] as const),
  ...(['tag', 'digest', 'mediatype', 'size', 'actor', 'time', 'source', 'kind'] as const),
] satisfies (keyof Facts)[];

/** Every variable of a template: the facts, and the event as it came. */
export const VARIABLES: readonly string[] = [...FACT_NAMES, 'event'];
