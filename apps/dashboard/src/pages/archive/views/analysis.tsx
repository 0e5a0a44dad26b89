/** The addresses about images, statistics and what is unused. */
import type { TopMeasure, TopSubject } from '@longshore/archive/read';
import { LongshoreError } from '@longshore/event';
import { type Params, param } from '../../params.js';
import { ImagePage } from '../image.js';
import { ImagesPage } from '../images.js';
import { LIST_QUERY, pageOf, queryOf, windowOf } from '../params.js';
import { StatisticsPage } from '../statistics.js';
import { MEASURES } from '../top.js';
import { UnusedPage } from '../unused.js';
import { type Parts, trace } from './parts.js';

const TOP_LENGTH = 10;
const UNUSED_DAYS = 90;

/** Shows an image, or the way to one. */
export async function images({ admin, archive, now }: Parts, params: Params) {
  const { digest } = queryOf(params, ['digest']);
  const [image, coverage] = await Promise.all([
    digest ? archive.image(digest) : undefined,
    archive.coverage(),
  ]);
  if (!image) {
    const tags = await archive.top({ of: 'tags', by: 'pulls', limit: TOP_LENGTH });
    const props = { digest, tags, coverage };
    return { title: 'Images', children: <ImagesPage {...props} /> };
  }
  const [pullers, traced] = await Promise.all([
    archive.imagePullers(image.digest),
    trace(admin, image.digest),
  ]);
  const props = { image, pullers, traced, coverage, now: now() };
  return { title: image.digest, children: <ImagePage {...props} /> };
}

/** Shows the charts and the top lists. */
export async function statistics({ archive, now }: Parts, params: Params) {
  const query = queryOf(params, ['since', 'until', 'source']);
  const { source } = query;
  const window = windowOf(query, now());
  const by = measureOf(params);
  const top = (of: TopSubject, more = {}) => archive.top({ of, by, limit: TOP_LENGTH, ...window, ...more });
  const ofSource = source ? { source } : {};
  const [days, sessions, repositories, tags, actors, clients, coverage] = await Promise.all([
    archive.pullsPerDay({ ...window, ...ofSource }),
    archive.sessionsPerDay({ ...window, ...ofSource }),
    top('repositories', ofSource),
    top('tags', ofSource),
    top('actors'),
    top('clients'),
    archive.coverage(),
  ]);
  const tops = { repositories, tags, actors, clients };
  const props = { query, by, days, sessions, tops, coverage, from: window.since };
  return { title: 'Statistics', children: <StatisticsPage {...props} /> };
}

/** Lists tags without a pull. */
export async function unused({ archive, now }: Parts, params: Params) {
  const query = queryOf(params, LIST_QUERY);
  const { after: _after, ...filter } = query;
  const days = daysOf(params);
  const [tags, coverage] = await Promise.all([
    archive.unused({ days, ...filter }, pageOf(params)),
    archive.coverage(),
  ]);
  const props = { query, days, tags, coverage, now: now() };
  return { title: 'Unused', children: <UnusedPage {...props} /> };
}

function measureOf(params: Params): TopMeasure {
  const asked = param(params, 'by') ?? 'pulls';
  const measures = Object.keys(MEASURES) as TopMeasure[];
  const measure = measures.find((known) => known === asked);
  if (measure) return measure;
  throw new LongshoreError('REQUEST_INVALID', `by: no measure ${asked}; available: ${measures.join(', ')}`);
}

function daysOf(params: Params): number {
  const days = Number(param(params, 'days') ?? UNUSED_DAYS);
  if (Number.isInteger(days) && days > 0) return days;
  throw new LongshoreError('REQUEST_INVALID', 'days: write a whole number of days, such as 90');
}
