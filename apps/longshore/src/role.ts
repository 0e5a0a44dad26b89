/** The roles that a process can play, and what each is given. */
import type { Config, Env } from '@longshore/config';
import type { RefusedConfig } from '@longshore/dashboard';
import type { Observer } from '@longshore/observe';
import type { Monitor, RedisClient } from '@longshore/queue';
import type { Inspector } from '@longshore/queue/operator';
import type { TrailWriter } from '@longshore/queue/trail';
import type { RelayArchive } from './archive.js';

/** All that there are, in the order in which an event meets them. */
export const ROLES = ['ingest', 'worker', 'dashboard'] as const;
/** One of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** What the roles of one process share. */
export interface RoleParts {
  /** The present configuration. */
  config(): Config;
  /** Why the file as it is now is not in force; undefined when it is. */
  refused(): RefusedConfig | undefined;
  /** Path of the configuration, and what its variables are read from. */
  file: string;
  env: Env;
  observer: Observer;
  /** Fails fast. */
  producer: RedisClient;
  /** Waits without a limit. */
  consumer: RedisClient;
  monitor: Monitor;
  inspector: Inspector;
  trail: TrailWriter;
  /** Absent without `archive`, and in a process that only takes events. */
  archive: RelayArchive | undefined;
  /** Notes of data that Redis has lost, one line each. */
  losses(): string[];
  version: string;
}
