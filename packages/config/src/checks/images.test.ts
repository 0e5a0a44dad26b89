import { expect, test } from 'vitest';
import { configFrom } from '../read.js';
import { checkTrap, type Trap } from '../samples/trap.js';

const ENDPOINT = 'name: one, url: "http://receiver:8080/event"';
const endpoints = (more: string, rest = ''): string =>
  `notifications: { endpoints: [{ ${ENDPOINT}, ${more} }] }\n${rest}`;
const registries = (text: string): string =>
  `${endpoints('accept: [image]', 'archive: {}\nsources: [{ name: harbor, kind: harbor }]\n')}registries: ${text}\n`;
const FINE = registries('[{ source: harbor, url: "https://harbor.example.com" }]');

const traps: Trap[] = [
  {
    title: 'image events without an archive',
    bad: endpoints('accept: [event, image]'),
    problem: ['error', 'notifications.endpoints[0].accept', /lists image.*Add archive: \{\}/],
    fine: endpoints('accept: [event, image]', 'archive: {}\n'),
  },
  {
    title: 'pulls without an archive',
    bad: endpoints('accept: [pull]'),
    problem: ['error', 'notifications.endpoints[0].accept', /lists pull.*Add archive: \{\}/],
    fine: endpoints('accept: [pull]', 'archive: {}\n'),
  },
  {
    title: 'image events in a format that holds pushes of a registry alone',
    bad: endpoints('accept: [image], format: keel', 'archive: {}\n'),
    problem: [
      'error',
      'notifications.endpoints[0].accept',
      /has no push, which is all that format keel can hold/,
    ],
    fine: endpoints('accept: [image], format: slack', 'archive: {}\n'),
  },
  {
    title: 'a registry of a source that is not there',
    bad: registries('[{ source: habor, url: "https://harbor.example.com" }]'),
    problem: ['error', 'registries[0].source', /"habor" is no source/],
    fine: FINE,
  },
  {
    title: 'two registries of one source',
    bad: registries(
      '[{ source: harbor, url: "https://a.example.com" }, { source: harbor, url: "https://b.example.com" }]',
    ),
    problem: ['error', 'registries[1].source', /has a registry above/],
    fine: FINE,
  },
  {
    title: 'a registry with two ways to sign in',
    bad: registries(
      '[{ source: harbor, url: "https://harbor.example.com", auth: { bearer: env:KEY, file: /root/.docker/config.json } }]',
    ),
    problem: ['error', 'registries[0].auth', /more than one method/],
    fine: FINE,
    env: { KEY: 'a token' },
  },
];

test.each(traps)('$title', checkTrap);

test('an action of images is no mistake where they are accepted', () => {
  const text = endpoints('accept: [image], ignore: { actions: [tag.created] }', 'archive: {}\n');
  const { problems } = configFrom(Buffer.from(text), {});
  expect(problems.filter(({ path }) => path.includes('ignore'))).toEqual([]);
});
