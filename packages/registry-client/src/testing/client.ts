/** What this package's tests have in common. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openRegistry, type Registry, RegistryError, type RegistryOptions } from '../index.js';
import { DEFAULT_POLICY, walk } from '../walk.js';
import type { Walked, WalkPolicy, WalkStart } from '../walk-types.js';

/** A signal that nobody aborts. */
export const signal = new AbortController().signal;

/** A client that is closed at the end of the test. */
export function aClient(options: Partial<RegistryOptions> & { url: string }): Registry {
  const registry = openRegistry({ timeout: 10_000, userAgent: 'longshore/0.0.0-test', ...options });
  onTestFinished(() => registry.close());
  return registry;
}

/** The error of what must fail; a test that gets none fails. */
export async function errorOf(pending: Promise<unknown>): Promise<RegistryError> {
  const value = await pending.catch((error: unknown) => error);
  if (value instanceof RegistryError) return value;
  throw new Error('expected a RegistryError', { cause: value });
}

/** The kind of error of what must fail. */
export async function kindOf(pending: Promise<unknown>): Promise<string> {
  return (await errorOf(pending)).kind;
}

/** Path of a new file with this content, removed at the end of the test. */
export async function temporaryFile(name: string, content: string, mode = 0o600): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-client-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  await writeFile(path, content, { mode });
  return path;
}

/** Walks over `acme/app`; a text is the reference. Without waits, unless the policy has some. */
export function walkOver(
  registry: Registry,
  start: string | Partial<WalkStart>,
  policy: Partial<WalkPolicy> = {},
  giveUp = signal,
): Promise<Walked> {
  const from = {
    repository: 'acme/app',
    reference: '',
    ...(typeof start === 'string' ? { reference: start } : start),
  };
  return walk(registry, from, { ...DEFAULT_POLICY, gap: [], ...policy }, giveUp);
}

/** Why which descriptors were left out, in order. */
export function reasonsOf({ skipped }: Walked): [digest: string, reason: string][] {
  return skipped.map(({ descriptor, reason }) => [descriptor.digest, reason]);
}
