/** What the pages work with. */
import type { ArchiveReader } from '@longshore/archive/read';
import type { Check } from '@longshore/doctor';
import type { AdminService } from '@longshore/operator';
import type { BulkJobs } from '@longshore/operator/bulk';
import type { Live } from '../live/live.js';

/** A changed configuration file that was rejected. */
export interface RefusedConfig {
  /** Epoch milliseconds. */
  at: number;
  file: string;
  /** One line for each error. */
  reason: string;
}

/** How large the archive is. */
export interface StoredSize {
  bytes: number;
  /** Bytes a day; absent while too little is known. */
  perDay?: number;
  /** `archive.maxbytes`; 0: no limit. */
  maxBytes: number;
}

/** What the overview shows beside the endpoints. */
export interface Health {
  /** Share of Redis' maxmemory that is used, 0 … 1; undefined without a limit. */
  memory?: number;
  /** Ingest answers 503, because Redis is nearly full. */
  full: boolean;
  /** Why Redis takes no writes, and what it has lost, one line each. */
  warnings: readonly string[];
  refused?: RefusedConfig;
  /** Absent without an archive, and until PostgreSQL has answered. */
  stored?: StoredSize;
}

/** What every page and form works with. */
export interface PageDeps {
  admin: AdminService;
  jobs: BulkJobs;
  /** Absent: the configuration has no `archive`. */
  archive?: ArchiveReader;
  /** Runs the checks of `longshore doctor`; absent in tests that need none. */
  doctor?(): Promise<Check[]>;
  /** Streams of changes to browsers; absent in tests that need none. */
  live?: Live;
  health(): Health;
  /** The board's page of an endpoint's queue; undefined when there is no board. */
  boardPath(endpoint: string): string | undefined;
  /** Epoch milliseconds. */
  now(): number;
}
