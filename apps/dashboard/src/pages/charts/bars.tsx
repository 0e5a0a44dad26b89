/**
 * Stacked bars over days, as SVG that needs no script and no style attribute. Texts are HTML around it, so that it
 * stretches to any width without stretching letters. Each mark has its numbers as a tooltip; all are in a table below.
 */
import { formatNumber } from '@longshore/event';
import { Heads } from '../parts.js';
import { axisTop, type Bin } from './scale.js';

/** Colour of a series; its name is a class of the style sheet. */
export type Tone = 'pulls' | 'checks' | 'pushes' | 'deletes' | 'delivered' | 'failed';

/** One part of each bar, the lowest first. */
export interface Series {
  name: string;
  tone: Tone;
}

/** What the chart shows. */
export interface BarsProps {
  /** What is counted: `Pulls a day`. */
  title: string;
  series: readonly Series[];
  /** In order of time. */
  bins: readonly Bin[];
  /** Head of the column with the names of the bins; `Day` unless given. */
  unit?: string;
  /** First day that the archive knows all of; days before are marked. */
  since?: string;
}

/** Units of the drawing: one bar is 10 wide with its gap, the plot 100 high. */
const [STEP, BAR, HEIGHT] = [10, 8, 100];

/** The chart, its key and its table. */
export function Bars({ title, series, bins, unit = 'Day', since }: BarsProps) {
  const top = axisTop(Math.max(0, ...bins.map(totalOf)));
  const first = bins[0];
  const last = bins.at(-1);
  if (!first || !last) return null;
  return (
    <figure class="chart">
      <figcaption>
        {title}
        {series.map(({ name, tone }) => (
          <span key={name} class={`key ${tone}`}>
            {name}
          </span>
        ))}
        {bins.some((bin) => isUnknown(bin, since)) && <span class="key unknown">before the archive</span>}
      </figcaption>
      <div class="plot">
        <span class="axis" aria-hidden="true">
          <span>{formatNumber(top)}</span>
          {top > 1 && <span>{formatNumber(top / 2)}</span>}
          <span>0</span>
        </span>
        <svg
          role="img"
          aria-label={summary(title, series, bins)}
          viewBox={`0 0 ${bins.length * STEP} ${HEIGHT}`}
          preserveAspectRatio="none"
        >
          {[0, HEIGHT / 2, HEIGHT].map((y) => (
            <path
              key={y}
              class="grid"
              d={`M0 ${y}H${bins.length * STEP}`}
              vector-effect="non-scaling-stroke"
            />
          ))}
          {bins.map((bin, index) => (
            <Column key={bin.from} bin={bin} x={index * STEP} {...{ series, top, since }} />
          ))}
        </svg>
      </div>
      <div class="days" aria-hidden="true">
        <span>{first.from}</span>
        <span>{last.to}</span>
      </div>
      <details>
        <summary>Numbers</summary>
        <Numbers {...{ title, series, bins, unit }} />
      </details>
    </figure>
  );
}

interface ColumnProps {
  bin: Bin;
  x: number;
  series: readonly Series[];
  top: number;
  since?: string;
}

/** One bar. The area of the whole column shows its numbers, so that small bars can be pointed at. */
function Column({ bin, x, series, top, since }: ColumnProps) {
  const unknown = isUnknown(bin, since);
  const words = unknown
    ? 'before the archive'
    : series.map(({ name }, n) => amount(name, bin.values[n])).join(', ');
  let y = HEIGHT;
  return (
    <g>
      <title>{`${nameOf(bin)}: ${words}`}</title>
      <rect class={unknown ? 'unknown' : 'column'} x={x} y={0} width={STEP} height={HEIGHT} />
      {series.map(({ name, tone }, n) => {
        const height = round(((bin.values[n] ?? 0) / top) * HEIGHT);
        y = round(y - height);
        return height > 0 ? (
          <rect key={name} class={tone} x={x + 1} y={y} width={BAR} height={height} />
        ) : null;
      })}
    </g>
  );
}

function Numbers({ title, series, bins, unit = 'Day' }: Omit<BarsProps, 'since'>) {
  return (
    <table>
      <caption class="hidden">{title}</caption>
      <Heads columns={[unit, ...series.map(({ name }) => ({ number: name }))]} />
      <tbody>
        {bins.toReversed().map((bin) => (
          <tr key={bin.from}>
            <th scope="row">{nameOf(bin)}</th>
            {series.map(({ name }, n) => (
              <td key={name} class={bin.values[n] ? 'number' : 'number soft'}>
                {formatNumber(bin.values[n] ?? 0)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const isUnknown = ({ to }: Bin, since: string | undefined): boolean => since !== undefined && to < since;
const totalOf = ({ values }: Bin): number => values.reduce((sum, value) => sum + value, 0);
const nameOf = ({ from, to }: Bin): string => (from === to ? from : `${from} to ${to}`);
const amount = (name: string, value = 0): string => `${formatNumber(value)} ${name}`;
const round = (value: number): number => Math.round(value * 100) / 100;

/** What a reader who does not see the drawing gets; the table has the rest. */
function summary(title: string, series: readonly Series[], bins: readonly Bin[]): string {
  const totals = series.map(({ name }, n) =>
    amount(
      name,
      bins.reduce((sum, { values }) => sum + (values[n] ?? 0), 0),
    ),
  );
  return `${title}, ${bins[0]?.from} to ${bins.at(-1)?.to}: ${totals.join(', ')}`;
}
