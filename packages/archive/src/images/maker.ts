/**
 * Makes image events out of the archive. All that it knows is in PostgreSQL: a process that dies at any point leaves
 * either an open push or an event that is to be published, and the next one continues there.
 */
import type { Registry, RegistryError } from '@longshore/registry-client';
import type { Archive } from '../db/open.js';
import type { PartitionWidth } from '../db/ranges.js';
import { decide } from './decide.js';
import { type DueRepository, delayRepository, dueRepositories } from './store/due.js';
import { missingOf, subjectsOf, type Wanted } from './store/missing.js';
import { createManifestReader } from './store/read.js';
import { saveDecision } from './store/save.js';
import { readScene } from './store/scene.js';
import { markPublished, type UnpublishedEvent, unpublished } from './store/unpublished.js';
import type { ImageSettings, Scene } from './types.js';

/** What image events are made from, and how. */
export interface ImageMakerParts {
  archive: Archive;
  settings(): ImageSettings & { partition: PartitionWidth };
  /** Sources that report the same registry as this one, itself included; the first one stands for all. */
  sourcesOf(source: string): readonly string[];
  /** The registry behind a source, where manifests may be read. */
  registryOf(source: string): Registry | undefined;
  /** A manifest could not be read; its image is reported without what it would say. */
  onProblem(source: string, error: RegistryError): void;
  /** The events of one repository could not be made or published; they are tried again, and the others are not held up. */
  onFault(repository: string, error: unknown): void;
}

/** See the header. */
export interface ImageMaker {
  /**
   * Decides what has been open for long enough. Rejects with the error of PostgreSQL.
   * @param mayContinue asked before each repository @returns how many events were made
   */
  make(mayContinue: () => Promise<boolean>, signal: AbortSignal): Promise<number>;
  /**
   * Hands each event that is not published yet to `publish`, in order. One that fails holds up its repository for some
   * seconds, so that the order there stays. Rejects with the error of PostgreSQL.
   * @returns how many were published
   */
  publish(publish: (event: UnpublishedEvent) => Promise<void>): Promise<number>;
}

/** An index whose children are indexes is read level by level. */
const MOST_ROUNDS = 4;
/** After a failure; by then Redis may be back. Milliseconds. */
const HELD_MS = 5_000;
/** When so many fail one after the other, the rest would fail too. */
const MOST_FAILURES = 3;

/** See the header. */
export function createImageMaker(parts: ImageMakerParts): ImageMaker {
  const { archive, settings, sourcesOf, registryOf, onProblem, onFault } = parts;
  const { pool } = archive;
  const reader = createManifestReader(pool, registryOf, onProblem);
  const held = new Map<number, number>();

  /** The scene, with what the registry says where the events do not. */
  const sceneOf = async (repository: DueRepository, signal: AbortSignal): Promise<Scene | undefined> => {
    const tried = new Set<string>();
    let scene = await readScene(pool, repository, settings());
    for (let round = 0; scene && round < MOST_ROUNDS; round++) {
      const fresh = ({ digest }: Wanted): boolean => !tried.has(digest);
      const missing = missingOf(scene).filter(fresh);
      const wanted = missing.length > 0 ? missing : subjectsOf(scene, decide(scene).waiting).filter(fresh);
      if (wanted.length === 0) break;
      for (const { digest } of wanted) tried.add(digest);
      if (await reader.read(repository, wanted, signal))
        scene = await readScene(pool, repository, settings());
    }
    return scene;
  };

  const makeOne = async (repository: DueRepository, signal: AbortSignal): Promise<number> => {
    const scene = await sceneOf(repository, signal);
    if (!scene || signal.aborted) return 0;
    const decision = decide(scene);
    if (decision.done.length === 0 && decision.waiting.length === 0) return 0;
    const saved = await saveDecision(pool, repository.ids, decision, settings().partition);
    return saved ? decision.made.length : 0;
  };

  return {
    async make(mayContinue, signal) {
      let made = 0;
      for (const repository of await dueRepositories(pool, settings(), sourcesOf)) {
        if (signal.aborted || !(await mayContinue())) break;
        try {
          made += await makeOne(repository, signal);
        } catch (error) {
          onFault(repository.name, error);
          await delayRepository(pool, repository);
        }
      }
      return made;
    },
    async publish(publish) {
      const now = performance.now();
      for (const [id, until] of held) if (until <= now) held.delete(id);
      let [count, failures] = [0, 0];
      for (const one of await unpublished(pool, [...held.keys()])) {
        if (held.has(one.repositoryId)) continue;
        try {
          await publish(one);
        } catch (error) {
          onFault(one.event.repository, error);
          held.set(one.repositoryId, performance.now() + HELD_MS);
          failures++;
          if (failures >= MOST_FAILURES) break;
          continue;
        }
        failures = 0;
        await markPublished(pool, one.event);
        count++;
      }
      return count;
    },
  };
}
