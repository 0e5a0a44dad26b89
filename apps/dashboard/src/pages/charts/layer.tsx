/** A layer of a pull as a bar in the cell of a table. Its numbers stand beside it, so screen readers skip it. */
import type { PullPart } from '@longshore/archive/sessions';

/** As long as its share of the largest layer: what came, and of an interrupted one what did not. */
export function LayerBar({ part, largest }: { part: PullPart; largest: number }) {
  const { state, size = 0, written = 0 } = part;
  const widthOf = (bytes: number): number => (largest > 0 ? Math.round((bytes / largest) * 1_000) / 10 : 0);
  const whole = widthOf(size);
  const came = { seen: whole, earlier: 0, missing: 0, interrupted: Math.min(whole, widthOf(written)) }[state];
  const rest = state === 'earlier' ? 'checks' : state === 'interrupted' ? 'deletes' : 'unknown';
  return (
    <svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class={rest} x={came} width={whole - came} height={6} />
      <rect class="pulls" width={came} height={6} />
    </svg>
  );
}
