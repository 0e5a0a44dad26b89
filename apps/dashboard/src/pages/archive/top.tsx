/** A list of what has most of something, with a bar for each share. */
import type { TopEntry } from '@longshore/archive/items';
import type { TopMeasure } from '@longshore/archive/read';
import { formatNumber, formatSize } from '@longshore/event';
import type { ComponentChildren } from 'preact';
import { Share } from '../charts/share.js';
import { Heads } from '../parts.js';
import { EventsLink, ImageLinks } from './links.js';

/** What the table shows. */
export interface TopTableProps {
  entries: readonly TopEntry[];
  /** What it is ordered by. */
  by: TopMeasure;
  /** Head of the first column. */
  name: string;
  /** What is counted of them; pulls, checks and pushes unless given. */
  columns?: readonly TopMeasure[];
  /** For actors and clients: the field of an event that they are found by. */
  field?: 'actor' | 'client';
}

/** In words, and in the order of the columns. */
export const MEASURES: Readonly<Record<TopMeasure, string>> = {
  pulls: 'Pulls',
  checks: 'HEAD checks',
  pushes: 'Pushes',
  deletes: 'Deletes',
  bytes: 'Pulled bytes',
};

const ALWAYS: readonly TopMeasure[] = ['pulls', 'checks', 'pushes'];

/** The table. */
export function TopTable({ entries, by, name, columns: counted = ALWAYS, field }: TopTableProps) {
  if (entries.length === 0) return <p class="soft">None.</p>;
  const columns = counted.includes(by) ? counted : [...counted, by];
  const most = Math.max(...entries.map((entry) => entry[by]));
  return (
    <table class="cards">
      <caption class="hidden">{`${name}, by ${MEASURES[by].toLowerCase()}`}</caption>
      <Heads columns={[name, ...columns.map((column) => ({ number: MEASURES[column] }))]} />
      <tbody>
        {entries.map((entry) => (
          <tr key={`${entry.source} ${entry.name}`}>
            <th scope="row">
              <Name entry={entry} field={field} />
              <Share value={entry[by]} of={most} />
            </th>
            {columns.map((column) => (
              <td
                key={column}
                class={entry[column] === 0 ? 'number soft' : 'number'}
                data-label={MEASURES[column]}
              >
                {column === 'bytes' ? formatSize(entry.bytes) : formatNumber(entry[column])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Name({ entry, field }: { entry: TopEntry; field?: 'actor' | 'client' }): ComponentChildren {
  if (field) return <EventsLink field={field} value={entry.name} />;
  return entry.repository === undefined ? entry.name : <ImageLinks {...entry} />;
}
