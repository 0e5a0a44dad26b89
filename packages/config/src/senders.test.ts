import { sourceKinds } from '@longshore/sources/settings';
import { expect, describe as group, test } from 'vitest';
import { describe } from './describe.js';
import { configFrom } from './read.js';
import { checkTrap, file, type Trap } from './samples/trap.js';
import type { Config } from './schema.js';
import { describeSenders, isSpooled } from './senders.js';

function read(text: string, env = {}): Config {
  const { config, problems } = configFrom(Buffer.from(text), env);
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
}

const spool = (text: string, env = {}) => read(text, env).ingest.spool;

group('ingest.spool', () => {
  const standard = { enabled: true, maxbytes: 2 ** 30, fsync: true };

  test('is on unless it is turned off', () => {
    expect(spool('')).toEqual(standard);
    expect(spool('ingest: { spool: {} }')).toEqual(standard);
    expect(spool('ingest: { spool: false }')).toEqual({ ...standard, enabled: false });
    expect(spool('ingest: { spool: { enabled: false } }')).toEqual({ ...standard, enabled: false });
  });

  test('takes variables, also beside the short form', () => {
    const env = { LONGSHORE_INGEST_SPOOL_DIR: '/var/spool', LONGSHORE_INGEST_SPOOL_MAXBYTES: '2MiB' };
    const more = { dir: '/var/spool', maxbytes: 2 ** 21 };
    expect(spool('', env)).toEqual({ ...standard, ...more });
    expect(spool('ingest: { spool: false }', env)).toEqual({ ...standard, ...more, enabled: false });
    expect(spool('', { LONGSHORE_INGEST_SPOOL: 'false' }).enabled).toBe(false);
    expect(spool('', { LONGSHORE_INGEST_SPOOL_FSYNC: 'no' }).fsync).toBe(false);
  });

  test.each([
    ['spool: maybe', /ingest\.spool\.enabled: must be true or false/],
    ['spool: [true]', /ingest\.spool/],
    ['spool: { dir: " " }', /ingest\.spool\.dir: is empty/],
    ['spool: { maxbytes: 1KiB }', /ingest\.spool\.maxbytes: is 1KiB; it must be at least 1MiB/],
    ['spool: { max: 1GiB }', /unknown key "max"/],
  ])('%s is refused', (written, message) => {
    const { problems } = configFrom(Buffer.from(`ingest: { ${written} }\n`), {});
    const errors = problems.filter(({ level }) => level === 'error');
    expect(errors.map((problem) => `${problem.path}: ${problem.message}`)).toEqual([
      expect.stringMatching(message),
    ]);
  });
});

group('which sources are spooled', () => {
  const SOURCE = { LONGSHORE_SOURCES_0_NAME: 'n', LONGSHORE_SOURCES_0_KIND: 'distribution' };
  const of = (settings: string, ingest = '') =>
    isSpooled(read(`sources: [{ name: one, ${settings} }]\n${ingest}`), 'one', 'nexus');

  test('on the open path, those whose sender would not send again for long', () => {
    const config = read('');
    const refused = sourceKinds.filter((kind) => !isSpooled(config, kind, kind));
    expect(refused.sort()).toEqual(['distribution', 'distribution-log', 'ecr', 'eventgrid', 'gar', 'gitlab']);
    // A sender of an unknown format may never retry.
    expect(isSpooled(config, 'unknown', 'unknown')).toBe(true);
  });

  test('a source says it for itself, and ingest for all', () => {
    expect(of('kind: nexus')).toBe(true);
    expect(of('kind: nexus, spool: never')).toBe(false);
    expect(of('kind: nexus', 'ingest: { spool: false }')).toBe(false);
    const config = read('sources: [{ name: a, kind: gitlab, spool: always }, { name: b, kind: gitlab }]');
    expect([isSpooled(config, 'a', 'gitlab'), isSpooled(config, 'b', 'gitlab')]).toEqual([true, false]);
    expect(read('', { LONGSHORE_SOURCES_0_SPOOL: 'always', ...SOURCE }).sources[0]?.spool).toBe('always');
  });
});

group('what is said of them', () => {
  test('a paragraph for each source, and none without', () => {
    const { text } = describe(
      read('sources: [{ name: builds, kind: zot }, { name: eu, kind: distribution }]'),
    );
    expect(text).toBe(`No endpoints.

source builds, kind zot
  on failure: zot does not retry, and sends each event from its own goroutine, so the order is not kept.
  configure there: Set \`timeout\`: without it zot before 2.1.19 delivers nothing.
  while Redis is unavailable: its requests are spooled to the local disk, answered 202, and drained when Redis is available

source eu, kind distribution
  on failure: The registry keeps events in memory, in order, and retries the first one forever: \`threshold\` times at once, then once per \`backoff\`. Nothing is lost unless the registry restarts, which empties its queue.
  configure there: Set \`timeout: 5s\`, \`threshold: 5\` and \`backoff: 1s\`, each with its unit, and do not restart the registry while it has events pending.
  while Redis is unavailable: it gets 503 and retries`);
    expect(describe(read('')).text).toBe('No endpoints.');
  });

  test('where nothing covers an outage, it says what is lost and why', () => {
    const outages = (text: string) =>
      describeSenders(read(text)).map(({ spooled, outage }) => [spooled, outage]);
    const lost = (why: string) => [false, `it gets 503, and events that it does not retry are lost (${why})`];
    expect(outages('sources: [{ name: a, kind: nexus, spool: never }]')).toEqual([lost('spool: never')]);
    expect(outages('ingest: { spool: false }\nsources: [{ name: a, kind: quay }]')).toEqual([
      lost('ingest.spool is off'),
    ]);
  });
});

const traps: Trap[] = [
  {
    title: 'a spool that a source asks for and ingest has not',
    bad: file('', 'ingest: { spool: false }\nsources: [{ name: a, kind: gitlab, spool: always }]\n'),
    problem: ['warning', 'sources[0].spool', /no effect/],
    fine: file('', 'sources: [{ name: a, kind: gitlab, spool: always }]\n'),
  },
];

test.each(traps)('$title', checkTrap);
