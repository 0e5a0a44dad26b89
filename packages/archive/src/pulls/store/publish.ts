/** Events of pulls in the table of what is to be published. */
import { IMAGE_ACTIONS, PULL_ACTIONS } from '@longshore/event';
import { digestBytes } from '../../db/digest.js';
import type { PullEvent } from '../types.js';

/** With the values of {@link rowOf}. */
export const PUBLISH = `
  insert into image_event (at, id, repository_id, type, digest, tags, members, body)
  values ($1, $2, $3, $4, $5, $6, '{}', $7) on conflict do nothing`;

const TYPES: readonly string[] = [...IMAGE_ACTIONS, ...PULL_ACTIONS];

/** The row of an event; no repository: the archive does not have it. */
export function rowOf(event: PullEvent, repositoryId: number | null): unknown[] {
  const { at, id, action, digest, tag } = event;
  return [
    at,
    id,
    repositoryId,
    TYPES.indexOf(action),
    digest === undefined ? null : digestBytes(digest),
    tag === undefined ? [] : [tag],
    JSON.stringify(event),
  ];
}
