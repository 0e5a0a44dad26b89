/** What the archive's addresses share. */
import type { ArchiveReader } from '@longshore/archive/read';
import { type HistoryAnswer, LongshoreError } from '@longshore/event';
import type { AdminService } from '@longshore/operator';
import type { Params } from '../../params.js';
import type { Shown } from '../../view.js';

/** Deliveries of so many events are shown with a digest. */
const MAX_TRAILS = 20;

/** What they work with, once there is an archive. */
export interface Parts {
  admin: AdminService;
  archive: ArchiveReader;
  now(): number;
}

/** What an address shows; its place in the navigation is in the table. */
export type ArchiveView = (parts: Parts, params: Params) => Promise<Omit<Shown, 'here'>>;

/** What the history has; undefined while Redis is unavailable, because the rest of the page needs none. */
export async function trace(admin: AdminService, search: string): Promise<HistoryAnswer | undefined> {
  try {
    return await admin.trace({ search, limit: MAX_TRAILS });
  } catch (error) {
    if (error instanceof LongshoreError && error.code === 'QUEUE_UNAVAILABLE') return undefined;
    throw error;
  }
}

/** For an address that names nothing. */
export const required = (name: string): LongshoreError =>
  new LongshoreError('REQUEST_INVALID', `the address has no \`${name}\``);

/** For an address of what the archive does not have. */
export const unknown = (what: string, name: string): LongshoreError =>
  new LongshoreError('REQUEST_NOT_FOUND', `the archive knows no ${what} ${name}`);
