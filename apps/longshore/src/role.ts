/** The roles that a process can play, and what each is given. */
import type { Config } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import type { Monitor, RedisClient } from '@longshore/queue';
import type { Inspector, TrailWriter } from '@longshore/queue/operator';

export const ROLES = ['ingest', 'worker', 'dashboard'] as const;
export type Role = (typeof ROLES)[number];

export interface RoleParts {
  /** The configuration of now. */
  config(): Config;
  observer: Observer;
  /** Fails fast. */
  producer: RedisClient;
  /** Waits for ever. */
  consumer: RedisClient;
  monitor: Monitor;
  inspector: Inspector;
  trail: TrailWriter;
  version: string;
}
