/** The move of images to another registry, in the process of a command: `@longshore/worker/migrate`. */
export { runMigration } from './run.js';
export type { MigratedTag, MigrationComparison, MigrationProblem, MigrationReport } from './types.js';
export { verifyMigration } from './verify.js';
