/** Targets that are closed at the end of the test. */
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../preheat/targets/clock.js';
import { openTarget } from '../preheat/targets/index.js';
import type { TargetOptions } from '../preheat/targets/options.js';
import type { BlobTarget, ImageTarget } from '../preheat/targets/target.js';

type Kind<K> = Extract<TargetOptions, { kind: K }>;
type Rest<K> = Omit<Kind<K>, 'kind' | 'name' | 'timeout' | 'userAgent'> & { timeout?: number };

const COMMON = { name: 'here', timeout: 10_000, userAgent: 'longshore/0.0.0-test' };

/** A kraken target. */
export function aKraken(options: Rest<'kraken'>, clock: Clock = systemClock): BlobTarget {
  return asBlob(openTarget({ ...COMMON, kind: 'kraken', ...options }, clock));
}

function asBlob(target: BlobTarget | ImageTarget): BlobTarget {
  onTestFinished(() => target.close());
  if (target.unit !== 'blob') throw new Error(`${target.name} is asked for whole images`);
  return target;
}
