/** A delete at the source, followed at the target: only of what this endpoint copied, and only if it is still that. */
import type { Delivery, Outcome } from '@longshore/event';
import type { Registry } from '@longshore/registry-client';
import type { PreheatMemory } from '../preheat/memory.js';
import { unlessMissing } from './missing.js';
import { copiedNote, type RegistryTarget } from './target.js';

interface Given {
  source: Registry;
  target: RegistryTarget;
  memory: PreheatMemory;
}

/** Rejects with `RegistryError`. */
export async function deleteCopy(
  { view }: Delivery,
  { source, target, memory }: Given,
  signal: AbortSignal,
): Promise<Outcome> {
  const reference = view.tag ?? view.digest;
  if (!view.repository || !reference) return skipped('the event names no image');
  if (await source.resolve(view.repository, reference, signal).catch(unlessMissing))
    return skipped('it is at the source again');
  const repository = target.repositoryOf(view.repository);
  const digest = await memory.noted(copiedNote(repository, reference));
  if (digest === undefined) return skipped('this endpoint has not copied it');
  const found = await target.registry.resolve(repository, reference, signal).catch(unlessMissing);
  if (!found) return done('it was not at the target any more');
  if (found.digest !== digest)
    return skipped(`the target has ${found.digest} there, and ${digest} was copied`);
  await target.registry.deleteManifest(repository, reference, signal);
  return done('deleted at the target');
}

const skipped = (detail: string): Outcome => ({ kind: 'delivered', reason: 'skipped', detail });
const done = (detail: string): Outcome => ({ kind: 'delivered', reason: 'copied', detail });
