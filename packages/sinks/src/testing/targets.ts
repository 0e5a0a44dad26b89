/** Targets that are closed at the end of the test. */
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../preheat/targets/clock.js';
import { openTarget } from '../preheat/targets/index.js';
import type { TargetOptions } from '../preheat/targets/kinds.js';
import type { BlobTarget, ImageTarget, Target } from '../preheat/targets/target.js';

type Kind<K> = Extract<TargetOptions, { kind: K }>;
type Rest<K> = Omit<Kind<K>, 'kind' | 'name' | 'timeout' | 'userAgent'> & { timeout?: number };

const COMMON = { name: 'here', timeout: 10_000, userAgent: 'longshore/0.0.0-test' };

/** A kraken target. */
export function aKraken(
  { origin, ...options }: Omit<Rest<'kraken'>, 'origin'> & { origin?: string | string[] },
  clock: Clock = systemClock,
): BlobTarget {
  const origins = origin === undefined ? {} : { origin: [origin].flat() };
  return asBlob(openTarget({ ...COMMON, kind: 'kraken', ...options, ...origins }, clock));
}

/** A dragonfly target with the token that the tests' manager takes. */
export function aDragonfly(options: Rest<'dragonfly'>, clock: Clock = systemClock): ImageTarget {
  return asImage(openTarget({ ...COMMON, kind: 'dragonfly', token: 'df-token', ...options }, clock));
}

/** A pull-through target that asks for every part. */
export function aPullThrough(options: Rest<'pull-through'> & { method?: 'get' | 'head' }): BlobTarget {
  return asBlob(openTarget({ ...COMMON, kind: 'pull-through', ...options }));
}

/** A pull-through target that asks for manifests only. */
export function aManifestOnly(options: Rest<'pull-through'>): ImageTarget {
  return asImage(openTarget({ ...COMMON, kind: 'pull-through', ...options, method: 'manifest' }));
}

/** A kruise target. */
export function aKruise(
  options: Partial<Rest<'kruise'>> & { url: string },
  clock: Clock = systemClock,
): ImageTarget {
  return asImage(openTarget({ ...COMMON, kind: 'kruise', namespace: 'preheat', ...options }, clock));
}

/** A webhook target. */
export function aWebhook(options: Rest<'webhook'>, clock: Clock = systemClock): ImageTarget {
  return asImage(openTarget({ ...COMMON, kind: 'webhook', ...options }, clock));
}

function asImage(target: Target): ImageTarget {
  onTestFinished(() => target.close());
  if (target.unit !== 'image') throw new Error(`${target.name} is asked for single items`);
  return target;
}

function asBlob(target: Target): BlobTarget {
  onTestFinished(() => target.close());
  if (target.unit !== 'blob') throw new Error(`${target.name} is asked for whole images`);
  return target;
}
