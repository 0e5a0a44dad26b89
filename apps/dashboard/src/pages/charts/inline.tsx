/** Small drawings in the cells of a table. Their numbers stand beside them, so screen readers skip them. */

/** A bar as long as a share of the largest value. */
export function Share({ value, of }: { value: number; of: number }) {
  const width = of > 0 ? Math.round((value / of) * 1_000) / 10 : 0;
  return (
    <svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="pulls" width={width} height={6} />
    </svg>
  );
}

const [WIDTH, HEIGHT] = [100, 20];

/** A line over the days of a window; nothing when every value is 0. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const top = Math.max(0, ...values);
  if (top === 0 || values.length < 2) return null;
  const step = WIDTH / (values.length - 1);
  const points = values.map(
    (value, n) => `${Math.round(n * step * 10) / 10},${Math.round((1 - value / top) * HEIGHT * 10) / 10}`,
  );
  return (
    <svg class="spark" viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`} preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} fill="none" vector-effect="non-scaling-stroke" />
    </svg>
  );
}
