/** The contract of a target, with the tests' own servers. */
import { onTestFinished } from 'vitest';
import { type ObservedServer, type Opening, targetContract } from '../preheat/targets/contract.js';
import { openTarget } from '../preheat/targets/index.js';
import type { TargetOptions } from '../preheat/targets/kinds.js';
import { PARTS, theImage } from './cache.js';
import { selfSigned } from './certificate.js';
import { bystander, misbehaving } from './misbehaving.js';
import type { Receiver } from './receiver.js';

const COMMON = { name: 'here', timeout: 10_000, userAgent: 'longshore/0.0.0-test' };

/**
 * @param optionsOf its options at a url, for each form in which it asks another server in another way
 * @param works a server with which it does its work
 */
export function describeTarget(
  name: string,
  optionsOf: (opening: Opening & typeof COMMON) => TargetOptions,
  works: (tls?: { cert: string; key: string }) => Promise<Receiver>,
): void {
  targetContract(name, {
    image: theImage({
      items: Object.values(PARTS).map(({ role, digest = '', size }) => ({ role, digest, size })),
    }),
    certificate: () => selfSigned({ names: ['127.0.0.1'] }),
    open(opening) {
      const target = openTarget(optionsOf({ ...COMMON, ...opening }));
      onTestFinished(() => target.close());
      return target;
    },
    async works(tls): Promise<ObservedServer> {
      const server = bystander(await works(tls));
      return { ...server, url: tls === undefined ? server.url : server.url.replace('http:', 'https:') };
    },
    misbehaves: misbehaving,
  });
}
