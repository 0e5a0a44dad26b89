/** A preheat run for people: one line for each part at each target, and one for the whole image. */
import {
  formatDuration,
  formatSize,
  imageName,
  type PreheatPart,
  type PreheatRun,
  printable,
  shortDigest,
  skippedInWords,
} from '@longshore/event';

const HEAD = ['RESULT', 'TARGET', 'ROLE', 'PLATFORM', 'SIZE', 'DIGEST', 'REASON'];
const RESULTS: Readonly<Record<PreheatPart['result'], string>> = {
  warmed: 'warmed',
  already: 'already warm',
  asked: 'asked for',
  skipped: 'skipped',
  failed: 'failed',
};
const COPIED = { ...RESULTS, warmed: 'copied', already: 'already there' };

/** The lines of the table; the last one is empty. */
export function table({ kind, parts, omitted = 0 }: PreheatRun): string[] {
  if (parts.length === 0) return [];
  const words = kind === 'copy' ? COPIED : RESULTS;
  const rows = [HEAD, ...parts.map((part) => row(part, words))];
  const widths = HEAD.map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return omitted > 0 ? [...lines, `and ${omitted} more`, ''] : [...lines, ''];
}

function row(
  { result, target, role, platform = '', size, digest, reason = '', detail = '' }: PreheatPart,
  resultWords: typeof RESULTS,
) {
  const words = detail || (result === 'skipped' ? skippedInWords(reason) : '');
  const why = [reason, words].filter(Boolean).join(': ');
  return [
    resultWords[result],
    target || '-',
    role,
    platform || '-',
    sizeOf(size),
    shortDigest(digest),
    why,
  ].map(printable);
}

/** The line for the whole image. */
export function summary({
  kind,
  repository,
  tag,
  digest,
  result,
  tally,
  detail,
  startedAt,
  finishedAt,
}: PreheatRun): string {
  const name = `${imageName({ repository, tag })}${digest ? `@${shortDigest(digest)}` : ''}`;
  const words = kind === 'copy' ? COPIED : RESULTS;
  const { warmed, already, asked, skipped, failed } = tally;
  const counts = [
    `${warmed} ${words.warmed}`,
    `${already} ${words.already}`,
    ...(asked > 0 ? [`${asked} asked for`] : []),
    `${skipped} skipped`,
    `${failed} failed`,
  ].join(', ');
  // The table has the reason of each part that failed.
  const why = detail && failed === 0 ? ` (${detail})` : '';
  return printable(`${name}: ${result}: ${counts} in ${formatDuration(finishedAt - startedAt)}${why}`);
}

const sizeOf = (size: number | undefined): string => (size === undefined ? '-' : formatSize(size));
