/** What the pages are made over. */
import type { DeadWords, Operate } from '../operate/index.js';
import type { OperationView } from './message.js';

/** Retries and drops of many, which go on while one looks. */
export interface Operations {
  /** @throws LongshoreError REQUEST_INVALID, REQUEST_NOT_FOUND when it cannot begin */
  start(act: 'retry' | 'drop', words: DeadWords): Promise<OperationView>;
  /** @throws LongshoreError REQUEST_NOT_FOUND */
  get(id: string): OperationView;
  /** @throws LongshoreError REQUEST_NOT_FOUND */
  cancel(id: string): void;
}

/** A changed configuration that could not be used. */
export interface RefusedConfig {
  /** Epoch milliseconds. */
  at: number;
  file: string;
  /** One line for each error. */
  reason: string;
}

/** What the overview shows beside the endpoints. */
export interface Health {
  /** Share of Redis' maxmemory that is used, 0 … 1; undefined without a limit. */
  memory?: number;
  /** Ingest answers 503, because Redis is nearly full. */
  full: boolean;
  refused?: RefusedConfig;
}

export interface PageParts {
  operate: Operate;
  operations: Operations;
  health(): Health;
  /** Where the board shows an endpoint's queue. */
  boardPath(endpoint: string): string;
  now(): number;
}
