/**
 * A scalar of a configuration: `@longshore/settings/yaml`. It keeps its text and style, for the setting decides what it
 * means: `name: 010` is text where `threshold: 010` is eight.
 */
import type { Env } from './environment.js';
import { type Resolved, resolve } from './resolve.js';

/** Where a node was written: a place in the file (both count from 1), or a variable. */
export interface Origin {
  line?: number;
  column?: number;
  variable?: string;
}

/** One value. `env` is where an `env:NAME` in it is looked up. */
export class Scalar {
  readonly resolved: Resolved;

  constructor(
    readonly text: string,
    readonly origin: Origin = {},
    readonly style: { quoted: boolean; tag?: string } = { quoted: false },
    readonly env?: Env,
  ) {
    this.resolved = resolve(text, style.quoted, style.tag);
  }

  /** No value: `key:`, `key: ~`, `key: null`. */
  get empty(): boolean {
    return this.resolved.kind === 'null';
  }
}
