/**
 * Which `Authorization` a request to the registry carries. The first request of a repository goes bare, unless
 * the registry has shown before which authorization it requires; a 401 is answered once, and a second one is final.
 *
 * Some registries hide what a bare request may not read: they answer 403 or 404 and send no challenge. Then the
 * challenge of `/v2/` is followed, as Docker and crane do for every image, and Basic is sent where there is none.
 */
import { BoundedMap } from './bounded-map.js';
import { type Challenge, strongestIn } from './challenge.js';
import type { Credentials } from './credentials.js';
import { RegistryError } from './error.js';
import type { Credential } from './port.js';
import { checkRealm } from './realm.js';
import { basic, type TokenRequest } from './token-request.js';
import type { TokenSource } from './tokens.js';

/** Of repositories whose challenge is remembered. */
const MOST = 1000;

/** An authorization for a request that was refused without a challenge. */
export interface Offer {
  authorization: string;
  challenge: Challenge;
}

const BASIC: Challenge = { scheme: 'basic', parameters: {} };

interface Parts {
  registry: URL;
  credentials: Credentials;
  tokens: TokenSource;
  /** Hosts that get credentials although their name does not belong to the registry's. */
  realms: readonly string[];
  /** See `Trusted.settings`. */
  settings?: string;
  /** What a token is asked for. Default `pull`. */
  actions?: 'pull' | 'pull,push';
}

/** The authorizations of one registry. */
export class Authorizer {
  readonly #parts: Parts;
  /** What the registry wanted to see, by repository. */
  readonly #wanted = new BoundedMap<string, Challenge>(MOST);
  /** What it requires for a repository that was not requested yet. Undefined: the first request has no authorization. */
  #everywhere: Challenge | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Of a request that has not been refused. Undefined: bare. `renew`: a token that lives as long as one can. */
  async current(repository: string, { renew = false } = {}): Promise<string | undefined> {
    const wanted = this.#wanted.get(repository) ?? this.#everywhere;
    if (wanted) {
      const known = await this.#follow(repository, wanted);
      return renew && wanted.scheme === 'bearer' ? this.#follow(repository, wanted, known) : known;
    }
    const credential = await this.#parts.credentials.for(repository);
    return credential && 'bearer' in credential ? `Bearer ${credential.bearer}` : undefined;
  }

  /** After a 401 with this `WWW-Authenticate`. `used`: what was refused. Undefined: there is nothing else to try. */
  async answer(
    repository: string,
    header: string | undefined,
    used: string | undefined,
  ): Promise<string | undefined> {
    const { credentials } = this.#parts;
    const wanted = strongestIn(header);
    if (!wanted) return undefined;
    if (wanted.scheme === 'basic' && used) credentials.forget();
    const next = await this.#follow(repository, wanted, used);
    if (next === undefined || next === used) return undefined;
    this.#wanted.set(repository, wanted);
    return next;
  }

  /** Are there credentials for this repository? */
  async has(repository: string): Promise<boolean> {
    return (await this.#parts.credentials.for(repository)) !== undefined;
  }

  /** By the `WWW-Authenticate` of `/v2/`. Undefined: there is nothing to offer. */
  async offer(repository: string, header: string | undefined): Promise<Offer | undefined> {
    const { scheme, parameters } = strongestIn(header) ?? BASIC;
    // its scope is not that of this repository: GHCR names an example there
    const { scope: _, ...others } = parameters;
    const challenge = { scheme, parameters: others };
    const authorization = await this.#follow(repository, challenge);
    return authorization === undefined ? undefined : { authorization, challenge };
  }

  /** The registry took it. `everywhere`: and showed what it hides from bare requests. */
  keep(repository: string, { challenge }: Offer, everywhere: boolean): void {
    this.#wanted.set(repository, challenge);
    if (everywhere) this.#everywhere = challenge;
  }

  /**
   * Is this value the operator's own credential, and not a token that was issued for one repository? Basic is, so
   * is the configured token, which is sent as it is, and what a token server gives back of what it was given.
   */
  async isLasting(repository: string, value: string): Promise<boolean> {
    if (value.startsWith('Basic ')) return true;
    const credential = await this.#parts.credentials.for(repository);
    if (credential === undefined) return false;
    const secret = secretOf(credential);
    const token = value.replace(/^Bearer /, '');
    const decoded = Buffer.from(token, 'base64').toString('utf8');
    return [token, decoded].some((text) => text === secret || text.endsWith(`:${secret}`));
  }

  async #follow(repository: string, wanted: Challenge, used?: string): Promise<string | undefined> {
    const { credentials } = this.#parts;
    const credential = await credentials.for(repository);
    if (credential && 'bearer' in credential) return `Bearer ${credential.bearer}`;
    if (wanted.scheme === 'basic') return basicOf(credential);
    try {
      return await this.#token(repository, wanted, credential, used);
    } catch (error) {
      if (!(error instanceof RegistryError && error.kind === 'unauthorized')) throw error;
      // the file they come from may have been replaced
      credentials.forget();
      const fresh = await credentials.for(repository);
      if (JSON.stringify(fresh) === JSON.stringify(credential)) throw error;
      return this.#token(repository, wanted, fresh, used);
    }
  }

  async #token(
    repository: string,
    { parameters }: Challenge,
    credential: Credential | undefined,
    used: string | undefined,
  ): Promise<string> {
    const { registry, realms, settings, tokens } = this.#parts;
    const request: TokenRequest = {
      realm: checkRealm(parameters.realm, registry, realms, credential !== undefined, settings),
      service: parameters.service,
      scope: this.#scope(repository, parameters.scope),
      credential,
    };
    return `Bearer ${await tokens.get(request, used?.replace(/^Bearer /, ''))}`;
  }

  /** As the registry asks. Where it is written to, one token is for both. */
  #scope(repository: string, asked: string | undefined): string {
    const { actions = 'pull' } = this.#parts;
    const own = `repository:${repository}`;
    const scopes = (asked || `${own}:pull`).split(' ');
    return scopes.map((scope) => (scope === `${own}:pull` ? `${own}:${actions}` : scope)).join(' ');
  }
}

function basicOf(credential: Credential | undefined): string | undefined {
  if (!credential || !('username' in credential)) return undefined;
  return basic(credential.username, credential.password);
}

function secretOf(credential: Credential): string {
  if ('bearer' in credential) return credential.bearer;
  return 'identityToken' in credential ? credential.identityToken : credential.password;
}
