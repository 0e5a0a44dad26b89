/** Headers of endpoints, and what only looks like a reference to a secret. */
import { test } from 'vitest';
import { checkTrap, file, KEY, type Trap } from '../samples/trap.js';

const traps: Trap[] = [
  ...['Host', 'content-length', 'Connection', 'Transfer-Encoding'].map(
    (name): Trap => ({
      title: `a configured ${name}`,
      bad: file(`headers: { ${name}: [x] }`),
      problem: ['warning', `${KEY}.headers.${name}`, /not sent/],
      fine: file('headers: { X-Host: [x] }'),
    }),
  ),
  {
    title: 'a configured Content-Type',
    bad: file('headers: { content-type: [application/json] }'),
    problem: ['warning', `${KEY}.headers.content-type`, /replaces the media type/],
    fine: file('headers: { User-Agent: [me] }'),
  },
  {
    title: 'a configured Authorization beside a user in the url',
    bad: 'notifications: { endpoints: [{ name: a, url: "http://u:pw@a/", headers: { Authorization: [x] } }] }',
    problem: ['warning', `${KEY}.headers.Authorization`, /replaces the user and password/],
    fine: 'notifications: { endpoints: [{ name: a, url: "http://u:pw@a/" }] }',
  },
  {
    title: 'a header in two cases',
    bad: file('headers: { X-Key: [a], x-key: [b] }'),
    problem: ['warning', `${KEY}.headers.x-key`, /duplicate of/],
    fine: file('headers: { X-Key: [a, b] }'),
  },
  {
    title: 'a header name with a space',
    bad: file('headers: { "X Key": [a] }'),
    problem: ['error', `${KEY}.headers["X Key"]`, /not a header name/],
    fine: file('headers: { X-Key: [a] }'),
  },
  {
    title: 'a header value with a line break',
    bad: file('headers: { X-Key: ["a\\r\\nb"] }'),
    problem: ['error', `${KEY}.headers.X-Key[0]`, /line break/],
    fine: file('headers: { X-Key: ["a\\tb é"] }'),
  },
  {
    title: 'a reference that is not the whole value',
    bad: file('headers: { Authorization: ["Bearer env:TOKEN"] }'),
    problem: ['warning', `${KEY}.headers.Authorization[0]`, /whole value/],
    fine: file('headers: { Authorization: ["Bearer environment"] }'),
  },
  {
    title: 'a variable as a shell writes it',
    bad: file('headers: { Authorization: ["Bearer ${' + 'TOKEN}"] }'),
    problem: ['warning', `${KEY}.headers.Authorization[0]`, /not expanded/],
    fine: file('headers: { Authorization: ["Bearer $TOKEN"] }'),
  },
  {
    title: 'a reference that leads nowhere',
    bad: file('headers: { Authorization: [env:TOKEN] }'),
    problem: ['warning', `${KEY}.headers.Authorization[0]`, /env:TOKEN is not set/],
    fine: file('headers: { Authorization: [env:OTHER] }'),
    env: { OTHER: 'x' },
  },
];

test.each(traps)('$title', checkTrap);
