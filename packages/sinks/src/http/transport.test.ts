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
  ['EPROTO', 'tls_protocol'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_hostname'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_protocol'],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'tls_hostname'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls_protocol'],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls_protocol'],
  ['CERT_HAS_EXPIRED', 'tls_expired'],
  ['CERT_NOT_YET_VALID', 'tls_expired'],
  ['CERT_REVOKED', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls_untrusted'],
  ['HPE_INVALID_CONSTANT', 'protocol'],
  ['UND_ERR_HEADERS_OVERFLOW', 'protocol'],
  ['UND_ERR_INVALID_ARG', 'error'],
  ['EMFILE', 'error'],
  ['', 'error'],
])('%s is %s', (code, reason) => {
  const failure = failureOf(error(code), 'receiver.example:443');
  expect(failure.reason).toBe(reason);
  expect(failure.detail).toMatch(/^receiver\.example:443: (it failed \(.*\)|the response .*); \S.+$/);
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
  const { detail } = failureOf(error('EPIPE', `80:broken\n${'x'.repeat(1000)}\u001b[31m`), 'a:1');
  expect(detail).not.toContain('\n');
  expect(detail).not.toContain('\u001b');
  expect(detail.length).toBeLessThan(400);
});

test.each([
  ['connecting', 'no connection within 1000 ms'],
  ['waiting', 'no response within 1000 ms'],
] as const)('a deadline that passes while %s', (phase, words) => {
  expect(timedOut(phase, 'a:1', 1000)).toEqual({ reason: 'timeout', detail: expect.stringContaining(words) });
});

test.each([
  ['wrong version number', 'try http://'],
  ['http request', 'try http://'],
  ['tlsv1 alert protocol version', 'TLS 1.2'],
  ['sslv3 alert handshake failure', 'no common cipher'],
])('of OpenSSL’s line only the reason is shown: %s', (reason, step) => {
  const line = `write EPROTO 802C8B5B057F0000:error:0A00010B:SSL routines:ssl3_get_record:${reason}:../deps/openssl/ssl3_record.c:355:\n`;
  const { detail } = failureOf(error('EPROTO', line), 'a:1');
  expect(detail).toContain(`a:1: TLS failed: ${reason}; `);
  expect(detail).toContain(step);
});

test('a certificate that is not trusted: the detail says where its authority was looked for', () => {
  const { detail } = failureOf(error('SELF_SIGNED_CERT_IN_CHAIN'), 'a:1', {
    trusted: () => 'Node.js’ list, /ca.pem',
  });
  expect(detail).toMatch(/tls\.ca.*Searched: Node\.js’ list, \/ca\.pem$/);
});
