/** Every action on an endpoint: `@longshore/operator/actions`. */
import type { Action } from './action.js';

export type { Action } from './action.js';

/** In the order in which help lists them. Each is imported in its line, so that adding one is one line. */
export const ACTIONS: readonly Action[] = [
  (await import('./pause/index.js')).pause,
  (await import('./resume/index.js')).resume,
];
