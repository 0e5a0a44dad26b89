/**
 * A registry in memory that takes pushes as the specification says, changes the `Location` of an upload with each
 * answer, and breaks where a test says so.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atTestEnd } from './cleanup.js';
import { digestOf, type OciPart, partsOf } from './oci-content.js';
import { type Reply, send } from './reply.js';

/** How it behaves. */
export interface OciStoreOptions {
  /** Default true; false: a mount is answered with 202 and an upload. */
  mounts?: boolean;
  /** What arrived of a broken chunk stays. Default false: the upload is gone, as in Distribution. */
  keepsBroken?: boolean;
  /** Manifests with a subject are listed. Default false: the client has to write the fallback tag. */
  referrers?: boolean;
  /** `OCI-Chunk-Min-Length`. */
  chunkMinLength?: number;
  /** Is asked first. `cut`: breaks the connection in the middle of the body. Undefined: as a registry does. */
  script?: (request: { method: string; url: string; n: number }) => Reply | 'cut' | undefined;
}

interface Upload {
  bytes: Buffer;
  /** Part of the newest Location. */
  state: number;
}

interface StoredManifest {
  bytes: Buffer;
  type: string;
}

/** What it has is to be seen, by `repository@digest` and `repository:tag`. */
export interface OciStore {
  readonly url: string;
  readonly host: string;
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, StoredManifest>;
  /** Method and URL of each request, in order. */
  readonly requests: string[];
  /** Puts all of a part there, its root under a tag as well. */
  has(repository: string, part: OciPart, tag?: string): void;
  /** Digest of what the tag names. */
  tag(repository: string, tag: string): string | undefined;
}

/** Starts one on 127.0.0.1. */
export async function store(options: OciStoreOptions = {}): Promise<OciStore> {
  const state = new Store(options);
  const server = createServer((request, response) => {
    state.answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atTestEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, { url: `http://${host}`, host });
}

class Store {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, StoredManifest>();
  readonly requests: string[] = [];
  readonly #uploads = new Map<string, Upload>();

  constructor(private readonly options: OciStoreOptions) {}

  has(repository: string, part: OciPart, tag?: string): void {
    for (const { kind, digest, bytes, mediaType } of partsOf(part).filter(({ absent }) => !absent)) {
      if (kind === 'blob') this.blobs.set(`${repository}@${digest}`, bytes);
      else this.manifests.set(`${repository}@${digest}`, { bytes, type: mediaType });
    }
    if (tag) this.manifests.set(`${repository}:${tag}`, { bytes: part.bytes, type: part.mediaType });
  }

  tag(repository: string, tag: string): string | undefined {
    const found = this.manifests.get(`${repository}:${tag}`);
    return found && digestOf(found.bytes);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url}`);
    const said = this.options.script?.({ method, url, n: this.requests.length });
    const [path = '', query = ''] = url.split('?');
    const [, repository = '', kind = '', rest = ''] =
      /^\/v2\/(.+)\/(blobs\/uploads|blobs|manifests|referrers)\/([^/]*)$/.exec(path) ?? [];
    const body = await this.#body(request, said === 'cut', rest);
    if (body === undefined) return;
    const reply = said === 'cut' ? undefined : said;
    const asked = { method, repository, reference: rest, query: new URLSearchParams(query), body, request };
    await send(
      response,
      reply ?? (kind === 'blobs/uploads' ? this.#upload(asked) : this.#content(kind, asked)),
    );
  }

  /** Undefined: the connection was broken in the middle of it. */
  async #body(request: IncomingMessage, cut: boolean, id: string): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    const half = Number(request.headers['content-length'] ?? 0) / 2;
    let bytes = 0;
    for await (const piece of request) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
      if (cut && bytes >= half) break;
    }
    const body = Buffer.concat(pieces);
    if (!cut) return body;
    const upload = this.#uploads.get(id);
    if (upload && this.options.keepsBroken) upload.bytes = Buffer.concat([upload.bytes, body]);
    else this.#uploads.delete(id);
    request.socket.destroy();
    return undefined;
  }

  #upload({ method, repository, reference: id, query, body, request }: Asked): Reply {
    if (method === 'POST') return this.#begin(repository, query);
    const upload = this.#uploads.get(id);
    if (!upload) return error(404, 'BLOB_UPLOAD_UNKNOWN');
    const next = (status: number): Reply => {
      const location = `/v2/${repository}/blobs/uploads/${id}?_state=${++upload.state}`;
      return { status, headers: { location, range: `0-${Math.max(0, upload.bytes.length - 1)}` } };
    };
    if (method === 'GET') return next(204);
    if (query.get('_state') !== String(upload.state)) return error(404, 'BLOB_UPLOAD_UNKNOWN');
    const [from] = String(request.headers['content-range'] ?? upload.bytes.length).split('-');
    if (Number(from) !== upload.bytes.length) return error(416, 'RANGE_INVALID');
    upload.bytes = Buffer.concat([upload.bytes, body]);
    if (method === 'PATCH') return next(202);
    this.#uploads.delete(id);
    const digest = query.get('digest') ?? '';
    if (digestOf(upload.bytes, digest.startsWith('sha512') ? 'sha512' : 'sha256') !== digest)
      return error(400, 'DIGEST_INVALID');
    this.blobs.set(`${repository}@${digest}`, upload.bytes);
    return { status: 201 };
  }

  #begin(repository: string, query: URLSearchParams): Reply {
    const { mounts = true, chunkMinLength } = this.options;
    const [mount, from] = [query.get('mount'), query.get('from')];
    const known = this.blobs.get(`${from}@${mount}`);
    if (mounts && known) {
      this.blobs.set(`${repository}@${mount}`, known);
      return { status: 201 };
    }
    const id = crypto.randomUUID();
    this.#uploads.set(id, { bytes: Buffer.alloc(0), state: 0 });
    const location = `/v2/${repository}/blobs/uploads/${id}?_state=0`;
    const least = chunkMinLength && { 'oci-chunk-min-length': chunkMinLength };
    return { status: 202, headers: { location, ...least } };
  }

  #content(kind: string, { method, repository, reference, body, request }: Asked): Reply {
    if (kind === '') return {};
    const name = `${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
    if (kind === 'blobs') return slice(this.blobs.get(name), request.headers.range);
    if (kind !== 'manifests') return error(404, 'UNSUPPORTED');
    if (method === 'PUT') return this.#put(repository, reference, body, request);
    const found = this.manifests.get(name);
    if (!found) return error(404, 'MANIFEST_UNKNOWN');
    if (method === 'DELETE') {
      this.manifests.delete(name);
      return { status: 202 };
    }
    const digest = digestOf(found.bytes);
    const headers = { 'content-type': found.type, 'docker-content-digest': digest };
    return { headers: { ...headers, 'content-length': found.bytes.length }, body: found.bytes };
  }

  /** Refuses a manifest whose parts are not there. */
  #put(repository: string, reference: string, bytes: Buffer, { headers }: IncomingMessage): Reply {
    const { config, layers = [], manifests = [], subject } = JSON.parse(bytes.toString());
    const absent = [...(config ? [config] : []), ...layers, ...manifests].find(({ digest }) => {
      const name = `${repository}@${digest}`;
      return !this.blobs.has(name) && !this.manifests.has(name);
    });
    if (absent) return error(404, 'MANIFEST_BLOB_UNKNOWN');
    const digest = digestOf(bytes);
    const stored = { bytes, type: headers['content-type'] ?? '' };
    this.manifests.set(`${repository}@${digest}`, stored);
    if (!reference.includes(':')) this.manifests.set(`${repository}:${reference}`, stored);
    const listed = this.options.referrers && subject && { 'oci-subject': subject.digest };
    return { status: 201, headers: { 'docker-content-digest': digest, ...listed } };
  }
}

interface Asked {
  method: string;
  repository: string;
  reference: string;
  query: URLSearchParams;
  body: Buffer;
  request: IncomingMessage;
}

function slice(blob: Buffer | undefined, range: string | undefined): Reply {
  if (!blob) return error(404, 'BLOB_UNKNOWN');
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const body = from === undefined ? blob : blob.subarray(Number(from), Number(to) + 1);
  return { status: from === undefined ? 200 : 206, headers: { 'content-length': body.length }, body };
}

function error(status: number, code: string): Reply {
  const body = JSON.stringify({ errors: [{ code, message: `${code} in words` }] });
  return { status, headers: { 'content-type': 'application/json' }, body };
}
