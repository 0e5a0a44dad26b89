/** What one worker of the deployment does for all: `@longshore/queue/housekeeping`. */
export { createLeader, type Leader } from '../leader.js';
export { type AlertStore, createAlertStore } from '../pulse/alert-store.js';
export { createRetention, type Finished, type KeepLimits, type Retention } from '../retention.js';
export { type Agenda, createAgenda } from '../take/agenda.js';
