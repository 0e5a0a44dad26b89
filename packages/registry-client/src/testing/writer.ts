/** A client that writes, and uploads of bytes in memory. */
import { onTestFinished } from 'vitest';
import { openWritableRegistry, type UploadOptions, type WritableRegistry } from '../entries/write.js';
import type { RegistryOptions } from '../index.js';
import { signal } from './client.js';

/** Closed at the end of the test. */
export function aWriter(options: Partial<RegistryOptions> & { url: string }): WritableRegistry {
  const registry = openWritableRegistry({ timeout: 10_000, userAgent: 'longshore/0.0.0-test', ...options });
  onTestFinished(() => registry.close());
  return registry;
}

/** Reads from `bytes`; chunks of 1000 bytes. `reads`: from where. */
export function fromMemory(
  bytes: Buffer,
  some: Partial<UploadOptions> = {},
): UploadOptions & { reads: number[]; states: string[] } {
  const [reads, states]: [number[], string[]] = [[], []];
  return {
    reads,
    states,
    signal,
    chunkBytes: 1000,
    async read(from, to) {
      reads.push(from);
      return bytes.subarray(from, to);
    },
    async keep(state) {
      states.push(state);
    },
    ...some,
  };
}
