import type { Coverage } from '@longshore/archive/items';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { CoverageNote } from './coverage.js';

const day = (n: number): string => `2026-11-0${n}T06:00:00.000Z`;

test('says for each source what is proven last, and every time in which events were lost or may be missing', () => {
  const span = (n: number, verdict: Coverage['spans'][number]['verdict'], note: string) => ({
    ...{ source: 'production', since: day(n), until: day(n + 1), verdict, note },
  });
  const spans = [
    span(4, 'complete', 'compared'),
    span(3, 'unknown', 'the registry restarted'),
    span(2, 'gap', '2 events found and healed'),
    span(1, 'complete', 'older'),
  ];
  const coverage = { since: day(1), until: day(5), sources: [], spans };
  const html = renderToString(h(CoverageNote, { coverage }));
  const text = html.replaceAll(/<[^<>]*>/g, '');
  expect(text).toMatch(/No push or tag event of production is missing from .*: compared\./);
  expect(text).toMatch(/Events of production may be missing between .*: the registry restarted\./);
  expect(text).toMatch(/Events of production were lost between .*: 2 events found and healed\./);
  expect(text).not.toContain('older');
});
