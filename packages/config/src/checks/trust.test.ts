/** Credentials, certificates, proxies and egress that cannot work as they are configured, or that are dangerous. */
import { selfSigned } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { configFrom } from '../read.js';
import { checkTrap, file, KEY, type Trap } from '../samples/trap.js';
import { certificateExpiries } from '../tls-blocks.js';

const client = selfSigned({ names: ['client'], days: 90 });
const other = selfSigned({ names: ['other'], days: 90 });
const env = {
  ...{ CERT: client.cert, KEY: client.key, OTHER: other.key, JUNK: 'no PEM' },
  OLD: selfSigned({ names: ['old'], days: -1 }).cert,
  SOON: selfSigned({ names: ['soon'], days: 20 }).cert,
};
const TOKEN = 'tokenurl: "https://idp.test/token", clientid: me, clientsecret: sekret';
const egress = (rules: string, url = 'http://receiver/'): string =>
  `egress: { ${rules} }\nnotifications: { endpoints: [{ name: one, url: "${url}" }] }\n`;

const traps: Trap[] = [
  {
    title: 'credentials twice',
    bad: file('auth: { bearer: abc, basic: { me: sekret } }'),
    problem: ['error', `${KEY}.auth`, /more than one of/],
    fine: file('auth: { basic: { me: sekret } }'),
  },
  {
    title: 'credentials beside a header',
    bad: file('auth: { bearer: abc }, headers: { authorization: [Bearer abc] }'),
    problem: ['error', `${KEY}.headers.authorization`, /is set beside auth/],
    fine: file('auth: { bearer: abc }, headers: { X-Key: [abc] }'),
  },
  {
    title: 'credentials beside those in the url',
    bad: 'notifications: { endpoints: [{ name: one, url: "http://me:sekret@receiver/", auth: { bearer: abc } }] }',
    problem: ['error', `${KEY}.auth`, /beside the user and password in the url/],
    fine: file(`auth: { oauth2: { ${TOKEN} } }`),
  },
  {
    title: 'a block without credentials',
    bad: file('auth: {}'),
    problem: ['error', `${KEY}.auth`, /names no credentials/],
    fine: file('auth: { bearer: abc }'),
  },
  {
    title: 'a token url that is none',
    bad: file('auth: { oauth2: { tokenurl: idp, clientid: me, clientsecret: sekret } }'),
    problem: ['error', `${KEY}.auth.oauth2.tokenurl`, /is not a url/],
    fine: file(`auth: { oauth2: { ${TOKEN}, scopes: [a, b], audience: x } }`),
  },
  {
    title: 'a certificate that is not checked',
    bad: file('tls: { insecure: true }'),
    problem: ['warning', `${KEY}.tls.insecure`, /not checked: anybody on the way/],
    fine: file('tls: { minversion: 1.3, servername: inner.test }'),
  },
  ...[
    {
      title: 'an authority that is no certificate',
      tls: 'ca: env:JUNK',
      key: 'ca',
      said: /no certificate in PEM/,
    },
    {
      title: 'the key of another certificate',
      tls: 'cert: env:CERT, key: env:OTHER',
      key: 'key',
      said: /key of another/,
    },
    { title: 'a certificate without its key', tls: 'cert: env:CERT', key: 'cert', said: /no key beside it/ },
    { title: 'a key without its certificate', tls: 'key: env:KEY', key: 'key', said: /no cert beside it/ },
    { title: 'a key that is none', tls: 'cert: env:CERT, key: env:JUNK', key: 'key', said: /no private key/ },
  ].map(
    ({ title, tls, key, said }): Trap => ({
      ...{
        title,
        env,
        bad: file(`tls: { ${tls} }`),
        fine: file('tls: { cert: env:CERT, key: env:KEY, ca: env:CERT }'),
      },
      problem: ['error', `${KEY}.tls.${key}`, said],
    }),
  ),
  ...[
    { title: 'a certificate that has expired', ca: 'env:OLD', said: /has expired on .* Renew/ },
    { title: 'a certificate that expires soon', ca: 'env:SOON', said: /expires on .* Renew/ },
  ].map(
    ({ title, ca, said }): Trap => ({
      ...{ title, env, bad: file(`tls: { ca: ${ca} }`), fine: file('tls: { ca: env:CERT }') },
      problem: ['warning', `${KEY}.tls.ca`, said],
    }),
  ),
  {
    title: 'the certificates of an embedded Redis',
    bad: file('', 'redis: { tls: {} }\n'),
    problem: ['error', 'redis.tls', /set redis.url/],
    fine: file('', 'redis: { url: "redis://redis.test", tls: {} }\n'),
  },
  {
    title: 'a proxy that is no url',
    bad: file('proxy: proxy:3128'),
    problem: ['error', `${KEY}.proxy`, /direct for no proxy/],
    fine: file('proxy: direct'),
  },
  {
    title: 'a metadata address',
    bad: egress('mode: internal', 'http://169.254.169.254/latest'),
    problem: ['warning', `${KEY}.url`, /nothing is sent: .*metadata address; .* to egress.allow/],
    fine: egress('allow: [169.254.169.254]', 'http://169.254.169.254/latest'),
  },
  {
    title: 'a private address where only public ones are allowed',
    bad: egress('mode: public', 'http://10.0.0.1/'),
    problem: ['warning', `${KEY}.url`, /egress.mode is public/],
    fine: egress('mode: public, allow: [10.0.0.0/8]', 'http://10.0.0.1/'),
  },
  {
    title: 'a denied host',
    bad: egress('deny: [receiver]'),
    problem: ['warning', `${KEY}.url`, /which egress.deny has/],
    fine: egress('deny: ["receiver:81"]'),
  },
  ...['10.0.0.0/33', '10.0.0', 'http://host', 'a b', '10.0.0.0/8/8'].map(
    (entry): Trap => ({
      title: `${entry}, which is no entry of a list`,
      bad: egress(`allow: ["${entry}"]`),
      problem: ['error', 'egress.allow[0]', /no address, no network and no host/],
      fine: egress('allow: [10.0.0.0/8, 10.0.0.1, "fd00::/8", "[fd00::1]", "host.test:80", localhost]'),
    }),
  ),
];

test.each(traps)('$title', checkTrap);

test('an endpoint, a receiver of alerts, a target and an issuer have the same checks', () => {
  const { problems } = configFrom(
    Buffer.from(`
alerts: [{ name: oncall, url: "http://169.254.1.1/", tls: { insecure: true } }]
sources: [{ name: s, kind: gar, auth: { oidc: { audience: a, email: e, issuer: "https://i.test", jwks: "https://[fd00:ec2::23]/k", tls: { insecure: true } } } }]
notifications:
  endpoints:
    - name: warm
      kind: preheat
      preheat:
        registry: { url: "https://100.100.100.200", tls: { insecure: true } }
        targets: [{ name: t, kind: pull-through, url: "http://[::ffff:169.254.169.254]", tls: { insecure: true } }]
`),
    {},
  );
  expect(problems.map(({ path }) => path).sort()).toEqual(
    [
      ...['alerts[0].url', 'alerts[0].tls.insecure'],
      ...['sources[0].auth.oidc.jwks', 'sources[0].auth.oidc.tls.insecure'],
      ...[`${KEY}.preheat.registry.url`, `${KEY}.preheat.registry.tls.insecure`],
      ...[`${KEY}.preheat.targets[0].url`, `${KEY}.preheat.targets[0].tls.insecure`],
    ].sort(),
  );
});

test('the expiry of each certificate is known by the name of its setting', () => {
  const { config } = configFrom(
    Buffer.from(file('tls: { ca: env:SOON, cert: env:CERT, key: env:KEY }')),
    env,
  );
  if (!config) throw new Error('the file cannot be used');
  const found = certificateExpiries(config);
  expect(found.map(({ setting }) => setting)).toEqual([
    'notifications.endpoints.one.tls.ca',
    'notifications.endpoints.one.tls.cert',
  ]);
  const days = found.map(({ at }) => Math.round((at - Date.now()) / 86_400_000));
  expect(days).toEqual([20, 90]);
});
