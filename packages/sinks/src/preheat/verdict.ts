/**
 * The result of an image: the table of its parts, the tally, and the outcome of the attempt. Pure, so that it can be
 * read and tested as a table.
 */
import { type Outcome, type PreheatPart, type PreheatRun, shortDigest, tallyOf } from '@longshore/event';
import type { WalkProblem } from '@longshore/registry-client/walk';
import type { KeptWalk } from './walked.js';
import { isSuperseded, type WarmedPart } from './warm.js';

/** Failed parts that are named in the dead letter. */
const NAMED = 20;
const IN_WORDS = 3;

/** The table: what was left out first has no target. */
export function partsOf(warmed: readonly WarmedPart[], skipped: KeptWalk['skipped']): PreheatPart[] {
  const left = skipped.map(({ role = 'layer', digest, size, platform, reason }) => ({
    target: '',
    role,
    digest,
    ...(size !== undefined && { size }),
    ...(platform !== undefined && { platform }),
    result: 'skipped' as const,
    reason,
  }));
  return [...left, ...warmed.map(partOf)];
}

/** The row of one part. */
export function partOf({ target, item, settled }: WarmedPart): PreheatPart {
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

/**
 * The outcome of the attempt, when every part has its result. `problems`: why some of what refers to the image was
 * not found; the image is warm without it.
 */
export function outcomeOf(
  warmed: readonly WarmedPart[],
  targets: number,
  problems: readonly WalkProblem[] = [],
): Outcome {
  const parts = warmed.map(partOf);
  const { warmed: now, already, asked } = tallyOf(parts);
  const failed = warmed.flatMap(({ settled }) => (settled.state === 'failed' ? [settled] : []));
  if (failed.length === 0) {
    const detail = `${now} warmed, ${already} already warm${asked > 0 ? `, ${asked} asked` : ''} at ${targets} ${targets === 1 ? 'target' : 'targets'}`;
    if (problems.length === 0) return { kind: 'delivered', reason: 'warm', detail };
    return { ...laterOrNever(problems), reason: 'partial', detail: withProblems(detail, problems) };
  }
  return {
    ...laterOrNever([...failed, ...problems]),
    reason: now + already > 0 ? 'partial' : 'failed',
    detail: withProblems(failedInWords(parts), problems),
    body: JSON.stringify({ failed: failedOf(parts).slice(0, NAMED) }),
  };
}

/** The same of a copy. */
export function copyOutcomeOf(
  copied: readonly WarmedPart[],
  targets: number,
  problems: readonly WalkProblem[] = [],
): Outcome {
  if (copied.some(({ settled }) => settled.state === 'failed')) return outcomeOf(copied, targets, problems);
  if (copied.some(({ settled }) => isSuperseded(settled))) {
    return { kind: 'delivered', reason: 'skipped', detail: 'superseded: the tag names another image by now' };
  }
  const { warmed, already } = tallyOf(copied.map(partOf));
  const detail = `${warmed} copied, ${already} already there`;
  if (problems.length === 0) return { kind: 'delivered', reason: 'copied', detail };
  return { ...laterOrNever(problems), reason: 'partial', detail: withProblems(detail, problems) };
}

/** One line more, where not all that refers to the image was found. */
export function withProblems(detail: string, problems: readonly WalkProblem[] = []): string {
  const [first] = problems;
  if (!first) return detail;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${detail}; the search for referrers failed: ${first.detail}${more}`;
}

function laterOrNever(
  failures: readonly { retryable: boolean; notBefore?: number }[],
): { kind: 'retry'; notBefore?: number } | { kind: 'dead' } {
  const again = failures.filter(({ retryable }) => retryable);
  if (again.length === 0) return { kind: 'dead' };
  const notBefore = Math.max(0, ...again.map((one) => one.notBefore ?? 0));
  return { kind: 'retry', ...(notBefore > 0 && { notBefore }) };
}

const failedOf = (parts: readonly PreheatPart[]): PreheatPart[] =>
  parts.filter(({ result }) => result === 'failed');

/** One line: how many of how many, and the first of their reasons; what failed in the same way is named once. */
export function failedInWords(parts: readonly PreheatPart[]): string {
  const failed = failedOf(parts);
  const alike = new Map<string, PreheatPart[]>();
  for (const part of failed) {
    const key = [part.target, part.reason, part.detail?.replaceAll(part.digest, '')].join('\n');
    alike.set(key, [...(alike.get(key) ?? []), part]);
  }
  const named = [...alike.values()].slice(0, IN_WORDS);
  const left = failed.length - named.flat().length;
  return `${failed.length} of ${parts.length} parts failed: ${named.map(alikeInWords).join('; ')}${left > 0 ? `; and ${left} more` : ''}`;
}

function alikeInWords(parts: readonly PreheatPart[]): string {
  const [{ target, digest, reason, detail } = { target: '', digest: '', reason: '' }] = parts;
  const which = parts.length > 1 ? `${parts.length} parts` : shortDigest(digest);
  return `${which} at ${target}: ${reason} (${detail})`;
}

/** What the run is called. */
export function resultOf(outcome: Outcome, dryrun: boolean): PreheatRun['result'] {
  if (outcome.kind === 'delivered')
    return outcome.reason === 'warm' || outcome.reason === 'copied'
      ? 'succeeded'
      : dryrun
        ? 'dryrun'
        : 'skipped';
  return outcome.reason === 'partial' ? 'partial' : 'failed';
}
