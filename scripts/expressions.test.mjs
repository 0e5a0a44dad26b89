/** No regular expression of the production source takes more than linear time. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { allExpressions, expressionsIn, faultOf } from './testing/expressions.mjs';

/**
 * Expressions that may, or that are made of texts that are not constant: by file, the expression as it is written, and
 * why its input is bounded.
 */
const BOUNDED = {
  'packages/sources/src/kinds/distribution-log/index.ts': {
    '/([\\d.]{1,20})(h|ms|m|s|µs|ns)/g': 'the first 40 characters of a duration',
  },
  'packages/config/src/checks/names.ts': {
    "new RegExp(UNPRINTABLE, 'gu')": 'a constant class of characters',
  },
  'packages/config/src/overrides.ts': {
    '/_(SERVICE_(HOST|PORT(_\\w+)?)|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/':
      'names of environment variables, which who starts the process sets',
  },
  'packages/queue/src/trouble.ts': Object.fromEntries(
    [
      '/sentinels are unreachable.*(NOAUTH|WRONGPASS|NOPERM)/',
      "/NOPERM.*'info(?:\\||')/",
      "/NOPERM.*'([\\w|-]+)'/",
      "/NOPERM.*keys?\\b|can't access at least one of the keys/",
      '/MISCONF.*\\bAOF\\b[^:]*:?([^:,]*)/',
    ].map((written) => [written, 'the first 500 characters of an error of Redis']),
  ),
  'packages/sinks/src/http/tls-words.ts': {
    '/^ERR_SSL_\\w*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)\\w*$/': 'a code of Node.js or OpenSSL',
  },
  'apps/dashboard/src/pages/layout.tsx': {
    '/<(?:"[^"]*"|[^">])*>|[^<]+/g': 'HTML of the renderer, in which each < begins a tag that ends',
  },
  'packages/embedded/src/install-hint.ts': {
    "new RegExp(`^${name}=(.*)$`, 'm')": '/etc/os-release, by the name of one of its constant keys',
  },
  'packages/event/src/glob/parse.ts': {
    'new RegExp(`^${source}$`)': 'one class, tested against one character',
  },
  'packages/queue/src/trail/search.ts': {
    "new RegExp(`^(?:[a-z0-9+._-]+:)?[0-9a-f]{${SHORTEST_DIGEST},}$`, 'i')": 'a constant number',
  },
  'packages/sinks/src/preheat/targets/scrub.ts': {
    '/(\\w+:\\/\\/)[^\\s/@"\']+@/g': 'the first 4,096 characters of an answer',
    '/(\\w+:\\/\\/[^\\s"\'?#]+)\\?[^\\s"\']*/g': 'the first 4,096 characters of an answer',
  },
  'apps/dashboard/src/api/openapi.ts': {
    '/[/{}]+(\\w)/g': 'paths of the API, which are constant',
  },
  'packages/operator/src/format/text.ts': {
    "new RegExp(`.{1,${width}}`, 'gu')": 'a number, of columns of a terminal',
  },
  'packages/operator/src/parse-time.ts': {
    '/^(?:(\\d+)w)?(?:(\\d+)d)?(.*?)(?:\\s+ago)?$/': 'a parameter of 1,000 characters at most',
  },
};

const ROOT = fileURLToPath(new URL('..', import.meta.url));

test('each takes linear time on a text of its own characters, or a bounded text', async () => {
  const all = await allExpressions(ROOT);
  expect(all.length).toBeGreaterThan(200);
  const listed = Object.entries(BOUNDED).flatMap(([file, entries]) =>
    Object.keys(entries).map((written) => `${file}: ${written}`),
  );
  const faults = new Map();
  const found = [];
  for (const { file, written, pattern, flags } of all) {
    const place = `${file}: ${written}`;
    if (listed.includes(place)) found.push(place);
    else if (!faults.has(place)) faults.set(place, faultOf({ pattern, flags }));
  }
  expect(Object.fromEntries([...faults].filter(([, fault]) => fault !== undefined))).toEqual({});
  // What is listed is there.
  expect([...new Set(found)].sort()).toEqual(listed.sort());
});

test.each([
  ['a start that its own repetition holds', '/eyJ[\\w-]{8,}(?:\\.[\\w-]*)+/g'],
  ['a repetition before the end', '/\\/+$/'],
  ['a repetition of what is left out, before the end', '/[^./:_-]*$/'],
  ['two repetitions of one character', '/^[\\0-\\xff]*[\\x80-\\xff][\\0-\\xff]*$/'],
  ['a repetition within a repetition', '/^(a+)+$/'],
  ['an expression that is made elsewhere', 'new RegExp(text)'],
  ['a text as an expression', "new RegExp('(x+x+)+y', 'i')"],
])('%s is found', (_, written) => {
  const [expression] = expressionsIn(`const found = ${written};`, 'a.ts');
  expect(faultOf(expression)).toMatch(/more than linear time|not constant/);
});

test.each(['/^[a-z]+$/', '/^\\d{1,16}-[0-9a-f]{1,64}$/', '/[^\\s"]+/g', '/^(?:[\\w-]+\\.)*x$/'])(
  '%s is not',
  (written) => {
    const [expression] = expressionsIn(`const found = ${written};`, 'a.ts');
    expect(faultOf(expression)).toBeUndefined();
  },
);
