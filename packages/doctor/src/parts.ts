/** What the doctor looks with. */
import type { Archive } from '@longshore/archive';
import type { Config, Env, Problem } from '@longshore/config';
import type { RedisClient } from '@longshore/queue';

/** What is there of a store: a way to it, or why there is none. */
export type Way<T> = T | { missing: string; fix: string };

/** See the header. */
export interface DoctorParts {
  /** Path of the configuration. */
  file: string;
  config: Config;
  /** What `longshore check` says of the file. */
  problems: readonly Problem[];
  env: Env;
  /** Of this program. */
  version: string;
  /** Of the producer profile, connected or not. */
  redis: Way<{ client: RedisClient }>;
  /** Absent without `archive`. */
  archive?: Way<Pick<Archive, 'check'>>;
  /** Url by which registries reach ingest; without it, the listener of the configuration. */
  from?: string;
  /** Url of a registry, beside those of the configuration. */
  registry?: string;
  /** Url of the debug listener of that registry, where it is another. */
  debug?: string;
  /** Milliseconds for one connection or request. */
  timeout: number;
}

/** The client of Redis; undefined when there is none. */
export const clientOf = ({ redis }: DoctorParts): RedisClient | undefined =>
  'client' in redis ? redis.client : undefined;
