/** What went wrong in the search for referrers of one image, and when to give the search up. */
import { RegistryError, type RegistryErrorKind } from './error.js';
import type { WalkProblem } from './walk-types.js';

/** After these the next request would only cost time, or would be refused as well. */
const ENDING: ReadonlySet<RegistryErrorKind> = new Set([
  'rate_limited',
  'timeout',
  'network',
  'tls',
  'limit',
]);
/** After so many the search ends. */
const MOST = 5;

/** Of one walk. */
export class Problems {
  readonly #found: WalkProblem[] = [];
  #isOver = false;

  /** Keeps it, and returns whether the search continues. Throws `aborted`, and errors that are not the registry's. */
  add(error: unknown): boolean {
    if (!(error instanceof RegistryError) || error.kind === 'aborted') throw error;
    const { kind, message: detail, retryable, notBefore } = error;
    this.#found.push({ detail, retryable, ...(notBefore !== undefined && { notBefore }) });
    this.#isOver = ENDING.has(kind) || this.#found.length === MOST;
    return !this.#isOver;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get problems(): readonly WalkProblem[] {
    return this.#found;
  }
}
