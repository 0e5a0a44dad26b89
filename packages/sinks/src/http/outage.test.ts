/** Whose trouble a failure is, for everything that the http sink reports. */
import { OUTAGE_REASONS, troubleOf } from '@longshore/event';
import { expect, test } from 'vitest';
import { judge } from './judge.js';
import { targetOf } from './target.js';
import { failureOf, ownTroubleOf, timedOut } from './transport.js';

const target = targetOf('http://receiver.example.com/events');
if ('problem' in target) throw new Error(target.problem);

const coded = (code: string): Error => Object.assign(new Error(code), { code });

test.for([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ERR_PROXY_TARGET', 'unreachable'],
  ['ETIMEDOUT', 'timeout'],
  ['CERT_HAS_EXPIRED', 'tls_expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_untrusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_hostname'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_protocol'],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'tls'],
] as const)('an outage: %s is %s', ([code, group]) => {
  const { reason } = failureOf(coded(code), 'receiver.example.com:80');
  expect(reason.startsWith(group.split('_')[0] ?? '')).toBe(true);
  expect(troubleOf(reason)).toBe('outage');
});

test('an outage: no answer within the timeout', () => {
  for (const phase of ['connecting', 'waiting'] as const) {
    expect(troubleOf(timedOut(phase, 'receiver.example.com:80', 1_000).reason)).toBe('outage');
  }
});

test('of all statuses 429, 502, 503 and 504 are an outage, and 2xx alone are none of a failure', () => {
  const outages: number[] = [];
  for (let status = 200; status < 600; status++) {
    const outcome = judge({ status }, target, { now: 0 });
    expect(troubleOf(outcome.reason)).not.toBe('unknown');
    if (troubleOf(outcome.reason) === 'outage') outages.push(status);
  }
  expect(outages).toEqual([429, 502, 503, 504]);
});

test('an answer that is no HTTP ends a hold: something listens there', () => {
  expect(troubleOf(failureOf(coded('HPE_INVALID_CONSTANT'), 'x:1').reason)).toBe('answer');
});

test.for([
  ['EMFILE', 'descriptors'],
  ['ENFILE', 'descriptors'],
  ['ERR_PROXY_TUNNEL', 'proxy'],
] as const)('our own trouble: %s is %s', ([code, trouble]) => {
  expect(ownTroubleOf(coded(code), 'x:1')).toMatchObject({ trouble });
  expect(ownTroubleOf(new AggregateError([coded('ECONNREFUSED'), coded(code)]), 'x:1')).toMatchObject({
    trouble,
  });
});

test('what the receiver does is no trouble of ours', () => {
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'ERR_PROXY_TARGET', 'ETIMEDOUT']) {
    expect(ownTroubleOf(coded(code), 'x:1')).toBeUndefined();
  }
});

test('the table has each reason once, and none that no sink reports', () => {
  expect([...OUTAGE_REASONS].sort()).toEqual([
    'dns',
    'egress',
    'http_429',
    'http_502',
    'http_503',
    'http_504',
    'refused',
    'reset',
    'timeout',
    'tls',
    'tls_expired',
    'tls_hostname',
    'tls_protocol',
    'tls_untrusted',
    'unavailable',
    'unreachable',
  ]);
});
