/** What the tests of this package share: folders that go when the test ends, and looks at processes. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { identify } from '../process-identity.js';

/** A datadir that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-test-'));
  // A server whose owner was killed may still be ending there.
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return folder;
}

/** Resolves when no process has this pid. */
export function gone(pid: number | undefined): Promise<boolean> {
  const look = async () => pid !== undefined && (await identify(pid)) === undefined;
  return vi.waitUntil(look, { timeout: 90_000, interval: 10 });
}

/** Pids of the children of a process. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}
