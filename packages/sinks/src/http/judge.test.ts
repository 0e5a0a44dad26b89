import { expect, test } from 'vitest';
import { judge } from './judge.js';
import { type Target, targetOf } from './target.js';

const now = Date.UTC(2026, 10, 21, 9, 30, 0);
const target = targetOf('https://user:s3cret@receiver.example/hook?token=t0ken') as Target;

test.each([
  // 1xx cannot end an answer; should one arrive as if it did, it is no success
  [100, 'retry'],
  [199, 'retry'],
  [200, 'delivered'],
  [201, 'delivered'],
  [202, 'delivered'],
  [204, 'delivered'],
  [206, 'delivered'],
  [226, 'delivered'],
  [299, 'delivered'],
  // the registry takes these for success
  [300, 'retry'],
  [301, 'retry'],
  [302, 'retry'],
  [303, 'retry'],
  [304, 'retry'],
  [307, 'retry'],
  [308, 'retry'],
  [400, 'retry'],
  [401, 'retry'],
  [403, 'retry'],
  [404, 'retry'],
  [405, 'retry'],
  [407, 'retry'],
  [408, 'retry'],
  [409, 'retry'],
  [410, 'dead'],
  [413, 'retry'],
  [415, 'retry'],
  [418, 'retry'],
  [422, 'retry'],
  [425, 'retry'],
  [429, 'retry'],
  [451, 'retry'],
  [499, 'retry'],
  [500, 'retry'],
  [501, 'retry'],
  [502, 'retry'],
  [503, 'retry'],
  [504, 'retry'],
  [599, 'retry'],
  [999, 'retry'],
])('%i is %s', (status, kind) => {
  const outcome = judge({ status }, target, { now });
  expect(outcome).toMatchObject({ kind, status, reason: `http_${status}` });
  if (kind !== 'delivered') expect(outcome.detail).toContain(`receiver.example:443 answered ${status}`);
});

test.each([429, 503])('Retry-After counts on %i', (status) => {
  expect(judge({ status, retryAfter: '60' }, target, { now })).toMatchObject({
    notBefore: now + 60_000,
    detail: expect.stringContaining('2026-11-21T09:31:00.000Z'),
  });
  expect(judge({ status, retryAfter: '-60' }, target, { now })).toHaveProperty('notBefore', undefined);
});

test.each([200, 302, 404, 408, 410, 500, 502, 504])('Retry-After does not count on %i', (status) => {
  expect(judge({ status, retryAfter: '60' }, target, { now })).not.toHaveProperty('notBefore');
});

test.each([
  [503, '{"error":"database is locked"}', ': {"error":"database is locked"}'],
  [429, 'slow down\nplease', ': slow down'],
  [500, '\n\n  at work  \nmore', ': at work'],
  [502, '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>', ': 502 Bad Gateway'],
  [500, '<html><body>no title</body></html>', ': no further details; check the receiver’s log'],
  [500, undefined, ': no further details; check the receiver’s log'],
  [503, '   ', ': no further details; check the receiver’s log'],
  [422, 'unknown field', '; response: unknown field'],
  [500, 'x'.repeat(5_000), `: ${'x'.repeat(200)}…`],
])('the detail of a %i shows the first line of the answer', (status, text, words) => {
  const { detail = '' } = judge({ status }, target, { now, text });
  expect(detail.endsWith(words)).toBe(true);
  expect(detail).not.toMatch(/too much to do|\n/);
});

test.each([
  [413, 'answered 413 Payload Too Large to a batch of 50 events: the batch is too large for the receiver'],
  [400, 'answered 400 Bad Request to a batch of 50 events: the receiver rejected one of the events'],
  [401, 'answered 401 Unauthorized to a batch of 50 events: check the credentials'],
  [503, 'answered 503 Service Unavailable to a batch of 50 events: busy'],
  [410, 'answered 410 Gone to a batch of 50 events: the receiver wants no more events'],
])('the detail of a %i to a batch says so', (status, words) => {
  expect(
    judge({ status }, target, { now, text: status === 503 ? 'busy' : undefined, events: 50 }).detail,
  ).toContain(words);
});

test.each([404, 405])('the detail of a %i names the path, without what could be a secret', (status) => {
  const { detail } = judge({ status }, target, { now });
  expect(detail).toMatch(/ \/hook( at the receiver)?; check/);
  expect(detail).not.toMatch(/t0ken|s3cret/);
  const slack = targetOf('https://chat.example/services/T0000000/abcdefgh12345678') as Target;
  expect(judge({ status }, slack, { now }).detail).toContain('/services/T0000000/***');
});

test.each([
  [undefined, 'only 2xx is success'],
  ['/login', 'https://receiver.example:443/login'],
  ['https://user:s3cret@sso.example/login?next=t0ken#part', 'https://sso.example:443/login;'],
  ['http://sso.example:8080/', 'http://sso.example:8080/;'],
  ['//cdn.example/x', 'https://cdn.example:443/x'],
  [`/${'a'.repeat(500)}`, `/${'a'.repeat(99)}…`],
  ['http://[', 'a place that is not a URL'],
  ['javascript:alert(1)', 'a javascript: URL'],
])('a redirect to %s is told and not followed', (location, words) => {
  const { detail } = judge({ status: 302, location }, target, { now });
  expect(detail).toContain('redirects are not followed');
  expect(detail).toContain(words);
  expect(detail).not.toMatch(/s3cret|t0ken/);
});
