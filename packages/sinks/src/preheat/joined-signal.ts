/**
 * One signal of several, for as long as it is needed. Not `AbortSignal.any`: those made of a signal that lives as
 * long as the process are not freed in all releases of Node 20, and each check of a delivery would leave one.
 */
import { setMaxListeners } from 'node:events';

/** `release` is to be called in any case; after that the signal no longer follows. */
export function joined(...sources: readonly AbortSignal[]): { signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  setMaxListeners(0, ...sources);
  for (const source of sources) source.addEventListener('abort', abort);
  if (sources.some(({ aborted }) => aborted)) abort();
  return {
    signal: controller.signal,
    release: () => {
      for (const source of sources) source.removeEventListener('abort', abort);
    },
  };
}
