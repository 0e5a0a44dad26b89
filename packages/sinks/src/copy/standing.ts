/**
 * Does the tag still name the image that is to be copied? A registry sends its event before it writes the tag, so for
 * a short time after the event another answer says nothing.
 */
import { type Registry, RegistryError } from '@longshore/registry-client';
import type { WantedImage } from '../preheat/options.js';

/** Milliseconds after the event in which the tag may still be written. */
const WRITTEN_WITHIN_MS = 10_000;
/** Milliseconds after the event in which a tag may still appear at all. */
const APPEARS_WITHIN_MS = 120_000;

/** `unsure`: it does not now, and that is no news yet. */
export type Standing = 'stands' | 'moved' | 'unsure';

/** Rejects with `RegistryError` for every answer that is none: nothing may be written then. */
export async function standingOf(
  registry: Registry,
  { repository, tag = '', digest, receivedAt }: WantedImage,
  signal: AbortSignal,
): Promise<Standing> {
  const found = await registry.resolve(repository, tag, signal).catch((error) => {
    if (error instanceof RegistryError && error.kind === 'not_found') return undefined;
    throw error;
  });
  if (found?.digest === digest) return 'stands';
  const age = Date.now() - receivedAt;
  return age < (found ? WRITTEN_WITHIN_MS : APPEARS_WITHIN_MS) ? 'unsure' : 'moved';
}
