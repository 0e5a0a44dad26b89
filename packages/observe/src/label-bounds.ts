/**
 * The label values that are not known beforehand: each learns as many as a large installation has, and no more.
 * Beyond that the metrics stay right in sum, under `other`.
 */
import { openSet } from './labels.js';

/** One bounded set per label whose values come from outside. Each member gives the label for a value. */
export class LabelBounds {
  /** Any text up to 128 characters names an endpoint. */
  readonly endpoint: (name: string) => string;
  readonly source: (name: string) => string;
  readonly kind = openSet([], 50);
  readonly rule = openSet([], 50);
  /** Error codes. */
  readonly spooled = openSet([], 20);
  /** Names of preheat targets. */
  readonly target = openSet([], 500);
  /** Paths of settings with a certificate. */
  readonly setting = openSet([], 2_000, /^.{1,300}$/su);
  /** Fixed sentences; the sources' contract sees to their form. */
  readonly quarantine = openSet([], 100);

  constructor(known: { endpoints?: Iterable<string>; sources?: Iterable<string> }) {
    this.endpoint = openSet(known.endpoints ?? [], 1_000, /^.{1,128}$/su);
    this.source = openSet(known.sources ?? [], 100);
  }
}
