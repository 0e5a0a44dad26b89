/** Charts of pulls, checks and pushes over the days of a window. A pull is a whole session of a client, not a request. */
import type { DayCounts } from '@longshore/archive/items';
import type { SessionDay } from '@longshore/archive/sessions';
import { formatNumber, formatSize } from '@longshore/event';
import { Bars, type Series } from '../charts/bars.js';
import { binDays } from '../charts/scale.js';
import { DescriptionRow } from '../parts.js';

/** Pulls, of them those that did not end well, and checks of a day. */
interface Day {
  day: string;
  pulls: number;
  broken: number;
  checks: number;
  pushes: number;
  deletes: number;
  bytes: number;
}
type Measure = Exclude<keyof Day, 'day' | 'bytes'>;

const CHARTS: readonly { title: string; measures: readonly Measure[]; series: readonly Series[] }[] = [
  {
    title: 'Pulls a day',
    measures: ['pulls', 'broken'],
    series: [
      { name: 'pulls', tone: 'pulls' },
      { name: 'unfinished or interrupted', tone: 'deletes' },
    ],
  },
  {
    title: 'Pushes and deletes a day',
    measures: ['pushes', 'deletes'],
    series: [
      { name: 'pushes', tone: 'pushes' },
      { name: 'deletes', tone: 'deletes' },
    ],
  },
  { title: 'Checks a day', measures: ['checks'], series: [{ name: 'checks', tone: 'checks' }] },
];

/** What the charts show. */
export interface ActivityProps {
  /** Without a gap, oldest first. */
  days: readonly DayCounts[];
  /** Of the same days. */
  sessions: readonly SessionDay[];
  /** Since when the archive has events; earlier days are marked. */
  since?: string;
}

/** A chart for each kind of activity that there was; pulls always. */
export function Activity({ days: counted, sessions, since }: ActivityProps) {
  const days = daysOf(counted, sessions);
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return null;
  return (
    <div class="charts">
      {CHARTS.map(({ title, measures, series }) => {
        const hasAny = days.some((day) => measures.some((measure) => day[measure] > 0));
        if (!hasAny && title !== CHARTS[0]?.title) return null;
        const values = new Map(days.map((day) => [day.day, measures.map((measure) => day[measure])]));
        const bins = binDays(first.day, last.day, values, measures.length);
        const name = bins.some(({ from, to }) => from !== to) ? title.replace('a day', 'a week') : title;
        return <Bars key={title} title={name} series={series} bins={bins} since={since?.slice(0, 10)} />;
      })}
    </div>
  );
}

/** The sums of the window. */
export function Totals({ days: counted, sessions }: Omit<ActivityProps, 'since'>) {
  const days = daysOf(counted, sessions);
  const sum = (measure: Measure | 'bytes'): number => days.reduce((total, day) => total + day[measure], 0);
  return (
    <dl>
      <DescriptionRow name="Pulls">
        {formatNumber(sum('pulls') + sum('broken'))}
        {sum('broken') > 0 && `, of them ${formatNumber(sum('broken'))} unfinished or interrupted`}
        {sum('bytes') > 0 && `, ${formatSize(sum('bytes'))}`}
      </DescriptionRow>
      <DescriptionRow name="Checks">{formatNumber(sum('checks'))}</DescriptionRow>
      <DescriptionRow name="Pushes">{formatNumber(sum('pushes'))}</DescriptionRow>
      <DescriptionRow name="Deletes">{formatNumber(sum('deletes'))}</DescriptionRow>
    </dl>
  );
}

/** Pushes and deletes are requests; pulls and checks are sessions. */
function daysOf(counted: readonly DayCounts[], sessions: readonly SessionDay[]): Day[] {
  const ofDay = new Map(sessions.map((one) => [one.day, one]));
  return counted.map(({ day, pushes, deletes }) => {
    const { pulls = 0, checked = 0, unfinished = 0, interrupted = 0, bytes = 0 } = ofDay.get(day) ?? {};
    const broken = unfinished + interrupted;
    return { day, pulls: pulls - broken, broken, checks: checked, pushes, deletes, bytes };
  });
}
