/**
 * The walk of an image as it is kept: by its digest it never changes, so a crash, a retry and the next push of the
 * same image need no registry. Another policy is another walk.
 */
import { createHash } from 'node:crypto';
import { platformText, type Walked } from '@longshore/registry-client/walk';
import type { z } from 'zod';
import { readStored, STORED_VERSION, keptWalk as schema } from './stored.js';
import type { WarmItem } from './targets/target.js';

/** What is kept of a walk. */
export type KeptWalk = Omit<z.output<typeof schema>, 'v' | 'policy'>;

/** As the targets want it. */
export function keptWalk({ items, skipped, platforms, problems = [] }: Walked, attempt = ''): KeptWalk {
  return {
    items: items.toReversed(),
    skipped: skipped.map(({ descriptor: { digest, size, mediaType, platform }, reason }) => ({
      role: roleOf(mediaType),
      digest,
      size,
      ...(platform && { platform: platformText(platform) }),
      reason,
    })),
    platforms: [...platforms],
    ...(problems.length > 0 && { problems: [...problems], attempt }),
  };
}

/** Is there something to find that an earlier attempt did not? */
export function isWorthAnother({ problems = [], attempt }: KeptWalk, now: string): boolean {
  return attempt !== now && problems.some(({ retryable }) => retryable);
}

function roleOf(mediaType = ''): WarmItem['role'] {
  if (/\.(index|manifest\.list)\./.test(mediaType)) return 'index';
  return /\.manifest\./.test(mediaType) ? 'manifest' : 'layer';
}

/** @param policy the policy of the walk; the stored walk is used only for the same policy */
export function writeWalk(walk: KeptWalk, policy: object): string {
  return JSON.stringify({ v: STORED_VERSION, policy: fingerprint(policy), ...walk });
}

/** @returns undefined when it was made under another policy, or by a version that this one cannot read */
export function readWalk(json: string | undefined, policy: object): KeptWalk | undefined {
  const kept = json === undefined ? undefined : readStored(schema, json);
  if (kept?.policy !== fingerprint(policy)) return undefined;
  const { v: _, policy: __, ...walk } = kept;
  return walk;
}

/** Short, and the same for equal settings. */
export function fingerprint(policy: object): string {
  return createHash('sha256').update(JSON.stringify(policy)).digest('base64url').slice(0, 12);
}
