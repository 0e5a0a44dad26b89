/** Reads the archive: for the API, the pages and the command. */
import type { Archive } from '../db/open.js';
import type { ArchiveReader } from './archive-reader.js';
import { createAsk } from './ask.js';
import { readCoverage } from './coverage.js';
import { eventPage } from './events/events.js';
import { imageOf, imagePullers } from './images.js';
import { imageEvent, imageEventPage } from './made/image-events.js';
import { sessionDays } from './made/session-days.js';
import { oneSession, sessionPage } from './made/sessions.js';
import { createNames } from './names.js';
import { repositoryDetail, repositoryPage } from './repositories.js';
import { dayCounts } from './statistics.js';
import { movePage, oneTag, tagPage } from './tags.js';
import { topList } from './top.js';
import { unusedPage } from './unused.js';

/** For `statementTimeout` of the archive that a reader is made of: what takes longer needs a narrower filter. */
export const READ_TIMEOUT_MS = 10_000;

/** See the header. The caller closes the archive. */
export function createArchiveReader(archive: Pick<Archive, 'db' | 'pool'>): ArchiveReader {
  const ask = createAsk(archive);
  const names = createNames(ask);
  const parts = { ask, names };
  return {
    events: (filter, page) => eventPage(parts, filter, page),
    repositories: (filter, page) => repositoryPage(ask, filter, page),
    repository: (key) => repositoryDetail(ask, key),
    tags: (key, page) => tagPage(parts, key, page),
    tag: (key) => oneTag(parts, key),
    tagMoves: (key, page) => movePage(parts, key, page),
    image: (digest) => imageOf(parts, digest),
    imagePullers: (digest) => imagePullers(ask, names, digest),
    pullsPerDay: (filter) => dayCounts(ask, filter),
    top: (filter) => topList(ask, names, filter),
    unused: (filter, page) => unusedPage(parts, filter, page),
    imageEvents: (filter, page) => imageEventPage(ask, filter, page),
    imageEvent: (id) => imageEvent(ask, names, id),
    sessions: (filter, page) => sessionPage(ask, names, filter, page),
    session: (id) => oneSession(ask, names, id),
    sessionsPerDay: (filter) => sessionDays(ask, filter),
    coverage: () => readCoverage(ask),
  };
}
