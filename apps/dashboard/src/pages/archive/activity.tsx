/** Charts of pulls, checks and pushes over the days of a window. A HEAD is a check: it moves no data. */
import type { DayCounts } from '@longshore/archive/items';
import { formatNumber, formatSize } from '@longshore/event';
import { Bars, type Series } from '../charts/bars.js';
import { binDays } from '../charts/scale.js';
import { DescriptionRow } from '../parts.js';

type Measure = 'pulls' | 'checks' | 'pushes' | 'deletes';

const CHARTS: readonly { title: string; measures: readonly Measure[]; series: readonly Series[] }[] = [
  { title: 'Pulls a day', measures: ['pulls'], series: [{ name: 'pulls', tone: 'pulls' }] },
  {
    title: 'Pushes and deletes a day',
    measures: ['pushes', 'deletes'],
    series: [
      { name: 'pushes', tone: 'pushes' },
      { name: 'deletes', tone: 'deletes' },
    ],
  },
  { title: 'HEAD checks a day', measures: ['checks'], series: [{ name: 'checks', tone: 'checks' }] },
];

/** What the charts show. */
export interface ActivityProps {
  /** Without a gap, oldest first. */
  days: readonly DayCounts[];
  /** Since when the archive has events; earlier days are marked. */
  since?: string;
}

/** A chart for each kind of activity that there was; pulls always. */
export function Activity({ days, since }: ActivityProps) {
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
export function Totals({ days }: { days: readonly DayCounts[] }) {
  const sum = (measure: Measure | 'bytes'): number => days.reduce((total, day) => total + day[measure], 0);
  return (
    <dl>
      <DescriptionRow name="Pulls">
        {formatNumber(sum('pulls'))}
        {sum('bytes') > 0 && `, ${formatSize(sum('bytes'))}`}
      </DescriptionRow>
      <DescriptionRow name="HEAD checks">{formatNumber(sum('checks'))}</DescriptionRow>
      <DescriptionRow name="Pushes">{formatNumber(sum('pushes'))}</DescriptionRow>
      <DescriptionRow name="Deletes">{formatNumber(sum('deletes'))}</DescriptionRow>
    </dl>
  );
}
