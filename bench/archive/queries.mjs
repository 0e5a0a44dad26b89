/** What users search for, with what each may cost: milliseconds of PostgreSQL's CPU at a million events. */
import { digestText } from '@longshore/archive/stored';
import { names } from './generate.mjs';

const SINCE = '2026-09-01T00:00:00Z';
const UNTIL = '2026-11-30T00:00:00Z';
const PAGE = { limit: 50 };
/** Of pages and of numbers of days; and of what reads more: events of all repositories that match, the largest lists. */
const [SMALL, LARGE] = [5, 40];

const small = (random, count, power = 2) => Math.floor(count * random() ** power);
/** Any moment of the 90 days. */
const moment = (random) => Date.parse(SINCE) + Math.floor(random() * 89 * 86_400_000);
const part = (random) =>
  ['app', 'acme/', 'worker-1', 'team/api', `-${small(random, 2_000, 1)}`, 'ui-9'][small(random, 6, 1)];

/** Some digests of events. */
export async function someDigests(pool) {
  const { rows } = await pool.query(
    'select digest from event where at > $1::timestamptz and digest is not null order by at limit 300',
    ['2026-10-20T00:00:00Z'],
  );
  return rows.map(({ digest }) => digestText(digest));
}

/** @returns `[name, budget, run(random)]` */
export const queriesOf = (reader, digests) => [...searches(reader, digests), ...lists(reader, digests)];

const repository = (random) => names.repository(small(random, 2_000, 3));
const digestIn = (digests) => (random) => digests[small(random, digests.length, 1)];

function searches(reader, digests) {
  const digest = digestIn(digests);
  return [
    ['everything, newest 50', SMALL, () => reader.events({}, PAGE)],
    ['everything, any page', SMALL, (random) => reader.events({ until: moment(random) }, PAGE)],
    ['one repository', SMALL, (random) => reader.events({ repository: repository(random) }, PAGE)],
    [
      'one repository, any page',
      SMALL,
      (random) => reader.events({ repository: repository(random), until: moment(random) }, PAGE),
    ],
    [
      'pushes of one tag',
      SMALL,
      (random) => reader.events({ repository: repository(random), tag: 'latest', action: 'push' }, PAGE),
    ],
    ['by digest', SMALL, (random) => reader.events({ digest: digest(random) }, PAGE)],
    [
      'by the first 12 digits of a digest',
      SMALL,
      (random) => reader.events({ digest: digest(random).slice(7, 19) }, PAGE),
    ],
    [
      'by actor',
      SMALL,
      (random) => reader.events({ actor: names.actor(small(random, 300)), until: UNTIL }, PAGE),
    ],
    [
      'by address',
      SMALL,
      (random) => reader.events({ addr: names.addr(small(random, 2_000)), until: UNTIL }, PAGE),
    ],
    [
      'by client',
      SMALL,
      (random) => reader.events({ client: names.client(small(random, 12)), until: UNTIL }, PAGE),
    ],
    [
      'by tag in every repository',
      SMALL,
      (random) => reader.events({ tag: names.tag(small(random, 30)), until: UNTIL }, PAGE),
    ],
    ['deletes', SMALL, (random) => reader.events({ action: 'delete', until: moment(random) }, PAGE)],
    [
      'repositories by a part of the name',
      SMALL,
      (random) => reader.repositories({ text: part(random) }, PAGE),
    ],
    ['events of all matching repositories', LARGE, (random) => reader.events({ text: part(random) }, PAGE)],
    [
      'events of all matching repositories, any page',
      LARGE,
      (random) => reader.events({ text: part(random), until: moment(random) }, PAGE),
    ],
  ];
}

function lists(reader, digests) {
  const digest = digestIn(digests);
  const days = { since: SINCE, until: UNTIL };
  return [
    ['tags of a repository', SMALL, (random) => reader.tags({ repository: repository(random) }, PAGE)],
    [
      'pulls a day of a repository',
      SMALL,
      (random) => reader.pullsPerDay({ repository: repository(random), ...days }),
    ],
    ['pulls a day of all', SMALL, () => reader.pullsPerDay(days)],
    ['top 20 repositories', SMALL, () => reader.top({ of: 'repositories', limit: 20, ...days })],
    ['top 20 actors', SMALL, () => reader.top({ of: 'actors', by: 'pulls', limit: 20, ...days })],
    ['top 20 clients', SMALL, () => reader.top({ of: 'clients', limit: 20, ...days })],
    ['top 20 tags', LARGE, () => reader.top({ of: 'tags', limit: 20, ...days })],
    ['an image', LARGE, (random) => reader.image(digest(random))],
    ['who pulled an image', LARGE, (random) => reader.imagePullers(digest(random))],
    ['unused tags', LARGE, () => reader.unused({ days: 30 }, PAGE)],
  ];
}
