/**
 * Suggests the nearest known word. Counts inserted, removed, replaced and swapped letters
 * (optimal string alignment); a word that needs too many of them is not offered, unless one is the
 * beginning of the other (`warning`, `warn`).
 */

/** The known word closest to `word`, or undefined when none is close. Case and separators do not count. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = plain(word);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const other = plain(candidate);
    const distance = begins(wanted, other) ? 1 : edits(wanted, other);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

const plain = (word: string): string =>
  word
    .slice(0, 100)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');

/** Whether one is the other's beginning, and long enough to mean something. */
const begins = (a: string, b: string): boolean =>
  Math.min(a.length, b.length) >= 4 && a !== b && (a.startsWith(b) || b.startsWith(a));

function edits(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        cell(last, j) + 1,
        cell(row, j - 1) + 1,
        cell(last, j - 1) + (same ? 0 : 1),
        swapped ? cell(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = row;
  }
  return cell(last, b.length);
}

const cell = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
