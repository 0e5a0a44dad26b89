/**
 * The walk of an image as it is kept: by its digest it never changes, so a crash, a retry and the next push of the
 * same image need no registry. Another policy is another walk.
 */
import { createHash } from 'node:crypto';
import { platformText, type Walked, type WalkProblem } from '@longshore/registry-client/walk';
import type { WarmItem } from './targets/target.js';

interface LeftOut {
  /** Absent in walks that were kept by 0.1.0. */
  role?: WarmItem['role'];
  digest: string;
  size?: number;
  platform?: string;
  reason: string;
}

/** What is kept: of what was left out, only what a table shows. */
export interface KeptWalk {
  /** Root first; each digest once. */
  items: readonly WarmItem[];
  skipped: readonly LeftOut[];
  platforms: readonly string[];
  /** Why some of what refers to the image was not found. */
  problems?: readonly WalkProblem[];
  /** The attempt that met the problems; another one may find what is missing. */
  attempt?: string;
}

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
    platforms,
    ...(problems.length > 0 && { problems, attempt }),
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

/** Of a walk that this version writes; the first was written without it. */
const VERSION = 1;

/** @param policy the policy of the walk; the stored walk is used only for the same policy */
export function writeWalk(walk: KeptWalk, policy: object): string {
  return JSON.stringify({ v: VERSION, policy: fingerprint(policy), ...walk });
}

/** @returns undefined when it was made under another policy, or by a version that this one cannot read */
export function readWalk(text: string | undefined, policy: object): KeptWalk | undefined {
  if (text === undefined) return undefined;
  try {
    const { v = 1, policy: made, ...walk } = JSON.parse(text) as KeptWalk & { v?: number; policy: string };
    return v === VERSION && made === fingerprint(policy) && Array.isArray(walk.items) ? walk : undefined;
  } catch {
    return undefined;
  }
}

/** Short, and the same for equal settings. */
export function fingerprint(policy: object): string {
  return createHash('sha256').update(JSON.stringify(policy)).digest('base64url').slice(0, 12);
}
