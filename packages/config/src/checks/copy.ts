/** Endpoints of `kind: copy`: from where and to where. */
import { revealed } from '@longshore/settings/secrets';
import type { CopyEndpoint } from '../endpoint.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';
import { checkGlobs } from './globs.js';

/** One endpoint that copies images. */
export function checkCopy({ copy }: CopyEndpoint, path: readonly Step[], check: Check): void {
  const { problems } = check;
  const place = [...path, 'copy'];
  checkGlobs(copy.repositories, [...place, 'repositories'], check);
  checkGlobs(copy.tags, [...place, 'tags'], check);
  for (const side of ['registry', 'target'] as const) {
    if (Object.values(copy[side].auth).filter(Boolean).length > 1)
      problems.error(
        [...place, side, 'auth'],
        'has several methods. Keep one of basic, bearer, identity, file',
      );
  }
  if (copy.target.prefix === '' && isSame(copy))
    problems.error(
      [...place, 'target', 'url'],
      'is the registry that images are read from, and there is no prefix: every image would be copied onto itself. Set target.prefix, or another url',
    );
  if (copy.chain && isSame(copy))
    problems.error(
      [...place, 'chain'],
      'is on, and both urls are one registry: every copy would be copied again and again. Remove it',
    );
  if (copy.platforms.length > 0)
    problems.warning(
      [...place, 'platforms'],
      'changes the digest of every image of several platforms, so its signatures do not match at the target. Remove it to copy images as they are',
    );
}

function isSame({ registry, target }: CopyEndpoint['copy']): boolean {
  const [one, other] = [registry.url, target.url].map((url) => revealed(url) ?? '');
  return hostOf(one) !== undefined && hostOf(one) === hostOf(other);
}

const hostOf = (url = ''): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined);
