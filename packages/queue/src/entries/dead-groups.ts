/** Dead deliveries by cause: `@longshore/queue/dead-groups`. */
export type { DeadGroup, DeadGroups } from '../operate/dead-groups.js';
