import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { Strip } from './strip.js';

const words = { good: 'delivered', bad: 'failed', waits: 'held' };
const strip = (...marks: { good?: number; bad?: number; waits?: boolean }[]): string =>
  renderToString(
    h(Strip, {
      ...{ label: 'Last hour', words },
      marks: marks.map((mark, n) => ({ at: n * 60_000, good: 0, bad: 0, waits: false, ...mark })),
    }),
  );

test('a bar is as high as its attempts, failures stand on it, and a hold is behind it', () => {
  const html = strip({ good: 100 }, {}, { good: 24, bad: 1 }, { waits: true });
  expect(html).toContain('<path class="good" d="M0 20v-20h2v20zM6 20v-10h2v10z"');
  expect(html).toContain('<path class="bad" d="M6 10v-3h2v3z"');
  expect(html).toContain('<path class="waits" d="M9 0v20h3V0z"');
  expect(html).toContain('aria-label="Last hour: 124 delivered, 1 failed, held for up to 1m"');
});

test('nothing but failures fills the bar, and a day is small whatever it shows', () => {
  expect(strip({ bad: 5 })).toContain('<path class="bad" d="M0 20v-20h2v20z"');
  const day = Array.from({ length: 96 }, (_, n) => ({ good: n * 1_000, bad: n, waits: true }));
  expect(strip(...day).length).toBeLessThan(6_000);
});
