/**
 * Where this machine keeps the certificate authorities that it trusts, as Go finds it, because the registry’s own
 * notifier trusts the same: `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the default locations. `NODE_EXTRA_CA_CERTS` is
 * added, as in any Node.js program.
 * Source: Go 1.26, crypto/x509/root_unix.go, root_linux.go and root_bsd.go.
 */
import type { Env } from '@longshore/settings/environment';
import type { CertificatePlaces } from './trust.js';

const FILES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Alpine, Arch
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, RHEL 6
  '/etc/ssl/ca-bundle.pem', // SUSE
  '/etc/pki/tls/cacert.pem', // OpenELEC
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // RHEL 7 and newer
  '/etc/ssl/cert.pem', // Alpine, OpenBSD, macOS
  '/usr/local/etc/ssl/cert.pem', // FreeBSD
  '/usr/local/share/certs/ca-root-nss.crt', // DragonFly
  '/etc/openssl/certs/ca-certificates.crt', // NetBSD
];

const DIRECTORIES = [
  '/etc/ssl/certs', // SUSE, FreeBSD
  '/etc/pki/tls/certs', // Fedora, RHEL
  '/usr/local/share/certs', // FreeBSD
  '/etc/openssl/certs', // NetBSD
];

/** As `createTrust` takes it. Nothing is read. */
export function certificatePlaces(env: Env): CertificatePlaces {
  const file = env.SSL_CERT_FILE || undefined;
  const directories = env.SSL_CERT_DIR?.split(':').filter((path) => path !== '') ?? [];
  const extra = env.NODE_EXTRA_CA_CERTS || undefined;
  const named = new Map<string, string>();
  if (extra !== undefined) named.set(extra, 'NODE_EXTRA_CA_CERTS');
  for (const directory of directories) named.set(directory, 'SSL_CERT_DIR');
  if (file !== undefined) named.set(file, 'SSL_CERT_FILE');
  return {
    files: file === undefined ? FILES : [file],
    directories: directories.length === 0 ? DIRECTORIES : directories,
    extra,
    named,
  };
}
