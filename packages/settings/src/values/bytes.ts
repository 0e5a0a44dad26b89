/** Numbers of bytes: `32MiB`, `500MB`, `1.5GiB`, or a bare number. Binary and decimal units are both exact. */

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** What a number of bytes looks like; for editors. */
export const BYTES_PATTERN = '^[0-9]+(\\.[0-9]+)? ?([kKMGT]i?B|B)$';

/** Bytes, or undefined when it is none. Case does not count; the result is a whole number. */
export function parseBytes(text: string): number | undefined {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
  const size = unit === '' ? 1 : UNITS[unit.toLowerCase()];
  const bytes = size === undefined || amount === '' ? Number.NaN : Number(amount) * size;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The shortest exact writing: `32MiB`, `500MB`, `1001B`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB', 'TB', 'GB', 'MB', 'kB']) {
    const size = UNITS[unit.toLowerCase()] ?? 1;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}
