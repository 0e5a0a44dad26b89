/**
 * The certificate authorities that are trusted: node's own list, and those of the machine, which node does not
 * look at. Companies put their own authority into the machine's store, and the registry, written in Go, reads it
 * from there.
 *
 * Read once, with the first TLS connection: that takes about 0.2 s and one copy in memory, so there is one for the
 * process. A store that changes is seen after a restart; a certificate that a setting names is read again.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { certificatesOf } from './pem.js';

/** Where certificates are on this machine, in PEM. */
export interface CertificatePlaces {
  /** The first one that can be read counts. */
  files: readonly string[];
  /** Each file in each of them counts. */
  directories: readonly string[];
  /** Counts besides, when it can be read. */
  extra?: string;
  /** Settings of the environment that named a place, by the place, for people. */
  named: ReadonlyMap<string, string>;
}

/** What is trusted. */
export interface Trust {
  /** PEM, each once. */
  certificates(): readonly string[];
  /** All of them, for a connection. */
  context(): tls.SecureContext;
  /** Where certificates were searched, on one line, for people. */
  places(): string;
}

/** A file above this is no list of certificates. */
const LARGEST_FILE_BYTES = 8 * 1024 * 1024;

/** Reads nothing yet. */
export function createTrust(places: CertificatePlaces): Trust {
  let read: { certificates: string[]; places: string } | undefined;
  let context: tls.SecureContext | undefined;
  const load = () => {
    read ??= readAll(places);
    return read;
  };
  return {
    certificates: () => load().certificates,
    context() {
      context ??= tls.createSecureContext({ ca: load().certificates });
      return context;
    },
    places: () => load().places,
  };
}

/** Node's own list, with NODE_EXTRA_CA_CERTS where node reports them (22.15 and newer). */
export function nodesCertificates(): readonly string[] {
  const all: unknown = Reflect.get(tls, 'getCACertificates');
  return typeof all === 'function' ? all('default') : tls.rootCertificates;
}

function readAll({ files, directories, extra, named }: CertificatePlaces) {
  const found = new Map<string, string>();
  const listed: string[] = [];
  const add = (texts: readonly string[]): void => {
    for (const text of texts) found.set(text.replaceAll(/\s/g, ''), text);
  };
  const note = (path: string, unread?: string): void => {
    const name = named.get(path);
    listed.push([path, name && `(${name})`, unread && `(${unread})`].filter(Boolean).join(' '));
  };

  add(nodesCertificates());
  for (const path of files) {
    const read = certificatesIn(path);
    if (typeof read === 'string' && !named.has(path)) continue;
    if (typeof read !== 'string') add(read);
    note(path, typeof read === 'string' ? read : undefined);
    if (typeof read !== 'string') break;
  }
  for (const directory of directories) {
    const entries = filesIn(directory);
    if (typeof entries === 'string' && !named.has(directory)) continue;
    if (typeof entries !== 'string') {
      for (const path of entries) add(certificatesOrNone(path));
    }
    note(directory, typeof entries === 'string' ? entries : undefined);
  }
  if (extra !== undefined) {
    const read = certificatesIn(extra);
    if (typeof read !== 'string') add(read);
    note(extra, typeof read === 'string' ? read : undefined);
  }
  return { certificates: [...found.values()], places: ['Node.js’ own list', ...listed].join(', ') };
}

/** Why it cannot be read, when it cannot. */
function certificatesIn(path: string): string[] | string {
  try {
    if (statSync(path).size > LARGEST_FILE_BYTES) return 'larger than 8 MiB, not read';
    return certificatesOf(readFileSync(path, 'latin1'));
  } catch (error) {
    return cannotRead(error);
  }
}

/** Of a file in a directory: what is no certificate is ignored, as in Go. */
function certificatesOrNone(path: string): string[] {
  const read = certificatesIn(path);
  return typeof read === 'string' ? [] : read;
}

function filesIn(directory: string): string[] | string {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map(({ name }) => join(directory, name));
  } catch (error) {
    return cannotRead(error);
  }
}

const cannotRead = (error: unknown): string =>
  `cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}`;
