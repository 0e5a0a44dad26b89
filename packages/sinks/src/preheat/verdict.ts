/**
 * What an image came to: the table of its parts, the tally, and the outcome of the attempt. Pure, so that it can be
 * read and tested as a table.
 */
import { type Outcome, type PreheatPart, type PreheatRun, tallyOf } from '@longshore/event';
import type { KeptWalk } from './walked.js';
import type { WarmedPart } from './warm.js';

/** Failed parts that are named in the dead letter. */
const NAMED = 20;
const IN_WORDS = 3;

/** The table: what was left out first has no target. */
export function partsOf(warmed: readonly WarmedPart[], skipped: KeptWalk['skipped']): PreheatPart[] {
  const left = skipped.map(({ digest, size, reason }) => ({
    target: '',
    role: 'layer' as const,
    digest,
    ...(size !== undefined && { size }),
    result: 'skipped' as const,
    reason,
  }));
  return [...left, ...warmed.map(partOf)];
}

function partOf({ target, item, settled }: WarmedPart): PreheatPart {
  const { role, digest, size, platform } = item;
  const known = {
    target,
    role,
    digest,
    ...(size !== undefined && { size }),
    ...(platform !== undefined && { platform }),
    result: settled.state,
  };
  switch (settled.state) {
    case 'failed':
      return { ...known, reason: settled.reason, detail: settled.detail };
    case 'skipped':
      return { ...known, reason: settled.reason };
    case 'warmed':
    case 'already':
      return {
        ...known,
        ...(settled.bytes !== undefined && { bytes: settled.bytes }),
        ...(settled.detail !== undefined && { detail: settled.detail }),
      };
    case 'asked':
      return known;
  }
}

/** The outcome of the attempt, when every part has its result. */
export function outcomeOf(warmed: readonly WarmedPart[], targets: number): Outcome {
  const parts = warmed.map(partOf);
  const failed = warmed.flatMap(({ settled }) => (settled.state === 'failed' ? [settled] : []));
  if (failed.length === 0) {
    const { warmed: now, already, asked } = tallyOf(parts);
    const detail = `${now} warmed, ${already} already warm${asked > 0 ? `, ${asked} asked for` : ''} at ${targets} ${targets === 1 ? 'target' : 'targets'}`;
    return { kind: 'delivered', reason: 'warm', detail };
  }
  const again = failed.filter(({ retryable }) => retryable);
  const notBefore = Math.max(0, ...again.map((one) => one.notBefore ?? 0));
  return {
    kind: again.length > 0 ? 'retry' : 'dead',
    reason: tallyOf(parts).warmed + tallyOf(parts).already > 0 ? 'partial' : 'failed',
    detail: failedInWords(parts),
    body: JSON.stringify({ failed: failedOf(parts).slice(0, NAMED) }),
    ...(notBefore > 0 && { notBefore }),
  };
}

const failedOf = (parts: readonly PreheatPart[]): PreheatPart[] =>
  parts.filter(({ result }) => result === 'failed');

/** One line: how many of how many, and the first of them with their reasons. */
export function failedInWords(parts: readonly PreheatPart[]): string {
  const failed = failedOf(parts);
  const named = failed
    .slice(0, IN_WORDS)
    .map(
      ({ target, digest, reason, detail }) => `${digest.slice(0, 19)} at ${target}: ${reason} (${detail})`,
    );
  const more = failed.length > IN_WORDS ? `; and ${failed.length - IN_WORDS} more` : '';
  return `${failed.length} of ${parts.length} parts failed: ${named.join('; ')}${more}`;
}

/** What the run is called. */
export function resultOf(outcome: Outcome, dryrun: boolean): PreheatRun['result'] {
  if (outcome.kind === 'delivered')
    return outcome.reason === 'warm' ? 'succeeded' : dryrun ? 'dryrun' : 'skipped';
  return outcome.reason === 'partial' ? 'partial' : 'failed';
}
