/** What a migration takes and reports. */
import type { RedisClient } from '@longshore/queue';
import type { RegistryFinder } from '../copy-registry.js';

/** A tag to be copied or compared. */
export interface MigratedTag {
  /** Base url of the registry that it is in. */
  registry: string;
  repository: string;
  tag: string;
}

/** One tag that is not at the target as it should be. */
export interface MigrationProblem {
  /** `repository:tag`. */
  image: string;
  /** One line. */
  why: string;
}

/** What `run` came to so far; each tag is in one of the five counts. */
export interface MigrationReport {
  /** Tags of the plan. */
  total: number;
  copied: number;
  /** They were at the target. */
  already: number;
  /** They are no longer at the source. */
  gone: number;
  failed: number;
  /** Not reached: the run was interrupted. */
  left: number;
  /** Bytes that were sent. */
  bytes: number;
  failures: MigrationProblem[];
}

/** What `verify` found; each tag is in one of the five counts. */
export interface MigrationComparison {
  total: number;
  same: number;
  gone: number;
  different: number;
  /** One of the two registries could not be asked. */
  unknown: number;
  left: number;
  differences: MigrationProblem[];
  errors: MigrationProblem[];
}

/** Both registries. */
export interface Migration extends RegistryFinder {
  /** Base url of the target. */
  to: string;
  /** In this order. */
  tags: readonly MigratedTag[];
  signal: AbortSignal;
}

/** How `run` works. */
export interface MigrationRun extends Migration {
  /** Fails fast. Keeps how far the run is, for the next one. */
  client: RedisClient;
  prefix: string;
  /** Tags begun in a second; `Infinity`: no limit. */
  rate: number;
  onProgress(report: MigrationReport): void;
}
