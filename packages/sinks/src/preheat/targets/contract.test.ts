import { readdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { aCache, PARTS, theImage } from '../../testing/cache.js';
import { selfSigned } from '../../testing/certificate.js';
import { dragonflyManager } from '../../testing/dragonfly.js';
import { krakenOrigin, krakenProxy, krakenTracker } from '../../testing/kraken.js';
import { kubernetes } from '../../testing/kubernetes.js';
import { bystander, misbehaving } from '../../testing/misbehaving.js';
import { answering, type Receiver, receiver } from '../../testing/receiver.js';
import { type ObservedServer, type Opening, targetContract } from './contract.js';
import { openTarget } from './index.js';
import type { TargetKind, TargetOptions } from './kinds.js';
import type { Target } from './target.js';

type Certificate = { cert: string; key: string };

const certificate = () => selfSigned({ names: ['127.0.0.1'] });
const image = theImage({
  items: Object.values(PARTS).map(({ role, digest = '', size }) => ({ role, digest, size })),
});

/** Common options of all kinds. */
function opened(opening: Opening, some: (opening: Opening) => TargetOptions): Target {
  const target = openTarget(some(opening));
  onTestFinished(() => target.close());
  return target;
}

const COMMON = { name: 'here', timeout: 10_000, userAgent: 'longshore/0.0.0-test' };

/** Every kind, in every form that asks another server in another way. */
const FORMS: [
  name: string,
  options: (opening: Opening) => TargetOptions,
  works: (tls?: Certificate) => Promise<Receiver>,
][] = [
  [
    'kraken, origin',
    ({ url, ...more }) => ({ ...COMMON, ...more, kind: 'kraken', origin: [url] }),
    (tls) => krakenOrigin({}, tls),
  ],
  [
    'kraken, tracker',
    ({ url, ...more }) => ({ ...COMMON, ...more, kind: 'kraken', tracker: url }),
    (tls) => krakenTracker(() => 200, tls),
  ],
  ['kraken, proxy', ({ url, ...more }) => ({ ...COMMON, ...more, kind: 'kraken', proxy: url }), krakenProxy],
  [
    'dragonfly',
    (opening) => ({ ...COMMON, kind: 'dragonfly', ...opening }),
    (tls) => dragonflyManager({ token: false }, tls),
  ],
  [
    'pull-through, get',
    (opening) => ({ ...COMMON, kind: 'pull-through', ...opening }),
    (tls) => aCache(undefined, tls),
  ],
  [
    'pull-through, head',
    (opening) => ({ ...COMMON, kind: 'pull-through', method: 'head', ...opening }),
    (tls) => aCache(undefined, tls),
  ],
  [
    'pull-through, manifest',
    (opening) => ({ ...COMMON, kind: 'pull-through', method: 'manifest', ...opening }),
    (tls) => aCache(undefined, tls),
  ],
  [
    'kruise',
    (opening) => ({ ...COMMON, kind: 'kruise', namespace: 'preheat', ...opening }),
    (tls) => kubernetes({}, tls),
  ],
  [
    'webhook',
    (opening) => ({ ...COMMON, kind: 'webhook', ...opening }),
    (tls) => receiver(answering(200), tls),
  ],
];

for (const [name, options, works] of FORMS) {
  targetContract(name, {
    image,
    certificate,
    open: (opening) => opened(opening, options),
    works: async (tls): Promise<ObservedServer> => {
      const server = await works(tls);
      const seen = bystander(server);
      return { ...seen, url: tls === undefined ? seen.url : seen.url.replace('http:', 'https:') };
    },
    misbehaves: misbehaving,
  });
}

test('every kind of target has a folder, and every folder is a kind that is tested here', () => {
  const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const tested = new Set<TargetKind>(FORMS.map(([, options]) => options({ url: '' }).kind));
  expect([...tested].sort()).toEqual(folders.sort());
});
