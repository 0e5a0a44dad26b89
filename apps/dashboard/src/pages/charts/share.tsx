/** A bar in the cell of a table. Its number stands beside it, so screen readers skip it. */

/** As long as a share of the largest value. */
export function Share({ value, of }: { value: number; of: number }) {
  const width = of > 0 ? Math.round((value / of) * 1_000) / 10 : 0;
  return (
    <svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="pulls" width={width} height={6} />
    </svg>
  );
}
