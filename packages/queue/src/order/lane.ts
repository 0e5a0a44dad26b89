/**
 * Lanes of `order: repository`: deliveries of one lane go out one at a time, in the order of arrival. Two repositories
 * that share a lane by chance (1 in 16 million) only wait for each other.
 */
import { hash } from 'node:crypto';

/** Lane of events without a repository. */
const NO_REPOSITORY = '-';

/** Stored with each job, so that order can be switched on for what waits. `laneOf` of the Lua computes the same. */
export const laneKey = (repository: string | undefined): string =>
  repository ? hash('sha1', repository, 'hex').slice(0, 6) : NO_REPOSITORY;
