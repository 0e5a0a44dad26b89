/** A plan as the file of a tool that copies: reference of each tool's traps is in its header. */
import type { PlannedTag } from './plan.js';

/** What a plan can be written for. */
export const PLAN_FORMATS = ['list', 'skopeo', 'regsync'] as const;
/** One of {@link PLAN_FORMATS}. */
export type PlanFormat = (typeof PLAN_FORMATS)[number];

type Writer = (tags: AsyncIterable<PlannedTag>, to: string) => AsyncGenerator<string>;

const WRITERS: Readonly<Record<PlanFormat, Writer>> = { list, skopeo, regsync };

/** The lines of the file. @param to `host[:port]` of the registry that is copied to */
export const writePlan = (
  format: PlanFormat,
  tags: AsyncIterable<PlannedTag>,
  to: string,
): AsyncGenerator<string> => WRITERS[format](tags, to);

/** One image a line, source by digest and target by tag: for `crane copy`, `oras cp -r`, `skopeo copy --all`. */
async function* list(tags: AsyncIterable<PlannedTag>, to: string): AsyncGenerator<string> {
  for await (const { host, repository, tag, digest } of tags) {
    yield `${host}/${repository}@${digest} ${to}/${repository}:${tag}`;
  }
}

/** A port is no part of a repository's name, which --scoped makes of it. */
const PORT_TRAP = [
  '# A source below has a port, which --scoped refuses (invalid reference format). Write its host without a port below, and',
  '# say where it is in registries.conf (skopeo --registries-conf FILE sync …):',
  '#   [[registry]]',
  '#   prefix = "registry.internal"',
  '#   location = "registry.internal:5000"',
];

/** A host has one entry in this file, so all of its repositories are read before the first line. */
async function* skopeo(tags: AsyncIterable<PlannedTag>, to: string): AsyncGenerator<string> {
  yield* [
    '# Tags that are alive in the archive of Longshore, for skopeo sync. Run:',
    '#',
    `#   skopeo sync --src yaml --dest docker --all --scoped --preserve-digests --keep-going FILE ${to}`,
    '#',
    '# Without --all only the platform of this machine is copied, and the digest changes.',
    '# With --scoped the copies get the name of the source registry in front of theirs:',
    `#   HOST/REPOSITORY:TAG becomes ${to}/HOST/REPOSITORY:TAG`,
    '# Without it only the last part of a name is kept: a/app and b/app would be one. For the same names as before',
    '# use --format list with crane or oras, or --format regsync.',
    '# A tag is copied with the image that it has when skopeo runs. Signatures are copied by their tags below.',
    '# A registry without TLS needs --src-tls-verify=false or --dest-tls-verify=false.',
  ];
  const byHost = new Map<string, Map<string, string[]>>();
  for await (const { host, repository, tag } of tags) {
    const images = byHost.get(host) ?? new Map<string, string[]>();
    byHost.set(host, images.set(repository, [...(images.get(repository) ?? []), tag]));
  }
  if ([...byHost.keys()].some((host) => host.includes(':'))) yield* PORT_TRAP;
  if (byHost.size === 0) yield '{}';
  for (const [host, images] of byHost) {
    yield* [`${quoted(host)}:`, '  images:'];
    for (const [repository, names] of images) {
      // An empty list would be every tag; there is none here.
      yield* [`    ${quoted(repository)}:`, ...names.map((tag) => `      - ${quoted(tag)}`)];
    }
  }
}

async function* regsync(tags: AsyncIterable<PlannedTag>, to: string): AsyncGenerator<string> {
  yield* [
    '# Tags that are alive in the archive of Longshore, for regsync. Run: regsync once -c FILE',
    '# Secrets go into creds, from the environment:',
    '#   creds: [{ registry: HOST, user: USER, pass: \'{{env "PASSWORD"}}\' }]',
    '# A registry without TLS needs an entry there too, with tls: disabled.',
    '# Names in allow are anchored regular expressions. A tag is copied with the image that it has when regsync runs.',
    'version: 1',
    'defaults:',
    '  parallel: 2',
    '  digestTags: true # signatures and attestations by their tags',
    '  referrers: true',
  ];
  let current = '';
  for await (const { host, repository, tag } of tags) {
    const source = `${host}/${repository}`;
    if (current === '') yield 'sync:';
    if (current !== source) {
      yield* [
        `  - source: ${quoted(source)}`,
        `    target: ${quoted(`${to}/${repository}`)}`,
        '    type: repository',
        '    tags:',
        '      allow:',
      ];
    }
    current = source;
    yield `        - ${quoted(tag.replace(/[^\w]/g, '\\$&'))}`;
  }
  if (current === '') yield 'sync: []';
}

/** A text of JSON is one of YAML. */
const quoted = (text: string): string => JSON.stringify(text);
