/**
 * The pages as a site and as instructions: each is in the sidebar, links to the Internet have a usable form, and what
 * blocks show is accepted: commands by the command's own parser, configurations by the schema, scripts by the shell.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createProgram } from '../apps/longshore/dist/main.js';
import { configFrom } from '../packages/config/dist/read.js';
import { jsonSchema } from '../packages/config/dist/reference.js';
import { KINDS } from '../packages/sources/dist/kinds/index.js';
import { linksInto } from '../site/.vitepress/files.mjs';
import { NOT_A_PAGE, pagesOf } from '../site/sidebar.mjs';
import { blocks, withoutBlocks } from './testing/markdown.mjs';
import { ROOT } from './testing/relay.mjs';
import { commandsOf } from './testing/shell.mjs';

const PAGES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((path) => existsSync(join(ROOT, path)))
  .filter((path) => !NOT_A_PAGE.some((folder) => path.startsWith(folder)))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/** The changelog names commands of older versions. */
const INSTRUCTIONS = PAGES.filter(({ path }) => path !== 'CHANGELOG.md');

const BLOCKS = INSTRUCTIONS.flatMap(({ path, text }) => blocks(text).map((block) => ({ path, ...block })));
const SHELL = BLOCKS.filter(({ info }) => /^(?:sh|console)\b/.test(info));

test('every page is in the sidebar once, and every entry of the sidebar is a page', () => {
  const pages = PAGES.map(({ path }) => path);
  const listed = pagesOf();
  expect(pages.filter((path) => !listed.includes(path))).toEqual([]);
  expect(listed.filter((path, at) => !pages.includes(path) || listed.indexOf(path) !== at)).toEqual([]);
});

test('every link to the Internet is an address', () => {
  const wrong = PAGES.flatMap(({ path, text }) =>
    [...withoutBlocks(text).matchAll(/\]\(([a-z]+:[^)\s]*)\)|<(https?:[^>\s]*)>/g)]
      .map(([, inText, alone]) => inText ?? alone)
      .filter((url) => !isAddress(url))
      .map((url) => `${path}: ${url}`),
  );
  expect(wrong).toEqual([]);
});

test('the matrix of registries has each kind, and what it does on failure', () => {
  const { text } = PAGES.find(({ path }) => path === 'docs/registries.md');
  const WORDS = {
    'retries-for-ever': 'retries forever',
    retries: 'retries ',
    'gives-up': /three attempts|undocumented|depends/,
    'never-retries': 'never retries',
    'disables-itself': 'switches itself off',
  };
  const events = KINDS.filter(({ lines }) => !lines);
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  const wrong = events.filter(({ kind, sender }) => {
    const isThere = rows.some(([, , second]) => second === kind);
    const [, , failure = ''] = rows.find(([, first]) => first === kind) ?? [];
    return !isThere || failure.search(WORDS[sender.onFailure]) === -1;
  });
  expect(wrong.map(({ kind }) => kind)).toEqual([]);
  expect(text).toContain(`reads ${events.length} of them`);
});

test('on the site a link leads to a page, or to a copy of the file', () => {
  const { linked, rewrite } = linksInto(ROOT);
  const written = [
    '../infra/redis/README.md#cluster',
    'faq.md',
    '../infra/redis/redis.conf',
    '#here',
    'https://a.example/',
  ];
  const token = (href) => {
    const state = { href };
    const attrSet = (_name, value) => Object.assign(state, { href: value });
    return { type: 'link_open', attrGet: () => state.href, attrSet };
  };
  const children = written.map(token);
  rewrite({ env: { path: join(ROOT, 'docs/redis.md') }, tokens: [{ children }] });
  expect(children.map((link) => link.attrGet())).toEqual([
    '../infra/redis/index.md#cluster',
    'faq.md',
    '/files/infra/redis/redis.conf.txt',
    '#here',
    'https://a.example/',
  ]);
  expect([...linked]).toEqual(['infra/redis/redis.conf']);
});

/** https, a host with a dot, no credentials; http on this machine only, and mail. */
function isAddress(url) {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username } = new URL(url);
  if (protocol === 'mailto:') return url.includes('@');
  const isLocal = hostname === '127.0.0.1' || hostname === 'localhost';
  return (
    username === '' && (isLocal ? protocol === 'http:' : protocol === 'https:' && hostname.includes('.'))
  );
}

describe('shell blocks', () => {
  /** Whose commands need what no test has; each block that uses one says so: `sh needs: docker`. */
  const NEEDS = {
    cluster: ['helm', 'kubectl'],
    docker: ['docker'],
    root: ['useradd', 'systemctl', 'apt-get', 'chown'],
    published: ['az', 'gcloud', 'aws', 'skopeo', 'crane', 'cosign', 'mvn'],
  };
  /** Everything else that a block may run: a word that is not here is a mistake, or needs something. */
  const HERE = (
    'longshore npm npx node cd cp mkdir install export tar grep curl head while do done cli cli() } echo git ' +
    'redis-cli openssl pg_dump pg_restore createdb dropdb nats rabbitmqadmin kafka-topics.sh psql'
  ).split(' ');

  test('each is accepted by the shell', () => {
    const wrong = SHELL.filter(({ info, code }) => {
      const script = info.startsWith('console') ? commandLines(code) : code;
      return spawnSync('sh', ['-n'], { input: script }).status !== 0;
    });
    expect(wrong.map(({ path, code }) => `${path}: ${code}`)).toEqual([]);
  });

  test('one that needs more than this machine says what', () => {
    const wrong = SHELL.flatMap(({ path, info, code }) => {
      const [, marked] = /needs: (\w+)$/.exec(info) ?? [];
      const programs = commandsOf(code, info.startsWith('console')).map(([program]) => program);
      const needed = Object.keys(NEEDS).filter((need) => NEEDS[need].some((name) => programs.includes(name)));
      const unknown = programs.filter(
        (name) => !HERE.includes(name) && !Object.values(NEEDS).flat().includes(name),
      );
      const isRight = marked === undefined ? needed.length + unknown.length === 0 : needed.includes(marked);
      return isRight ? [] : [`${path}: needs ${needed}, marked ${marked}, unknown ${unknown}`];
    });
    expect(wrong).toEqual([]);
  });
});

function commandLines(code) {
  return code
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2))
    .join('\n');
}

describe('commands', () => {
  const stream = { write() {} };
  const shell = {
    env: {},
    stdout: stream,
    stderr: stream,
    signals: process,
    print() {},
    warn() {},
    exitWith() {},
  };

  /** The command's own program, of which no command does anything. */
  function parser() {
    const program = createProgram(shell);
    const still = (command) => {
      if (command.commands.length > 0) command.commands.forEach(still);
      else command.action(() => {});
    };
    still(program);
    return program;
  }

  /** What the parser says against the words after `longshore`; undefined when it accepts them. */
  async function fault(words) {
    try {
      await parser().parseAsync(words, { from: 'user' });
    } catch (error) {
      if (error.exitCode !== 0) return error.message;
    }
  }

  test('every command in a block is accepted by the parser', async () => {
    const written = SHELL.flatMap(({ path, info, code }) =>
      commandsOf(code, info.startsWith('console')).map((words) => ({ path, words })),
    )
      .map(({ path, words }) => ({ path, words: words[0] === 'npx' ? words.slice(1) : words }))
      .filter(({ words }) => words[0] === 'longshore');
    expect(written.length).toBeGreaterThan(30);
    const wrong = [];
    for (const { path, words } of written) {
      const message = await fault(words.slice(1).map((word) => (word === 'ID' ? 'a'.repeat(32) : word)));
      if (message !== undefined) wrong.push(`${path}: ${words.join(' ')}: ${message}`);
    }
    expect(wrong).toEqual([]);
  });

  test('the list of commands has each', () => {
    const { text } = PAGES.find(({ path }) => path === 'docs/commands.md');
    const names = (command, before = '') =>
      command.commands.flatMap((one) =>
        one.commands.length > 0 ? names(one, `${one.name()} `) : [`${before}${one.name()}`],
      );
    const listed = [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(names(parser()).toSorted());
  });

  test('every command in the text exists, with its options', () => {
    const program = parser();
    const written = INSTRUCTIONS.flatMap(({ path, text }) =>
      [...withoutBlocks(text).matchAll(/`(?:npx )?longshore ([^`\n]+)`/g)].map(([, words]) => ({
        path,
        words,
      })),
    );
    expect(written.length).toBeGreaterThan(30);
    const wrong = written.filter(({ words }) => !isKnown(program, commandsOf(words, false)[0] ?? []));
    expect(wrong).toEqual([]);
  });

  /** In the text a command may lack what it requires, or have a placeholder in capitals. */
  function isKnown(program, words) {
    let command = program;
    const options = [...program.options];
    for (const word of words.filter((one) => !one.startsWith('-'))) {
      const next = command.commands.find((one) => one.name() === word);
      if (next === undefined && command.commands.length > 0 && !/^[A-Z…]/.test(word)) return false;
      if (next === undefined) break;
      command = next;
      options.push(...command.options);
    }
    const written = words.filter((word) => /^--\w/.test(word)).map((word) => word.split('=')[0]);
    return written.every((word) => word === '--help' || options.some(({ long }) => long === word));
  }
});

describe('configurations', () => {
  const { properties } = jsonSchema();
  const KEYS = Object.keys(properties);
  const ENDPOINT = properties.notifications.properties.endpoints.items.oneOf.flatMap((kind) =>
    Object.keys(kind.properties),
  );

  const BROKERS = ['redisstream', 'nats', 'amqp', 'sqs', 'pubsub'];

  /** A block of a configuration as a whole configuration; undefined when it is another program's. */
  function whole(value) {
    if (value === null) return undefined;
    if (Array.isArray(value)) return { notifications: { endpoints: value } };
    const keys = Object.keys(value);
    if (keys.some((key) => KEYS.includes(key))) return value;
    if (!keys.every((key) => ENDPOINT.includes(key))) return undefined;
    const [block] = keys;
    const kind = BROKERS.includes(block) ? { kind: block } : {};
    const url = { amqp: 'amqp://broker.example.com' }[block] ?? 'https://receiver.example.com';
    return { notifications: { endpoints: [{ name: 'shown', url, ...kind, ...value }] } };
  }

  test('each is accepted by the schema', () => {
    const read = BLOCKS.filter(({ info }) => info === 'yaml').flatMap(({ path, code }) => {
      const value = whole(parse(code));
      return value === undefined ? [] : [{ path, code, value }];
    });
    expect(read.length).toBeGreaterThan(50);
    const wrong = read.flatMap(({ path, value }) =>
      configFrom(Buffer.from(JSON.stringify(value)), {})
        .problems.filter(({ level }) => level === 'error')
        .map((problem) => `${path}: ${problem.path}: ${problem.message}`),
    );
    expect(wrong).toEqual([]);
  });
});
