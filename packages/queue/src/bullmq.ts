/** BullMQ, loaded with the first queue: most commands that look into a relay open none, and it costs 80 ms of CPU. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The library; the same one for everything in this package. */
export const bullmq = (): typeof import('bullmq') => require('bullmq') as typeof import('bullmq');
