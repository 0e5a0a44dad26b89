/**
 * What every kind of target keeps, as tests. A target's own test calls this with a way to open it at a url, and
 * a server with which it works. `target.ts` says the same in words.
 */
import { describe, expect, test } from 'vitest';
import type { CommonOptions } from './options.js';
import type { Failed, Target, WarmImage } from './target.js';

/**
 * `absent`: connection refused. `hangs`: accepts the request and never answers. `breaks`: closes the connection
 * instead. `babbles`: answers what is no HTTP. `endless`: answers 200 with a body without end. `refuses`: 500.
 * `echoes`: 500, with all that it was sent; 401 without credentials.
 */
export type Misbehaviour = 'absent' | 'hangs' | 'breaks' | 'babbles' | 'endless' | 'refuses' | 'echoes';

/** A server, and what can be observed of it from outside. */
export interface ObservedServer {
  url: string;
  /** Connections that are open now. */
  open(): number;
  /** Connections since the start. */
  accepted(): number;
  /** Resolves when a request has come. */
  reached(): Promise<void>;
  /** Header lines of all requests. */
  heard(): string;
}

/** What a target of any kind is opened with. */
export interface Opening {
  url: string;
  /** Milliseconds. */
  timeout?: number;
  auth?: CommonOptions['auth'];
  tls?: CommonOptions['tls'];
  headers?: Record<string, string[]>;
}

/** What the contract needs to test a kind of target. */
export interface TargetKit {
  /** Must see to it that the target is closed at the end of the test. */
  open(opening: Opening): Target;
  /** A server with which the target does its work; https with a certificate. */
  works(tls?: { cert: string; key: string }): Promise<ObservedServer>;
  /** A server that misbehaves for every client. */
  misbehaves(how: Misbehaviour): Promise<ObservedServer>;
  /** Self-signed, for 127.0.0.1. */
  certificate(): { cert: string; key: string };
  image: WarmImage;
}

const SECRETS = ['bearer-secret-1', 'header-secret-2', 'password-secret-3', 'userinfo-secret-4'];

/** Asks for the whole image, or for its root. Never rejects, or the target breaks its contract. */
function warm(target: Target, image: WarmImage, signal: AbortSignal = new AbortController().signal) {
  if (target.unit === 'image') return target.warm(image, { signal });
  const root = target
    .stages(image)
    .flat()
    .find(({ role }) => role === 'manifest');
  if (root === undefined) throw new Error('the image of a contract has a manifest');
  return target.warm(image, root, { signal });
}

type Result = Awaited<ReturnType<typeof warm>>;

/** All that went wrong. */
function failuresIn(result: Result): Failed[] {
  const all = result.state === 'settled' ? [...result.items.values()] : [result];
  return all.flatMap((one) => (one.state === 'failed' ? [one] : []));
}

/** Declares the tests that every kind of target passes. */
export function targetContract(kind: string, kit: TargetKit): void {
  const { open, image } = kit;

  describe(`target contract: ${kind}`, () => {
    test('with a server that does its part nothing fails', async () => {
      const { url } = await kit.works();
      const result = await warm(open({ url }), image);
      expect(result).not.toMatchObject({ state: 'aborted' });
      expect(failuresIn(result)).toEqual([]);
    });

    test.each([
      ['absent', 'refused'],
      ['hangs', 'timeout'],
      ['breaks', 'reset'],
      ['refuses', 'http_500'],
    ] as const)('a server that is or %s is a failure that may go better', async (how, reason) => {
      const { url } = await kit.misbehaves(how);
      // Only what hangs needs the deadline; the others answer, however long that takes here.
      const timeout = how === 'hangs' ? 300 : 10_000;
      const failures = failuresIn(await warm(open({ url, timeout }), image));
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures) {
        expect(failure).toMatchObject({ reason, retryable: true, detail: expect.stringMatching(/^[^\n]+$/) });
        expect(failure.detail.length).toBeLessThan(500);
      }
    });

    test.each(['babbles', 'endless'] as const)(
      'a server that %s gets no rejection, and no connection',
      async (how) => {
        const server = await kit.misbehaves(how);
        const result = await warm(open({ url: server.url, timeout: 2_000 }), image);
        for (const { detail } of failuresIn(result)) expect(detail).toMatch(/^[^\n]+$/);
        await expect.poll(server.open).toBe(0);
      },
    );

    test('an untrusted certificate is a failure, and a trusted one is not', async () => {
      const certificate = kit.certificate();
      const { url } = await kit.works(certificate);
      const [failure] = failuresIn(await warm(open({ url }), image));
      expect(failure).toMatchObject({ reason: expect.stringMatching(/^tls/), retryable: true });
      expect(failuresIn(await warm(open({ url, tls: { ca: certificate.cert } }), image))).toEqual([]);
    });

    test('certificates that cannot be read are a failure, and not of the one who opens', async () => {
      const { url } = await kit.works(kit.certificate());
      const tls = { cert: 'no certificate', key: 'no key' };
      expect(failuresIn(await warm(open({ url, tls }), image))).not.toEqual([]);
    });

    test('the shutdown signal ends a call at once', async () => {
      const server = await kit.misbehaves('hangs');
      const shutdown = new AbortController();
      const result = warm(open({ url: server.url, timeout: 60_000 }), image, shutdown.signal);
      await server.reached();
      shutdown.abort();
      expect(await result).toEqual({ state: 'aborted' });
      await expect.poll(server.open).toBe(0);
    });

    test('a call after the shutdown signal sends no request', async () => {
      const server = await kit.works();
      expect(await warm(open({ url: server.url }), image, AbortSignal.abort())).toEqual({ state: 'aborted' });
      expect(server.accepted()).toBe(0);
    });

    test('close ends what is in flight, leaves no connection, and may be called twice', async () => {
      const server = await kit.misbehaves('hangs');
      const target = open({ url: server.url, timeout: 60_000 });
      const result = warm(target, image);
      await server.reached();
      await Promise.all([target.close(), target.close()]);
      expect(await result).toEqual({ state: 'aborted' });
      await expect.poll(server.open).toBe(0);
      const before = server.accepted();
      expect(await warm(target, image)).toEqual({ state: 'aborted' });
      expect(server.accepted()).toBe(before);
    });

    test('no connection is left after close', async () => {
      const server = await kit.works();
      const target = open({ url: server.url });
      await warm(target, image);
      await target.close();
      await expect.poll(server.open).toBe(0);
    });

    test('no secret is in a result, although the server repeats them all', async () => {
      const { url, heard } = await kit.misbehaves('echoes');
      const headers = { 'X-Key': ['header-secret-2'] };
      const results = [
        await warm(open({ url, headers, auth: { bearer: () => 'bearer-secret-1' } }), image),
        await warm(open({ url, auth: { basic: { me: 'password-secret-3' } } }), image),
        await warm(open({ url: url.replace('//', '//me:userinfo-secret-4@') }), image),
      ];
      const encoded = SECRETS.map((secret) => Buffer.from(`me:${secret}`).toString('base64'));
      expect(heard()).toContain('bearer-secret-1');
      expect(heard()).toContain('header-secret-2');
      expect(heard()).toContain(encoded[2]);
      expect(heard()).toContain(encoded[3]);
      expect(results.map((result) => failuresIn(result).length)).not.toContain(0);
      const shown = JSON.stringify(results.map((result) => failuresIn(result)));
      for (const secret of [...SECRETS, ...encoded]) expect(shown).not.toContain(secret);
    });

    test('a lasting credential of the registry is not asked for', async () => {
      const { url } = await kit.works();
      const lasting: boolean[] = [];
      const registryAuthorization: WarmImage['registryAuthorization'] = async (options) => {
        lasting.push(options.lasting);
        return 'Bearer issued';
      };
      await warm(open({ url }), { ...image, registryAuthorization });
      expect(lasting).not.toContain(true);
    });

    test('a missing secret is reported, and no request is sent', async () => {
      const server = await kit.works();
      const bearer = () => {
        throw new Error('env:TOKEN is not set');
      };
      expect(failuresIn(await warm(open({ url: server.url, auth: { bearer } }), image))[0]).toMatchObject({
        reason: 'credentials',
        retryable: true,
        detail: expect.stringContaining('env:TOKEN is not set'),
      });
      expect(server.accepted()).toBe(0);
    });

    test.each(['', 'no url', 'ftp://example.com'])(
      'an unusable url (%j) is the result of each call',
      async (url) => {
        expect(await warm(open({ url }), image)).toMatchObject({ state: 'failed', reason: 'url' });
      },
    );
  });
}
