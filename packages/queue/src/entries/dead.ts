/** The dead-letter sets: `@longshore/queue/dead`. */
export type { BulkOptions, BulkProgress, BulkResult } from '../operate/dead-bulk.js';
export type { DeadLetter, DeadLetterDetail } from '../operate/dead-letter.js';
export { createDeadLetters, type DeadLetters, type Page } from '../operate/dead-letters.js';
export type { DeadFilter } from '../operate/dead-source.js';
export { createPace, type Pace } from '../operate/pace.js';
export type { Position } from '../operate/walk.js';
