/**
 * A scripted registry: serves parts as a registry would, requires tokens if configured, and lies, breaks or
 * redirects where a test says so. For what a real registry does not do on request.
 */
import { type OciPart, partsOf } from './oci-content.js';
import type { TokenIssuer } from './oci-tokens.js';
import { type ReceivedRequest, type Receiver, type ReceiverOptions, startReceiver } from './receiver.js';
import type { Reply } from './reply.js';

/** What the registry has, and how it answers. */
export interface OciServerOptions extends ReceiverOptions {
  /** Served in every repository, by digest. */
  parts?: readonly OciPart[];
  tags?: Readonly<Record<string, OciPart>>;
  /** Is asked first. Undefined: the request is answered as a registry does. */
  script?: (request: ReceivedRequest, n: number) => Reply | undefined;
  /** Requests need a token of this issuer; `/token` gives them. */
  tokens?: TokenIssuer;
  /** Where the challenge sends clients. Default: its own `/token`. */
  realm?: string;
  /** Requests need this `Authorization`, and are challenged with Basic. */
  basic?: string;
}

/** What it is asked for can be seen in `requests`. */
export interface OciServer extends Receiver {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Method and path of each request, as `GET /v2/acme/app/manifests/1.0`. */
  asked(): string[];
}

/** Starts one on 127.0.0.1. */
export async function serve(options: OciServerOptions = {}): Promise<OciServer> {
  const { parts = [], tags = {}, tls } = options;
  const all = [...parts, ...Object.values(tags)].flatMap(partsOf).filter(({ absent }) => !absent);
  const known = new Map(all.map((part) => [part.digest, part]));
  const server = await startReceiver({}, { tls });
  server.reply((request, n) => {
    const said = options.script?.(request, n);
    if (said) return said;
    const { pathname } = new URL(request.url, server.url);
    if (options.tokens && pathname === '/token') return options.tokens.answer(request);
    const refusal = refusalOf(request, options, `${server.url}/token`);
    if (refusal) return refusal;
    const [, kind, reference = ''] =
      /^(?:\/[\w-]+)*\/v2\/.+\/(manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
    if (pathname.endsWith('/v2/')) return {};
    const part = (kind === 'manifests' ? tags[reference] : undefined) ?? known.get(reference);
    if (part && `${part.kind}s` === kind) return found(part);
    return refused(404, kind === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN');
  });
  return {
    ...server,
    host: `127.0.0.1:${server.port}`,
    asked: () => server.requests.map(({ method, url }) => `${method} ${url}`),
  };
}

/** As a registry gives a manifest or blob. */
export function found({ mediaType, digest, bytes, kind }: OciPart): Reply {
  const type = kind === 'manifest' ? mediaType : 'application/octet-stream';
  const headers = { 'content-type': type, 'docker-content-digest': digest, 'content-length': bytes.length };
  return { headers, body: bytes };
}

/** As a registry says no. */
export function refused(status: number, code: string, headers: Record<string, string> = {}): Reply {
  const body = JSON.stringify({ errors: [{ code, message: `${code} in words` }] });
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

function refusalOf(
  { url, headers }: ReceivedRequest,
  { tokens, realm, basic }: OciServerOptions,
  ownRealm: string,
): Reply | undefined {
  if (basic !== undefined && headers.authorization !== basic) {
    return refused(401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="a registry, scripted"' });
  }
  const [, repository = ''] = /\/v2\/(.+)\/(?:manifests|blobs|referrers)\//.exec(url) ?? [];
  if (!tokens || tokens.accepts(headers.authorization, repository)) return undefined;
  const scope = repository ? `,scope="repository:${repository}:pull"` : '';
  const challenge = `Bearer realm="${realm ?? ownRealm}",service="scripted"${scope}`;
  return refused(401, 'UNAUTHORIZED', { 'www-authenticate': challenge });
}
