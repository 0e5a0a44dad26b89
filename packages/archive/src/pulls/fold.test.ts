/** Requests of real clients (their order as captured) as pulls. */
import { expect, test } from 'vitest';
import { gets, has, head, linesOf, pullsOf, type Request, scene, time } from './testing.js';

const whole = (at: number): Request[] => gets(at, 'app:1.0', 'config', 'one', 'two');
const logged = (request: Request | undefined, status: number, written: number): Request => {
  if (!request) throw new Error('no such request');
  return { ...request, log: { status, written } };
};

test.each<[name: string, requests: Request[], expected: string[]]>([
  ['crane pull', whole(0), ['1.0 complete 3100/3100']],
  ['crane digest', [head(0, 'app:1.0')], ['1.0 checked 0/?']],
  ['skopeo inspect', gets(0, 'index:1.0', 'app', 'config'), ['1.0 inspected 100/3100']],
  ['skopeo copy', gets(0, 'index:1.0', 'app', 'config', 'one', 'two'), ['1.0 complete 3100/3100']],
  [
    'skopeo copy --all',
    gets(0, 'index:1.0', 'app', 'config', 'one', 'two', 'app-arm', 'config-arm', 'arm'),
    ['1.0 complete 6100/6110'],
  ],
  [
    'containerd: HEAD by tag, index and image by digest, layers',
    [head(0, 'index:1.0'), ...gets(1, 'index', 'app', 'config', 'one', 'two')],
    ['1.0 complete 3100/3100'],
  ],
  [
    'Docker: HEAD by tag, GET by digest',
    [head(0, 'app:1.0'), ...gets(1, 'app', 'config', 'two', 'one')],
    ['1.0 complete 3100/3100'],
  ],
  [
    'a manifest through the address of a blob',
    [
      head(0, 'index:1.0'),
      ...gets(1, 'index'),
      { at: 2, method: 'GET', digest: 'app', target: 'blob' },
      ...gets(3, 'one', 'two'),
    ],
    ['1.0 complete 3000/3100'],
  ],
  ['a layer that did not come', gets(0, 'app:1.0', 'config', 'one'), ['1.0 unfinished 1100/3100']],
  ['by digest', gets(0, 'app', 'config', 'one', 'two'), ['app complete 3100/3100']],
  ['HEADs of blobs', [{ at: 0, method: 'HEAD', digest: 'one' }], []],
  ['blobs of nothing', gets(0, 'one'), []],
  [
    'two pulls, one after the other',
    [...whole(0), ...whole(20)],
    ['1.0 complete 3100/3100', '1.0 complete 3100/3100'],
  ],
  [
    'two clients behind one address, at once',
    [...gets(0, 'app:1.0'), ...gets(1, 'app:1.0'), ...gets(2, 'config', 'one', 'two', 'one', 'two')],
    ['1.0 complete 3100/3100 2 clients'],
  ],
  [
    'two tags at once',
    [...gets(0, 'app:1.0'), ...gets(1, 'app-arm:arm'), ...gets(2, 'one', 'arm', 'two')],
    ['1.0 complete 3000/3100', 'arm complete 3000/3010'],
  ],
  [
    'a client that checks every half minute',
    [0, 30, 60, 90].map((at) => head(at, 'app:1.0')),
    ['1.0 checked 0/? 3 clients', '1.0 checked 0/?'],
  ],
  ['a long silence', [...gets(0, 'app:1.0', 'one'), ...gets(200, 'two')], ['1.0 unfinished 1000/3100']],
  ['a registry that sends no methods', [{ at: 0, digest: 'app', tag: '1.0' }], ['1.0 complete ?/3100']],
])('%s', (_name, requests, expected) => {
  expect(linesOf(requests)).toEqual(expected);
});

test('the order of arrival says nothing, and an event that comes twice counts once', () => {
  const given = scene([...whole(0), ...gets(40, 'index:arm', 'app-arm', 'arm'), head(300, 'app:1.0')]);
  const expected = pullsOf(given);
  expect(expected).toHaveLength(3);
  for (let turn = 1; turn < given.events.length; turn++) {
    const { events } = given;
    const mixed = [...events.slice(turn).toReversed(), ...events.slice(0, turn), ...events.slice(2)];
    expect(pullsOf({ ...given, events: mixed })).toEqual(expected);
  }
});

test('layers that the client has are not expected', () => {
  expect(linesOf(gets(0, 'app:1.0'), { seenAt: has('one', 'two') })).toEqual(['1.0 cached 0/3100']);
  expect(linesOf(gets(0, 'app:1.0', 'two'), { seenAt: has('one') })).toEqual(['1.0 complete 2000/3100']);
  expect(linesOf([head(0, 'app:1.0')], { seenAt: has('one', 'two') })).toEqual(['1.0 checked 0/?']);
  const other = gets(0, 'app:1.0').map((one) => ({ ...one, addr: '10.0.0.2' }));
  expect(linesOf(other, { seenAt: has('one', 'two') })).toEqual(['1.0 inspected 0/3100']);
});

test('the log proves an interruption, and a later whole download ends it', () => {
  const [manifest, config, one, two] = whole(0);
  const short = [
    logged(manifest, 200, 500),
    logged(config, 200, 100),
    logged(one, 200, 1_000),
    logged(two, 200, 400),
  ];
  expect(linesOf(short)).toEqual(['1.0 interrupted 1500/3100']);
  const again = logged(gets(10, 'two')[0], 200, 2_000);
  expect(linesOf([...short, again])).toEqual(['1.0 complete 3500/3100']);
  expect(pullsOf(scene(short))[0]?.parts).toMatchObject([
    { digest: 'config', config: true, state: 'seen' },
    { digest: 'one', state: 'seen' },
    { digest: 'two', state: 'interrupted', written: 400, size: 2_000 },
  ]);
});

test('ranges of a layer are summed', () => {
  const [manifest, config, one] = whole(0);
  const ranges = gets(5, 'two', 'two').map((get, n) => logged(get, 206, n === 0 ? 1_500 : 500));
  const rest = [manifest, config, one].filter((request) => request !== undefined);
  expect(linesOf([...rest, ...ranges])).toEqual(['1.0 complete 3100/3100']);
  expect(linesOf([...rest, ...ranges.slice(1)])).toEqual(['1.0 interrupted 1600/3100']);
});

test('two whole downloads of a layer are two clients', () => {
  const [manifest, config, ...layers] = whole(0);
  const all = [manifest, config, ...layers].filter((request) => request !== undefined);
  const sent = layers.map((layer) => logged(layer, 200, 9_000));
  expect(linesOf([...all.slice(0, 2), ...sent, ...sent.map((one) => ({ ...one, at: one.at + 3 }))])).toEqual([
    '1.0 complete 36100/3100 2 clients',
  ]);
});

test('a storage that serves the layers', () => {
  expect(linesOf(whole(0), { redirects: true })).toEqual(['1.0 redirected ?/3100']);
  const moved = whole(0).map((one, n) => (n === 0 ? one : logged(one, 307, 0)));
  expect(linesOf(moved)).toEqual(['1.0 redirected ?/3100']);
});

test('what the manifest lists is not known: what came is shown', () => {
  const nothing = { manifests: new Map() };
  expect(linesOf(gets(0, 'app:1.0', 'config', 'one'), nothing)).toEqual(['1.0 complete 1100/?']);
  expect(linesOf(gets(0, 'app:1.0'), nothing)).toEqual(['1.0 inspected 0/?']);
});

test('a large layer may take long', () => {
  const manifests = new Map([
    ['app', { references: [{ digest: 'config' }, { digest: 'big', size: 600 * 2 ** 20 }] }],
  ]);
  const slow = [...gets(0, 'app:1.0'), ...gets(600, 'big')];
  expect(linesOf(slow, { manifests })[0]).toMatch(/^1\.0 complete/);
  expect(linesOf([...gets(0, 'app:1.0'), ...gets(700, 'big')], { manifests })[0]).toMatch(/^1\.0 inspected/);
});

test('a pull has its times and its platform', () => {
  expect(pullsOf(scene(gets(0, 'index:1.0', 'app-arm', 'config-arm', 'arm')))[0]).toMatchObject({
    ...{ startedAt: time(0), at: time(3), platform: 'linux/arm64', evidence: 'events', digest: 'index' },
  });
});
