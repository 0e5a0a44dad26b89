/** Times over an hour as lines, as SVG that needs no script and no style attribute; all numbers are in a table below. */
import { Heads } from '../parts.js';
import { axisTop } from './scale.js';

/** One moment. */
export interface Point {
  /** `18:05` */
  name: string;
  /** Milliseconds, one for each series; undefined where nothing was measured. */
  values: readonly (number | undefined)[];
}

/** What the chart shows. */
export interface LinesProps {
  title: string;
  /** Of a point's name: head of its column. */
  unit: string;
  /** Names; classes of the style sheet are `line-0`, `line-1`. */
  series: readonly string[];
  points: readonly Point[];
}

const [STEP, HEIGHT] = [10, 100];

/** `48 ms`, `1.2 s`: two digits are exact enough. */
export const formatLatency = (ms: number): string =>
  ms < 1_000 ? `${Math.max(1, Number(ms.toPrecision(2)))} ms` : `${Number((ms / 1_000).toPrecision(2))} s`;

/** The chart, its key and its table. */
export function Lines({ title, unit, series, points }: LinesProps) {
  const measured = points.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const top = axisTop(Math.max(0, ...measured));
  const width = points.length * STEP;
  return (
    <figure class="chart">
      <figcaption>
        {title}
        {series.map((name, n) => (
          <span key={name} class={`key line-${n}`}>
            {name}
          </span>
        ))}
      </figcaption>
      <div class="plot">
        <span class="axis" aria-hidden="true">
          <span>{formatLatency(top)}</span>
          <span>{formatLatency(top / 2)}</span>
          <span>0</span>
        </span>
        <svg
          role="img"
          aria-label={`${title}, ${points[0]?.name} to ${points.at(-1)?.name}: ${highest(series, points)}`}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          preserveAspectRatio="none"
        >
          {[0, HEIGHT / 2, HEIGHT].map((y) => (
            <path key={y} class="grid" d={`M0 ${y}H${width}`} vector-effect="non-scaling-stroke" />
          ))}
          {series.map((name, n) => (
            <path
              key={name}
              class={`line line-${n}`}
              d={pathOf(points, n, top)}
              vector-effect="non-scaling-stroke"
            />
          ))}
        </svg>
      </div>
      <div class="days" aria-hidden="true">
        <span>{points[0]?.name}</span>
        <span>{points.at(-1)?.name}</span>
      </div>
      <details>
        <summary>Numbers</summary>
        <table>
          <caption class="hidden">{title}</caption>
          <Heads columns={[unit, ...series.map((name) => ({ number: name }))]} />
          <tbody>
            {points.toReversed().map(({ name, values }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {series.map((each, n) => (
                  <td key={each} class="number">
                    {words(values[n])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

const words = (ms: number | undefined): string => (ms === undefined ? '–' : formatLatency(ms));

/** A line through what was measured; a moment alone is a short dash. */
function pathOf(points: readonly Point[], series: number, top: number): string {
  let previous = false;
  return points
    .map(({ values }, n) => {
      const value = values[series];
      if (value === undefined) {
        previous = false;
        return '';
      }
      const y = Math.round((1 - value / top) * HEIGHT * 10) / 10;
      const step = previous ? `L${n * STEP + STEP / 2} ${y}` : `M${n * STEP + 2} ${y}H${n * STEP + STEP / 2}`;
      previous = true;
      return step;
    })
    .join('');
}

const highest = (series: readonly string[], points: readonly Point[]): string =>
  series
    .map((name, n) => {
      const values = points.flatMap(({ values }) => values[n] ?? []);
      return `${name} at most ${values.length > 0 ? formatLatency(Math.max(...values)) : 'unknown'}`;
    })
    .join(', ');
