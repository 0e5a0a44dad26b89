/** Where connections may lead to. */
import { describe, expect, test } from 'vitest';
import { Egress, type EgressRules, type Named } from './egress.js';
import { destinationOf, guardedLookup } from './lookup.js';
import { Networks } from './networks.js';

const said = (
  rules: Partial<EgressRules>,
  address: string,
  { host = 'name.test', named }: { host?: string; named?: Named } = {},
) =>
  new Egress({ mode: 'internal', allow: [], deny: [], ...rules }).refusal({ host, port: 443 }, address, named)
    ?.message;

const INSIDE = [
  '127.0.0.1',
  '::1',
  '10.1.2.3',
  '192.168.0.1',
  'fd12::1',
  '100.64.1.1',
  '198.18.0.1',
  '::ffff:127.0.0.1',
];
const NEVER = [
  ...['169.254.169.254', '169.254.0.1', 'fe80::1', 'fd00:ec2::254', 'fd00:ec2::23', '100.100.100.200'],
  ...['::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1', '2001:0:808:808::5601:5601'],
  ...['168.63.129.16', '192.0.0.192', 'fd20:ce::254', '::169.254.169.254'],
];
const PUBLIC = ['8.8.8.8', '2606:4700::1111', '64:ff9b::808:808'];

describe('a url of the operator', () => {
  test('may lead into the network by default, and not when the mode is public', () => {
    for (const address of [...INSIDE, ...PUBLIC]) expect(said({}, address)).toBeUndefined();
    for (const address of PUBLIC) expect(said({ mode: 'public' }, address)).toBeUndefined();
    for (const address of INSIDE)
      expect(said({ mode: 'public' }, address)).toContain('egress.mode is public');
    expect(said({ mode: 'public' }, '10.1.2.3')).toBe(
      'name.test:443 (10.1.2.3), a private address, while egress.mode is public; if that is intended, add it to egress.allow',
    );
  });

  test('leads to link-local and metadata addresses by name alone', () => {
    for (const address of NEVER) {
      for (const mode of ['internal', 'public'] as const) {
        expect(said({ mode }, address)).toMatch(
          /a (link-local|metadata) address; .* add exactly this one to egress.allow$/,
        );
        expect(
          said({ mode, allow: ['0.0.0.0/0', '::/0', 'fd00::/8', '168.0.0.0/8', '64:ff9b::/96'] }, address),
        ).toBeDefined();
        expect(said({ mode, allow: [address] }, address)).toBeUndefined();
        expect(said({ mode, allow: ['name.test'] }, address)).toBeUndefined();
      }
    }
    expect(said({ allow: ['169.254.0.0/16'] }, '169.254.169.254')).toBeUndefined();
    expect(said({ allow: ['169.254.169.253'] }, '169.254.169.254')).toBeDefined();
  });

  test('may lead to what is allowed: an address, a network, a host with or without its port', () => {
    for (const entry of ['10.1.2.3', '10.0.0.0/8', 'NAME.test', 'name.test.', 'name.test:443']) {
      expect(said({ mode: 'public', allow: [entry] }, '10.1.2.3')).toBeUndefined();
    }
    for (const entry of ['10.1.2.4', '11.0.0.0/8', 'test', 'name.test:444', '10.1.2.3:443']) {
      expect(said({ mode: 'public', allow: [entry] }, '10.1.2.3')).toBeDefined();
    }
    expect(
      said({ mode: 'public', allow: ['[fd12::1]:443'] }, 'fd12::1', { host: 'fd12::1' }),
    ).toBeUndefined();
  });

  test('never leads to what is denied, in no form of it', () => {
    const deny = ['10.0.0.0/8', 'bad.test', '8.8.8.8'];
    for (const address of [
      '10.1.2.3',
      '::ffff:10.1.2.3',
      '64:ff9b::a01:203',
      '8.8.8.8',
      '64:ff9b::808:808',
    ]) {
      expect(said({ deny, allow: [address, 'name.test'] }, address)).toContain('which egress.deny has');
    }
    expect(said({ deny }, '1.1.1.1', { host: 'BAD.test.' })).toBe(
      'BAD.test.:443 (1.1.1.1), which egress.deny has',
    );
    expect(said({ deny }, '1.1.1.1')).toBeUndefined();
    const egress = new Egress({ mode: 'internal', allow: [], deny });
    expect(egress.denies({ host: 'bad.test', port: 1 })?.code).toBe('ERR_EGRESS');
    expect(egress.denies({ host: 'good.test', port: 1 })).toBeUndefined();
  });
});

describe('a host that somebody else names', () => {
  const named = { setting: 'its.addresses', listed: new Networks(['10.1.0.0/16', 'listed.test']) };

  test('is at a public address, or listed', () => {
    for (const address of PUBLIC) expect(said({}, address, { named })).toBeUndefined();
    for (const address of [...INSIDE.filter((one) => !one.startsWith('10.1.')), ...NEVER]) {
      expect(said({}, address, { named })).toContain('to its.addresses');
    }
    expect(said({}, '10.1.2.3', { named })).toBeUndefined();
    expect(said({}, '192.168.0.1', { named, host: 'listed.test' })).toBeUndefined();
    expect(said({ allow: ['192.168.0.0/16'] }, '192.168.0.1', { named })).toBeUndefined();
    expect(said({ deny: ['10.1.2.3'] }, '10.1.2.3', { named })).toContain('egress.deny');
  });

  test('may be in a kind of network that its use allows, and never among link-local or metadata addresses', () => {
    const kinds = new Set(['private', 'link-local', 'metadata'] as const);
    expect(said({}, '10.9.9.9', { named: { kinds } })).toBeUndefined();
    expect(said({}, '127.0.0.1', { named: { kinds } })).toContain('to egress.allow');
    for (const address of NEVER) expect(said({}, address, { named: { kinds } })).toBeDefined();
  });
});

describe('the lookup of a connection', () => {
  const lookup = (host: string, refuse: (address: string) => Error | undefined) =>
    new Promise((resolve) => {
      const found = guardedLookup(new URL(`http://${host}:8080`), refuse);
      found(host, { all: true }, (error, addresses) => resolve(error ?? addresses));
    });

  test('ends with the error for any address of the name, before anything is connected to', async () => {
    const asked: string[] = [];
    const refused = await lookup('localhost', (address) => {
      asked.push(address);
      return new Error(`not ${address}`);
    });
    expect(refused).toEqual(new Error(`not ${asked[0]}`));
    expect(await lookup('localhost', () => undefined)).toContainEqual({ address: '127.0.0.1', family: 4 });
  });

  test('throws at once for an address in the url, in whatever way it is written', () => {
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '127.1']) {
      const url = new URL(`http://${host}/`);
      const refuse = (address: string) =>
        new Egress({ mode: 'public', allow: [], deny: [] }).refusal(destinationOf(url), address);
      expect(() => guardedLookup(url, refuse)).toThrow('a loopback address');
    }
  });
});
