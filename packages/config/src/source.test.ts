import { describe as describeTests, expect, test } from 'vitest';
import { describe } from './describe.js';
import { configFrom } from './read.js';

const ONE = 'notifications: { endpoints: [{ name: one, url: http://one/ }] }\n';
const read = (source: string, env = {}) => configFrom(Buffer.from(`sources: [${source}]\n${ONE}`), env);
const said = (source: string) =>
  read(source).problems.map(({ level, path, message }) => `${level} ${path}: ${message}`);

describeTests('a signature', () => {
  test('is its secret alone, several of them, or a map', () => {
    for (const [written, secrets] of [
      ['key', ['key']],
      ['[new, old]', ['new', 'old']],
      ['{ secret: key, algorithm: sha512, header: X-Sig, encoding: base64, prefix: v1= }', ['key']],
    ] as const) {
      const { config, problems } = read(`{ name: n, kind: nexus, auth: { hmac: ${written} } }`);
      expect(problems).toEqual([]);
      expect(config?.sources[0]?.auth.hmac?.secret?.map((secret) => secret.reveal())).toEqual(secrets);
    }
  });

  test('is masked where the configuration is shown', () => {
    const { config } = read('{ name: n, kind: nexus, auth: { hmac: s3cret, token: [s3cret] } }');
    const shown = JSON.stringify(config && describe(config));
    expect(shown).toContain('hmac');
    expect(shown).not.toContain('s3cret');
  });

  test.each([
    ['nexus', '""', /auth\.hmac.*is empty/],
    ['nexus', '', /auth\.hmac.*is empty/],
    ['nexus', '{}', /auth\.hmac.*is empty/],
    ['nexus', '[]', /auth\.hmac.*is empty/],
    ['nexus', '{ algorithm: sha1 }', /auth\.hmac\.secret: is missing/],
    ['nexus', '{ secret: a, algorithm: md5 }', /auth\.hmac\.algorithm.*sha1/],
    ['nexus', '{ secret: a, headers: X }', /Did you mean "header"/],
    ['quay', 'key', /auth\.hmac: has no header/],
  ])('of kind %s as `%s` is refused', (kind, written, message) => {
    expect(said(`{ name: n, kind: ${kind}, auth: { hmac: ${written} } }`)).toEqual([
      expect.stringMatching(message),
    ]);
  });
});

describeTests('an issuer', () => {
  test('of Google needs an audience and an account', () => {
    const { config, problems } = read(
      '{ name: n, kind: gar, auth: { oidc: { audience: me, email: [a, b] } } }',
    );
    expect(problems).toEqual([]);
    expect(config?.sources[0]?.auth.oidc).toMatchObject({ audience: ['me'], email: ['a', 'b'] });
  });

  test.each([
    ['', /is empty/],
    ['{}', /is empty/],
    ['{ email: a }', /has no audience/],
    ['{ audience: me }', /names no account/],
    ['{ audience: me, email: a, issuer: "https://i/" }', /has no jwks/],
    ['{ audience: me, email: a, issuer: "https://i/", jwks: "http://i/certs" }', /without TLS.*write https/],
  ])('`%s` is refused', (written, message) => {
    expect(said(`{ name: n, kind: gar, auth: { oidc: ${written} } }`)).toEqual([
      expect.stringMatching(message),
    ]);
    const ingest = configFrom(Buffer.from(`ingest: { auth: { oidc: ${written} } }\n${ONE}`), {});
    expect(ingest.problems).toMatchObject([{ level: 'error', message: expect.stringMatching(message) }]);
  });
});

describeTests('options', () => {
  test.each([
    ['nexus', 'types: { a: push }', /options\.types: is no option of kind nexus/],
    ['distribution', 'host: h', /options\.host: is no option of kind distribution. It has none/],
    ['nexus', 'updated: yes', /options\.updated.*push or pull/],
    ['nexus', 'host: "https://h/"', /options\.host: is not a host/],
    ['cloudevents', 'types: { a: pushed }', /options\.types\.a/],
    ['cloudevents', 'fields: { tag: data.tag }', /options\.fields\.tag: is not a JSON pointer/],
    ['cloudevents', 'fields: { name: /a }', /unknown key "name"/],
  ])('of kind %s as `%s` are refused', (kind, written, message) => {
    expect(said(`{ name: n, kind: ${kind}, options: { ${written} } }`)).toEqual([
      expect.stringMatching(message),
    ]);
  });

  test('can be set by variables', () => {
    const env = { LONGSHORE_SOURCES_0_OPTIONS_HOST: 'h:1', LONGSHORE_SOURCES_0_AUTH_HMAC_SECRET: 'a' };
    const { config, problems } = read('{ name: n, kind: nexus }', env);
    expect(problems).toEqual([]);
    expect(config?.sources[0]?.options.host).toBe('h:1');
    expect(config?.sources[0]?.auth.hmac?.secret?.[0]?.reveal()).toBe('a');
  });
});
