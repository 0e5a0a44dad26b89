/** What is drawn, and that the same numbers can be read without the drawing. */
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { Bars, type Series } from './bars.js';
import { axisTop, type Bin, binDays } from './scale.js';
import { Share } from './share.js';

const series: Series[] = [
  { name: 'pulls', tone: 'pulls' },
  { name: 'HEAD checks', tone: 'checks' },
];
const bin = (from: string, ...values: number[]): Bin => ({ from, to: from, values });

const rects = (html: string, tone: string) =>
  [...html.matchAll(/<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)]
    .filter(([, name]) => name === tone)
    .map(([, , ...numbers]) => numbers.map(Number));

test.each([
  [0, 1],
  [1, 1],
  [3, 4],
  [10, 10],
  [11, 20],
  [61, 80],
  [99, 100],
  [1_234, 2_000],
])('an axis for values up to %i ends at %i', (max, top) => expect(axisTop(max)).toBe(top));

test('the parts of a bar stand on each other, as high as their values', () => {
  const html = renderToString(
    h(Bars, { title: 'Pulls a day', series, bins: [bin('2026-11-20', 5, 5), bin('2026-11-21', 0, 2)] }),
  );
  expect(rects(html, 'pulls')).toEqual([[1, 50, 8, 50]]);
  expect(rects(html, 'checks')).toEqual([
    [1, 0, 8, 50],
    [11, 80, 8, 20],
  ]);
  expect(html).toContain('<title>2026-11-20: 5 pulls, 5 HEAD checks</title>');
});

test('the numbers are in a table under the chart, the newest first, and summed up in its name', () => {
  const html = renderToString(
    h(Bars, { title: 'Pulls a day', series, bins: [bin('2026-11-20', 1_234, 5), bin('2026-11-21', 0, 2)] }),
  );
  expect(html).toContain('aria-label="Pulls a day, 2026-11-20 to 2026-11-21: 1,234 pulls, 7 HEAD checks"');
  const cells = [...html.matchAll(/<t[hd][^>]*>([^<]*)<\/t[hd]>/g)].map(([, text]) => text);
  expect(cells).toEqual(['Day', 'pulls', 'HEAD checks', '2026-11-21', '0', '2', '2026-11-20', '1,234', '5']);
});

test('days before the archive are marked, and not shown as days without pulls', () => {
  const bins = [bin('2026-11-19', 0), bin('2026-11-20', 3)];
  const html = renderToString(
    h(Bars, { title: 'Pulls', series: series.slice(0, 1), bins, since: '2026-11-20' }),
  );
  expect(html).toContain('<title>2026-11-19: before the archive</title><rect class="unknown"');
  expect(html).toContain('<title>2026-11-20: 3 pulls</title><rect class="column"');
});

test('a chart needs no inline style, and names are text in it', () => {
  const hostile = [{ name: '<img src=x onerror=alert(1)>', tone: 'pulls' as const }];
  const html = renderToString(
    h(Bars, { title: '"><script>', series: hostile, bins: [bin('2026-11-20', 1)] }),
  );
  expect(html).not.toMatch(/style=|<img|<script/);
  expect(html).toContain('1 &lt;img src=x');
});

test('every day of a window has a bin, and a long window one for seven days', () => {
  const values = new Map([
    ['2026-11-20', [4, 1]],
    ['2026-11-22', [2, 0]],
  ]);
  expect(binDays('2026-11-20', '2026-11-22', values, 2)).toEqual([
    bin('2026-11-20', 4, 1),
    bin('2026-11-21', 0, 0),
    bin('2026-11-22', 2, 0),
  ]);
  const long = binDays('2026-08-01', '2026-11-22', values, 2);
  expect(long).toHaveLength(17);
  expect(long.at(-1)).toEqual({ from: '2026-11-21', to: '2026-11-22', values: [2, 0] });
  expect(long.at(-2)).toEqual({ from: '2026-11-14', to: '2026-11-20', values: [4, 1] });
});

test('a bar in a cell is as long as its share', () => {
  expect(renderToString(h(Share, { value: 1, of: 4 }))).toContain('<rect class="pulls" width="25"');
  expect(renderToString(h(Share, { value: 0, of: 0 }))).toContain('width="0"');
});
