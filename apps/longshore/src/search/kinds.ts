/** What `longshore search` finds: events, image events or pulls. */
import type { ArchivedEvent, Page } from '@longshore/archive/items';
import type { ArchiveReader, EventFilter, PageRequest } from '@longshore/archive/read';
import type {
  ArchivedImageEvent,
  ArchivedSession,
  ImageEventFilter,
  SessionFilter,
} from '@longshore/archive/sessions';
import { CSV_COLUMNS, eventQuery, filterOf, madeQueries } from '@longshore/operator/archive';
import { parseInput } from '@longshore/operator/schemas';
import { EVENT_TABLE, IMAGE_TABLE, PULL_TABLE, type TableOf } from './table.js';

/** One of them. */
export interface SearchKind<Item extends object> {
  /** One item in words. */
  noun: string;
  columns: readonly string[];
  table: TableOf<Item>;
  /** @param written the options @throws LongshoreError REQUEST_INVALID */
  reading(written: object): (reader: ArchiveReader, page: PageRequest) => Promise<Page<Item>>;
}

/** Events as they came. */
export const EVENTS: SearchKind<ArchivedEvent> = {
  noun: 'event',
  columns: CSV_COLUMNS.events,
  table: EVENT_TABLE,
  reading(written) {
    const filter = filterOf<EventFilter>(parseInput(eventQuery, written));
    return (reader, page) => reader.events(filter, page);
  },
};

/** One for a push, a tag or a delete. */
export const IMAGES: SearchKind<ArchivedImageEvent> = {
  noun: 'image event',
  columns: CSV_COLUMNS.imageEvents,
  table: IMAGE_TABLE,
  reading(written) {
    const filter = filterOf<ImageEventFilter>(parseInput(madeQueries.imageEvents, written));
    return (reader, page) => reader.imageEvents(filter, page);
  },
};

/** One for a client that pulled an image. */
export const PULLS: SearchKind<ArchivedSession> = {
  noun: 'pull',
  columns: CSV_COLUMNS.sessions,
  table: PULL_TABLE,
  reading(written) {
    const filter = filterOf<SessionFilter>(parseInput(madeQueries.sessions, written));
    return (reader, page) => reader.sessions(filter, page);
  },
};
