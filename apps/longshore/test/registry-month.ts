/** A month of a registry: pushes, pulls, checks and deletes as `docker-registry` sends them, the same each time. */
import { createHash } from 'node:crypto';

const DAY_MS = 86_400_000;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const BLOB = 'application/octet-stream';
const INDEX = 'application/vnd.oci.image.index.v1+json';

const REPOSITORIES = ['acme/app', 'acme/payments/api', 'platform/base/ubuntu', 'team-a/web', 'library/nginx'];
const ACTORS = ['ci', 'alice@example.com', 'deploy-bot', ''];
const CLIENTS = [
  'containerd/v2.0.0',
  'docker/27.1.1 go/go1.22 git-commit/cc13f95 kernel/6.1.0 os/linux arch/amd64 UpstreamClient(Docker-Client/27.1.1)',
  'skopeo/1.9.3',
  'Go-http-client/1.1',
];

/** `sha256:` of a word. */
export const digestOf = (word: string): string => `sha256:${createHash('sha256').update(word).digest('hex')}`;

/** What an event says beside what every event has. */
interface Said {
  action: string;
  method: string;
  repository: string;
  tag?: string;
  digest: string;
  mediaType?: string;
  references?: object[];
}

/** Numbers from 0 to 1, the same each time. */
function chance(): () => number {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** So many events over the 29 days before `now`, in order of time. */
export function registryMonth(count: number, now: number): Record<string, unknown>[] {
  const random = chance();
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() ** 2 * items.length)] as Item;
  return Array.from({ length: count }, (_, n) => {
    const said = n < REPOSITORIES.length * 3 ? pushOf(n, 0) : anything(n, random, pick);
    const at = now - 29 * DAY_MS + (n / count) * 29 * DAY_MS;
    return eventOf(n, at, said, pick(ACTORS), pick(CLIENTS));
  });
}

/** The first events push every tag; build `build` of it. */
function pushOf(n: number, build: number): Said {
  const repository = REPOSITORIES[n % REPOSITORIES.length] as string;
  const tag = `1.${Math.floor(n / REPOSITORIES.length) % 3}`;
  const name = `${repository}:${tag}#${build}`;
  const reference = { mediaType: MANIFEST, size: 900, platform: { os: 'linux', architecture: 'arm64' } };
  return {
    ...{ action: 'push', method: 'PUT', repository, tag, digest: digestOf(name), mediaType: INDEX },
    references: [{ ...reference, digest: digestOf(`${name} arm64`) }],
  };
}

function anything(n: number, random: () => number, pick: <Item>(items: readonly Item[]) => Item): Said {
  const kind = random();
  const image = pushOf(pick([...REPOSITORIES.keys()]) + REPOSITORIES.length * Math.floor(random() * 3), 0);
  const { references: _references, ...named } = image;
  if (kind < 0.06) return pushOf(n, n);
  if (kind < 0.1) {
    const blob = digestOf(`layer ${Math.floor(random() * 50)}`);
    const { repository } = image;
    return { action: 'push', method: 'PUT', repository, digest: blob, mediaType: BLOB };
  }
  if (kind < 0.11) {
    const { repository, digest } = image;
    return { action: 'delete', method: 'DELETE', repository, digest };
  }
  return { ...named, action: 'pull', method: kind < 0.4 ? 'HEAD' : 'GET' };
}

function eventOf(n: number, at: number, said: Said, actor: string, useragent: string) {
  const { action, method, ...target } = said;
  const id = createHash('sha256').update(`event ${n} ${at}`).digest('hex');
  const uuid = [
    id.slice(0, 8),
    id.slice(8, 12),
    `4${id.slice(13, 16)}`,
    `8${id.slice(17, 20)}`,
    id.slice(20, 32),
  ];
  const kind = target.mediaType === BLOB ? 'blobs' : 'manifests';
  const path = `v2/${target.repository}/${kind}/${target.digest}`;
  return {
    ...{ id: uuid.join('-'), timestamp: new Date(at).toISOString(), action },
    target: { ...target, size: 1_234, length: 1_234, url: `https://registry.example.com/${path}` },
    request: {
      id: uuid.join('-'),
      addr: `10.1.2.${n % 9}:40000`,
      host: 'registry.example.com',
      method,
      useragent,
    },
    actor: actor ? { name: actor } : {},
    source: { addr: 'registry:5000', instanceID: '6e5c1f6e-2f4b-4a2e-9a43-0b6f5b3f8a11' },
  };
}
