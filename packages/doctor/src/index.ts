/**
 * Looks at the world around a relay and says in words what is wrong, each with what corrects it. Changes nothing, and
 * makes no request to a receiver.
 */
export { type DoctorOptions, examine } from './examine.js';
export { type Check, GROUPS, type Group, type Status } from './finding.js';
export type { DoctorParts, Way } from './parts.js';
