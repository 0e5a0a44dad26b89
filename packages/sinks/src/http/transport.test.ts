import { expect, test } from 'vitest';
import { failureOf, timedOut } from './transport.js';

function error(code: string, message = `it failed (${code})`): Error {
  return Object.assign(new Error(message), { code });
}

test.each([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'reset'],
  ['ENOTFOUND', 'dns'],
  ['ENODATA', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EAI_FAIL', 'dns'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ENETDOWN', 'unreachable'],
  ['EHOSTDOWN', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['ETIMEDOUT', 'timeout'],
  ['EPROTO', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['CERT_NOT_YET_VALID', 'tls'],
  ['CERT_REVOKED', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls'],
  ['HPE_INVALID_CONSTANT', 'protocol'],
  ['UND_ERR_HEADERS_OVERFLOW', 'protocol'],
  ['UND_ERR_INVALID_ARG', 'error'],
  ['EMFILE', 'error'],
  ['', 'error'],
])('%s is %s', (code, reason) => {
  const failure = failureOf(error(code), 'receiver.example:443');
  expect(failure.reason).toBe(reason);
  expect(failure.detail).toMatch(/^receiver\.example:443: it failed \(.*\); \S.+$/);
});

test('an answer that came unasked or asks to switch protocols is not HTTP as we need it', () => {
  expect(failureOf(error('UND_ERR_SOCKET', 'bad upgrade'), 'a:1').reason).toBe('protocol');
  expect(failureOf(error('UND_ERR_SOCKET', 'other side closed'), 'a:1').reason).toBe('reset');
  const parser = Object.assign(new Error('Expected HTTP/'), { name: 'HTTPParserError' });
  expect(failureOf(parser, 'a:1').reason).toBe('protocol');
});

test('of the errors of several addresses a refusal tells most', () => {
  const both = new AggregateError([error('ENETUNREACH'), error('ECONNREFUSED', 'connect to ::1')]);
  expect(failureOf(both, 'a:1')).toMatchObject({ reason: 'refused', detail: expect.stringContaining('::1') });
  expect(failureOf(new AggregateError([error('ETIMEDOUT'), error('EHOSTUNREACH')]), 'a:1').reason).toBe(
    'timeout',
  );
  expect(failureOf(new AggregateError([]), 'a:1').reason).toBe('error');
});

test('a long message with line breaks becomes one short line', () => {
  const { detail } = failureOf(error('EPROTO', `80:error:0A00010B\n${'x'.repeat(1000)}\u001b[31m`), 'a:1');
  expect(detail).not.toContain('\n');
  expect(detail).not.toContain('\u001b');
  expect(detail.length).toBeLessThan(400);
});

test.each([
  ['connecting', 'no connection within 1000 ms'],
  ['waiting', 'no answer within 1000 ms'],
  ['reading', 'an answer began but did not end within 1000 ms'],
] as const)('a deadline that passes while %s', (phase, words) => {
  expect(timedOut(phase, 'a:1', 1000)).toEqual({ reason: 'timeout', detail: expect.stringContaining(words) });
});
