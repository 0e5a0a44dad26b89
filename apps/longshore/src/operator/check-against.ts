/** `longshore check FILE --against last:N`: what the file would change for the newest events of the running relay. */
import { realpathSync } from 'node:fs';
import { type Config, loadConfig } from '@longshore/config';
import { eventName, LongshoreError, plural } from '@longshore/event';
import {
  changeLines,
  compareFates,
  type EndpointChange,
  type Fates,
  fatesIn,
  fatesOf,
} from '@longshore/operator/compare';
import { explainEvents, type FoundEvent, MOST_EVENTS, verdictOf } from '@longshore/operator/explain';
import type { Shell } from '../shell.js';
import { commandPreview, withAdmin } from './with-admin.js';

/** What a check against events found. */
export interface Against {
  events: number;
  /** What the file is compared with. */
  comparedWith: string;
  changes: EndpointChange[];
}

/**
 * @param file the new configuration @param running path of the configuration of the relay
 * @throws LongshoreError RELAY_NOT_RUNNING, CONFIG_INVALID, ARCHIVE_UNAVAILABLE
 */
export function checkAgainst(
  { file, running, last, config }: { file: string; running: string; last: number; config: Config },
  shell: Shell,
): Promise<Against> {
  // Written into the file already: what it says no longer tells what the relay does. Its receipts do.
  const isSame = realpathSync(file) === realpathSync(running);
  return withAdmin(running, 'longshore check', shell, async (admin) => {
    const found = await admin.latest(last, isSame);
    const after = await fatesBy(config, found);
    const before = isSame
      ? found.map(({ receipt }) => receipt && fatesIn(receipt))
      : await fatesBy(loadConfig(running, shell.env), found);
    const events = found.flatMap(({ taken: { event } }, n) => {
      const [old, next] = [before[n], after[n]];
      return old && next
        ? [{ id: event.id, name: eventName({ ...event, ...event.target }), before: old, after: next }]
        : [];
    });
    const comparedWith = isSame ? 'what happened to them when they came' : running;
    return { events: events.length, comparedWith, changes: compareFates(events) };
  });
}

async function fatesBy(config: Config, found: readonly FoundEvent[]): Promise<Fates[]> {
  const { events } = await explainEvents(found, { config, preview: await commandPreview(config) });
  return events.map((event) => fatesOf(event, verdictOf));
}

/** As text. */
export function againstLines({ events, comparedWith, changes }: Against): string[] {
  if (events === 0) return ['No events are kept yet: neither in the archive nor in the trail.'];
  return [`Compared on the last ${plural(events, 'event')} with ${comparedWith}:`, ...changeLines(changes)];
}

/** Whether events would be dead-lettered, or pass a filter only because it fails. */
export const isWorse = ({ changes }: Against): boolean =>
  changes.some(({ counts }) => counts.broken + counts.filter > 0);

/** `last:1000` @throws LongshoreError REQUEST_INVALID */
export function lastOf(text: string): number {
  const [, digits] = /^last:(\d{1,9})$/.exec(text) ?? [];
  const count = Number(digits);
  if (count >= 1 && count <= MOST_EVENTS) return count;
  const why = `--against: write last:N, with N from 1 to ${MOST_EVENTS}, such as last:1000`;
  throw new LongshoreError('REQUEST_INVALID', why);
}
