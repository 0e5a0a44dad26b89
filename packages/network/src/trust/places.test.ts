import { expect, test } from 'vitest';
import { certificatePlaces } from './places.js';

test('without settings the usual places of the systems are looked at', () => {
  const { files, directories, extra, named } = certificatePlaces({});
  expect(files).toContain('/etc/ssl/certs/ca-certificates.crt');
  expect(files).toContain('/etc/pki/tls/certs/ca-bundle.crt');
  expect(directories).toContain('/etc/ssl/certs');
  expect([extra, named.size]).toEqual([undefined, 0]);
});

test('SSL_CERT_FILE and SSL_CERT_DIR replace them, as in Go; NODE_EXTRA_CA_CERTS counts besides', () => {
  const places = certificatePlaces({
    SSL_CERT_FILE: '/a.pem',
    SSL_CERT_DIR: '/b:/c',
    NODE_EXTRA_CA_CERTS: '/d.pem',
  });
  expect(places).toEqual({
    files: ['/a.pem'],
    directories: ['/b', '/c'],
    extra: '/d.pem',
    named: new Map([
      ['/d.pem', 'NODE_EXTRA_CA_CERTS'],
      ['/b', 'SSL_CERT_DIR'],
      ['/c', 'SSL_CERT_DIR'],
      ['/a.pem', 'SSL_CERT_FILE'],
    ]),
  });
});

test('an empty setting is none', () => {
  const empty = { SSL_CERT_FILE: '', SSL_CERT_DIR: '', NODE_EXTRA_CA_CERTS: '' };
  expect(certificatePlaces(empty)).toEqual(certificatePlaces({}));
});
