/** How people read an event's name, a duration and a size: in log lines, on pages, in alerts and on the command line. */

/** What names an image, of an event, a delivery or a run. */
export interface ImageReference {
  repository?: string;
  tag?: string;
  digest?: string;
}

/** `sha256:0123456789ab`: enough to tell digests apart, and to search for. */
export const shortDigest = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);

/** `acme/app:1.0`, and without a tag `acme/app@sha256:0123456789ab`. */
export function imageName({ repository = '', tag, digest }: ImageReference): string {
  if (tag) return `${repository}:${tag}`;
  return digest ? `${repository}@${shortDigest(digest)}` : repository;
}

/** `push acme/app:1.0` */
export const eventName = ({ action = '', ...image }: ImageReference & { action?: string }): string =>
  `${action} ${imageName(image)}`.trim();

/** `250ms`, `42s`, `12m`, `3h 5m`, `2d 4h`: the two largest units. A negative duration is `0s`. */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return '0s';
  // The seconds of more than a minute are left out.
  const shown = units.slice(first, first === 2 ? 3 : first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count}${unit}`).join(' ');
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `311 B`, `27.1 MiB`. */
export function formatSize(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return power === 0 ? `${bytes} B` : `${(bytes / 1024 ** power).toFixed(1)} ${UNITS[power]}`;
}

const NUMBER = new Intl.NumberFormat('en-US');

/** `12,345`. */
export const formatNumber = (value: number): string => NUMBER.format(value);

/** `1 endpoint`, `2 endpoints`, `12,345 deliveries`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;
