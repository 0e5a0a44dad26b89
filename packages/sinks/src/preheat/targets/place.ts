/**
 * A target's url, taken apart: what of it may be shown, and what is sent as credentials instead. Userinfo and
 * the query string are where people put secrets, so neither is ever shown.
 */
import { trimEnd } from '@longshore/event';
import { targetOf } from '../../http/target.js';

/** A base url that requests can be built on. */
export interface Base {
  /** Without userinfo, query and fragment. */
  url: URL;
  /** `host:port`, for people. */
  place: string;
  /** Made from the userinfo. */
  authorization?: string;
  /** What of the url must not be shown. */
  secrets: readonly string[];
}

/** Why a url is unusable, in words. */
export interface Unusable {
  problem: string;
}

/** Never throws. `what`: `the target’s origin`, say. */
export function baseOf(text: string, what: string): Base | Unusable {
  const read = targetOf(text);
  if ('problem' in read) return { problem: read.problem.replace('the endpoint’s url', what) };
  const [path = ''] = read.path.split('?');
  const url = new URL(read.origin + path);
  return { url, place: read.place, authorization: read.authorization, secrets: read.secrets };
}

/** Of several urls. `problem`: of the first that is unusable. */
export function basesOf(texts: readonly string[], what: string): { bases: Base[]; problem?: string } {
  const bases: Base[] = [];
  for (const text of texts) {
    const base = baseOf(text, what);
    if ('problem' in base) return { bases: [], problem: base.problem };
    bases.push(base);
  }
  return { bases };
}

/**
 * `path` appended to the base's own path, so that a target behind a prefix works. `path` begins with `/` and is
 * escaped already.
 */
export function at(base: URL, path: string): URL {
  const url = new URL(base);
  const [pathname = '', query = ''] = path.split('?');
  url.pathname = trimEnd(base.pathname, '/') + pathname;
  url.search = query;
  return url;
}
