/**
 * Makes pull sessions out of the archive. Each is computed from all its events whenever one of them is new, so a process
 * that dies at any point, and an event that is late, change nothing about the result.
 */
import type { Registry, RegistryError } from '@longshore/registry-client';
import type { Archive } from '../db/open.js';
import type { PartitionWidth } from '../db/ranges.js';
import type { Wanted } from '../images/store/missing.js';
import { createManifestReader } from '../images/store/read.js';
import { decidePart } from './decide.js';
import { makeFailed } from './failed.js';
import { type DueClient, delay, dueClients } from './store/due.js';
import { savePulls } from './store/save.js';
import { readPulls, type StoredScene } from './store/scene.js';
import type { PullScene, SessionSettings } from './types.js';

/** What pull sessions are made from, and how. */
export interface PullMakerParts {
  archive: Archive;
  settings(): SessionSettings & { partition: PartitionWidth };
  /** The registry behind a source, where manifests may be read. */
  registryOf(source: string): Registry | undefined;
  /** The source answers blobs with the address of a storage. */
  redirects(source: string): boolean;
  /** A manifest could not be read: it is not known what its pulls have to fetch. */
  onProblem(source: string, error: RegistryError): void;
  /** The pulls of one client could not be computed; they are tried again. */
  onFault(repository: string, error: unknown): void;
  /** Events that are looked at together; for tests. */
  most?: number;
}

/** See the header. */
export interface PullMaker {
  /**
   * Computes what is due. Rejects with the error of PostgreSQL.
   * @param mayContinue asked before each client @returns how many events were made
   */
  make(mayContinue: () => Promise<boolean>, signal: AbortSignal): Promise<number>;
}

const FORGET = `delete from pull_seen where (client, digest) in (
  select client, digest from pull_seen where last_at < now() - interval '30 days' limit 10000)`;
const FORGET_EVERY_MS = 60_000;

/** See the header. */
export function createPullMaker(parts: PullMakerParts): PullMaker {
  const { archive, settings, registryOf, redirects, onProblem, onFault, most } = parts;
  const { pool } = archive;
  const reader = createManifestReader(pool, registryOf, onProblem);
  let forgetAt = 0;

  const sceneOf = async (due: DueClient, signal: AbortSignal): Promise<StoredScene> => {
    const { source, repository, repositoryId } = due;
    const read = () => readPulls(pool, due, settings(), redirects(source), most);
    const stored = await read();
    const missing = registryOf(source) ? missingOf(stored.scene, source) : [];
    if (missing.length === 0) return stored;
    const learnt = await reader.read(
      { registry: source, name: repository, ids: [repositoryId] },
      missing,
      signal,
    );
    return learnt ? read() : stored;
  };

  const makeOne = async (due: DueClient, signal: AbortSignal): Promise<number> => {
    const stored = await sceneOf(due, signal);
    if (signal.aborted) return 0;
    const decision = decidePart(stored, due.from, new Date().toISOString());
    const saved = await savePulls(pool, due, decision, stored.before, settings().partition);
    return saved ? decision.events.length : 0;
  };

  return {
    async make(mayContinue, signal) {
      let made = await makeFailed(pool, settings().grace, settings().partition);
      for (const due of await dueClients(pool, settings().grace)) {
        if (signal.aborted || !(await mayContinue())) break;
        try {
          made += await makeOne(due, signal);
        } catch (error) {
          onFault(due.repository, error);
          await delay(pool, due);
        }
      }
      if (performance.now() > forgetAt) {
        forgetAt = performance.now() + FORGET_EVERY_MS;
        await pool.query(FORGET);
      }
      return made;
    },
  };
}

/** Manifests that were fetched, and of which it is not known what they list. */
function missingOf({ events, manifests }: PullScene, source: string): Wanted[] {
  const wanted = new Set<string>();
  for (const { digest, method, target } of events) {
    if (digest === undefined || target === 'blob' || method === 'HEAD') continue;
    const facts = manifests.get(digest);
    if (!facts?.references && !facts?.read) wanted.add(digest);
  }
  return [...wanted].map((digest) => ({ source, digest }));
}
