/** Spools that hold requests: `@longshore/queue/spools`. */
export { readSpoolNotes, type SpoolNote, type SpoolNotes, startSpoolNotes } from '../reconcile/spools.js';
