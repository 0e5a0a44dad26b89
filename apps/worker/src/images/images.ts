/**
 * Makes image events and pulls out of the archive and publishes them, in the worker that leads. What was made is in PostgreSQL
 * before it is published, so another worker continues where this one ends.
 */
import type { Archive } from '@longshore/archive';
import {
  createImageMaker,
  createPullMaker,
  type ImageMaker,
  imageEventTaken,
  type PullMaker,
} from '@longshore/archive/images';
import { type Config, routedEndpoints } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import { createRoutes } from '@longshore/publish';
import type { Leader } from '@longshore/queue/housekeeping';
import type { OwnPublish } from '../own-publish.js';
import { createSourceRegistries } from './registries.js';
import { makeAndPublish } from './turn.js';

/** What image events are made from, and where they go. */
export interface ImagesParts {
  archive: Archive;
  /** Resolves once the archive has the schema of this version. Rejects while it is unavailable. */
  ready(): Promise<void>;
  config(): Config;
  leader: Pick<Leader, 'confirm'>;
  publish: OwnPublish['publish'];
  observer: Observer;
  /** Version for the `User-Agent`. */
  version: string;
  /** Milliseconds between two turns; for tests. */
  interval?: number;
}

/** Runs until it is closed. */
export interface Images {
  close(): Promise<void>;
}

const INTERVAL_MS = 1_000;
const LOG_INTERVAL_MS = 60_000;

/** Runs until closed. Failures are logged, and the next turn tries again. */
export function startImages(parts: ImagesParts): Images {
  const { config, observer, interval = INTERVAL_MS } = parts;
  const registries = createSourceRegistries(config, `longshore/${parts.version}`, (source, err) =>
    observer
      .throttledLog(`registries/${source}`, LOG_INTERVAL_MS)
      .error(
        { err, source },
        `registries: the entry of source ${source} cannot be used: ${err.message}. Set it; image events and pulls have only what the events say until then`,
      ),
  );
  const onFault = (what: string) => (repository: string, err: unknown) =>
    observer
      .throttledLog(`${what}/${repository}`, LOG_INTERVAL_MS)
      .warn({ err, repository }, `${what} of a repository wait; retrying`);
  const maker = createImageMaker({
    archive: parts.archive,
    ...registries,
    settings() {
      const { images, partition } = settingsOf(config());
      return { ...images, partition };
    },
    onProblem: (source, err) =>
      observer
        .throttledLog(`images/${source}`, LOG_INTERVAL_MS)
        .warn({ err, source }, 'a manifest could not be read; its image event has only what the events say'),
    onFault: onFault('image events'),
  });
  const pulls = createPullMaker({
    archive: parts.archive,
    registryOf: registries.registryOf,
    redirects: (source) => config().sources.some(({ name, redirects }) => name === source && redirects),
    settings() {
      const { sessions, partition } = settingsOf(config());
      return { ...sessions, partition };
    },
    onProblem: (source, err) =>
      observer
        .throttledLog(`images/${source}`, LOG_INTERVAL_MS)
        .warn({ err, source }, 'a manifest could not be read; it is not known what its pulls have to fetch'),
    onFault: onFault('pulls'),
  });
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= turn(parts, { maker, pulls }, stopping.signal)
      .catch((err) =>
        observer.throttledLog('images', LOG_INTERVAL_MS).warn({ err }, 'image events wait; retrying'),
      )
      .finally(() => {
        running = undefined;
      });
  }, interval);
  return {
    async close() {
      clearInterval(timer);
      stopping.abort();
      await running;
      await registries.close();
    },
  };
}

async function turn(
  parts: ImagesParts,
  { maker, pulls }: { maker: ImageMaker; pulls: PullMaker },
  signal: AbortSignal,
): Promise<void> {
  const { config, leader, publish } = parts;
  if (!config().archive || !(await leader.confirm())) return;
  await parts.ready();
  const routes = createRoutes(
    routedEndpoints(config()).filter(({ accept }) => accept.includes('image') || accept.includes('pull')),
  );
  await makeAndPublish(maker, pulls, {
    mayContinue: leader.confirm,
    publish: async (event) => void (await publish(imageEventTaken(event), routes)),
    signal,
  });
}

/** The configuration of a process whose archive is open has one. */
function settingsOf({ archive }: Config): NonNullable<Config['archive']> {
  if (!archive) throw new TypeError('there is no archive');
  return archive;
}
