/**
 * Whether what a registry posts arrives: an empty body on each path, with the credentials of the configuration, which
 * ingest answers with 200 and stores nothing of. With `--from`, a body of 1 MiB as well.
 */
import { type Auth, type Config, revealAll } from '@longshore/config';
import { type Finding, fail, of, pass, skip } from '../finding.js';
import type { DoctorParts } from '../parts.js';
import { urlOf } from './listener.js';
import { type Answer, request, wordsOf } from './request.js';

interface Path {
  /** Name of the source; absent: the open path. */
  source?: string;
  path: string;
  auth: Auth;
}

/** See the header. */
export async function checkSources(parts: DoctorParts): Promise<Finding[]> {
  const { config, from = urlOf(config.ingest.listen) } = parts;
  if (from === undefined) return [skip('ingest', 'ingest.listen has port 0: name the url with --from')];
  const found = await Promise.all(
    pathsOf(config).map(async (each) => {
      const finding = await checkPath(from.replace(/\/$/, ''), each, parts);
      return each.source === undefined ? finding : of(each.source, finding);
    }),
  );
  return found;
}

function pathsOf({ sources, ingest }: Config): Path[] {
  if (sources.length === 0) return [{ path: '/registry/notifications', auth: ingest.auth }];
  return sources.map(({ name, auth }) => ({
    source: name,
    path: `/sources/${encodeURIComponent(name)}`,
    auth,
  }));
}

async function checkPath(from: string, { path, auth }: Path, parts: DoctorParts): Promise<Finding> {
  const url = `${from}${path}`;
  try {
    const headers = headersOf(auth);
    const post = { method: 'POST', headers: headers ?? {} };
    const found = findingOf(url, await request(url, post, parts), !headers);
    const isProxied = parts.from !== undefined && headers !== undefined;
    return isProxied && found.status === 'pass' ? await checkSize(url, post, parts) : found;
  } catch (error) {
    const fix = `start the relay, and see that this address leads to ingest.listen: curl -i -X POST ${url}`;
    return fail('ingest', `${url} is not reached (${wordsOf(error)})`, fix);
  }
}

/** White space counts as an empty body, so nothing is stored of it. A push of a large image is about as long. */
const LARGE_BODY = ' '.repeat(1024 * 1024);

/** A proxy in front may take short bodies only. */
async function checkSize(
  url: string,
  post: Parameters<typeof request>[1],
  parts: DoctorParts,
): Promise<Finding> {
  try {
    const { status, body } = await request(url, { ...post, body: LARGE_BODY }, parts);
    if (status === 200 && body.includes('"accepted":0'))
      return pass('ingest', `${url} takes events, also with a body of 1 MiB`);
    return fail('size', `${url} answers ${status} to a body of 1 MiB`, RAISE_LIMIT);
  } catch (error) {
    return fail('size', `${url} does not take a body of 1 MiB (${wordsOf(error)})`, RAISE_LIMIT);
  }
}

const RAISE_LIMIT = 'raise the limit of the proxy: client_max_body_size 32m';

/** Undefined where a request needs a signature or a token that only the sender makes. @throws LongshoreError SECRET_MISSING */
function headersOf(auth: Auth): Record<string, string> | undefined {
  const { bearer, basic, header, token, hmac, oidc } = revealAll(auth);
  const first = (values: readonly string[] | string | undefined): string | undefined =>
    typeof values === 'string' ? values : values?.[0];
  const secret = first(bearer);
  if (secret !== undefined) return { authorization: `Bearer ${secret}` };
  const [user, passwords] = Object.entries(basic ?? {})[0] ?? [];
  if (user !== undefined) {
    const plain = `${user}:${first(passwords) ?? ''}`;
    return { authorization: `Basic ${Buffer.from(plain).toString('base64')}` };
  }
  const [name, values] = Object.entries(header ?? {})[0] ?? [];
  if (name !== undefined) return { [name]: first(values) ?? '' };
  return token || hmac || oidc ? undefined : {};
}

/** @param signs whether the sender has to prove itself in a way that is not tried here */
function findingOf(url: string, { status, body, location }: Answer, signs: boolean): Finding {
  if (status === 200 && body.includes('"accepted":0')) return pass('ingest', `${url} takes events`);
  if (status === 401 && signs) {
    return pass('ingest', `${url} answers, and refuses what is not signed`);
  }
  if (status === 401) {
    const fix =
      'set the same secret in the registry and in `auth` of the source, and let no proxy drop the header';
    return fail('credentials', `${url} refuses the credentials of the configuration`, fix);
  }
  if (location !== undefined) {
    return fail(
      'ingest',
      `${url} redirects to ${location}`,
      'give the registry the address behind the redirect',
    );
  }
  if (status === 413) {
    return fail('ingest', `${url} refuses the size of bodies`, RAISE_LIMIT);
  }
  const what = status === 200 ? 'something else than Longshore answers' : `answers ${status}`;
  const fix = 'see that the address leads to ingest.listen, and that a proxy changes no path';
  return fail('ingest', `${url}: ${what}`, fix);
}
