/** The walk over an image: every manifest and blob that belongs to it. */
export { MANIFEST_TYPES } from '../manifest.js';
export { platformText } from '../platform.js';
export { walk } from '../walk.js';
export type { Walked, WalkPolicy, WalkProblem } from '../walk-types.js';
