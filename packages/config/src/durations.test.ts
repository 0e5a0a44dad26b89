/** Numbers without a unit, inside and outside of the registry's own block. */
import { expect, test } from 'vitest';
import { configFrom } from './read.js';
import { checkTrap, file, KEY } from './samples/trap.js';

const OUTSIDE = [
  ['worker.grace', 'worker: { grace: 25 }\n', '25s'],
  ['worker.grace', 'worker: { grace: 1.5 }\n', '1.5s'],
  ['worker.grace', 'worker: { grace: "25" }\n', '25s'],
  ['worker.grace', 'worker: { grace: 25_000 }\n', '25000ms', '25000s, or 25000ms if it is milliseconds'],
  [
    'retention.dead.age',
    'retention: { dead: { age: 86400 } }\n',
    '86400s',
    '86400s, or 86400ms if it is milliseconds',
  ],
  ['alerts[0].after', 'alerts: [{ name: a, url: http://alerts/, after: 5 }]\n', '5s'],
] as const;

test.each(OUTSIDE)(
  '%s: a number without a unit is an error: %j',
  (path, more, unit, advice: string = unit) => {
    checkTrap({
      title: '',
      bad: file('', more),
      problem: ['error', path, new RegExp(`has no unit\\. Write ${advice}$`)],
      fine: file('', more.replace(/"?\d[\d._]*"?(?= \}( \}|\])?\n)/, unit)),
    });
  },
);

test('a variable without a unit is an error too, and the message names the unit and the variable', () => {
  const { config, problems } = configFrom(Buffer.from(file('')), { LONGSHORE_WORKER_GRACE: '25' });
  expect(config).toBeUndefined();
  expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    'worker.grace: 25 has no unit. Write 25s (set by LONGSHORE_WORKER_GRACE)',
  ]);
});

test('0 needs no unit', () => {
  const { problems } = configFrom(Buffer.from(file('', 'worker: { grace: 0 }\n')), {});
  expect(problems).toEqual([]);
});

test.each(['timeout: 500', 'maxbackoff: 5_000_000_000', 'collapse: 10'])(
  'inside of notifications %s is nanoseconds, with a warning',
  (setting) => {
    const { config, problems } = configFrom(Buffer.from(file(setting)), {});
    expect(config).toBeDefined();
    expect(problems.map(({ level, path, message }) => [level, path, message])).toContainEqual([
      'warning',
      `${KEY}.${setting.split(':')[0]}`,
      expect.stringContaining('nanoseconds, as in the registry'),
    ]);
  },
);

test('days are a unit of Longshore’s own settings, and not of the registry’s', () => {
  const { config, problems } = configFrom(Buffer.from(file('', 'retention: { dead: { age: 30d } }\n')), {});
  expect(problems).toEqual([]);
  expect(config?.retention.dead.age).toBe(30 * 24 * 3_600_000);
  const inside = configFrom(Buffer.from(file('maxbackoff: 2d')), {});
  expect(inside.problems.map(({ message }) => message)).toEqual(['days are not supported; write 48h']);
});
