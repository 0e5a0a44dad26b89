/** Times, counts and lines of text on a terminal, for people. */

const two = (number: number): string => String(number).padStart(2, '0');

/** Local, as `2026-11-21`. */
export function day(iso: string): string {
  const date = new Date(iso);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Local, as `12:03:44`. */
export function clock(iso: string): string {
  const date = new Date(iso);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Local, as `2026-11-21 12:03:44`. */
export const moment = (iso: string): string => `${day(iso)} ${clock(iso)}`;

/** `UTC+01:00`: what the local times of that moment are in. */
export function zone(iso: string): string {
  const minutes = -new Date(iso).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '-' : '+'}${two(hours)}:${two(rest)}`;
}

/** `in 3 min`, `2 h ago`; one unit is enough to know where one is. */
export function distance(iso: string, now: number): string {
  const ms = new Date(iso).getTime() - now;
  const length = span(Math.abs(ms));
  return ms > 0 ? `in ${length}` : `${length} ago`;
}

/** `12 ms`, `42 s`, `5 min`, `3 h`, `4 days`: rounded to one unit. */
export function span(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

/** `1 attempt`, `2 attempts`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** On lines of at most so many characters, broken between words where there are any. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph
      .split(/ +/)
      .flatMap((part) => part.match(new RegExp(`.{1,${width}}`, 'gu')) ?? [])) {
      if (line !== '' && line.length + word.length + 1 > width) {
        lines.push(line);
        line = '';
      }
      line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}
