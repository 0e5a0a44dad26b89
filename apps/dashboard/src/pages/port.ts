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

export interface PageParts {
  operate: Operate;
  operations: Operations;
  /** Of Redis; `memory` is undefined without a limit. */
  health(): { memory?: number; full: boolean };
  /** Where the board shows an endpoint's queue. */
  boardPath(endpoint: string): string;
  now(): number;
}
