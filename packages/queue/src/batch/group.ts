/** Members of a batch that failed together, as the field `bg` of their jobs has it. */
import { randomBytes } from 'node:crypto';
import type { BatchStage, RetryGroup } from '../retry.js';

/** The first part of its id is when it was made: see {@link groupMadeAt}. @param now epoch milliseconds */
export const newGroup = (stage: BatchStage, now = Date.now()): RetryGroup => ({
  id: `${now.toString(36)}-${randomBytes(4).toString('base64url')}`,
  stage,
});

/** Epoch milliseconds by the clock of the process that made it; 0 when that cannot be read. */
export const groupMadeAt = ({ id }: RetryGroup): number =>
  Number.parseInt(id.split('-', 1)[0] ?? '', 36) || 0;

const LETTER = { first: 'f', again: 'a' } as const;

/** `a:ID` */
export const storedGroup = ({ id, stage }: RetryGroup): string => `${LETTER[stage]}:${id}`;

/** @param stored empty: of no group */
export function readGroup(stored: string): RetryGroup | undefined {
  if (stored === '') return undefined;
  return { id: stored.slice(2), stage: stored.startsWith(LETTER.again) ? 'again' : 'first' };
}
