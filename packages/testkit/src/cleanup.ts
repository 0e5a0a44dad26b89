/**
 * What a test started ends with the test, also when it failed.
 *
 * Things that are started outside a test (in `beforeAll`) are stopped by the code that started them; processes
 * end with the vitest worker in any case, since they are watched (`@longshore/embedded`).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Runs `cleanUp` when the current test ends; does nothing outside a test. */
export function atTestEnd(cleanUp: () => unknown): void {
  try {
    onTestFinished(async () => {
      await cleanUp();
    });
  } catch {
    // Outside a test vitest refuses; see the header.
  }
}

/** A new folder below the system's temporary one. */
export function temporaryFolder(purpose: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `longshore-test-${purpose}-`));
}

/** Removes a folder with all that is in it. */
export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
