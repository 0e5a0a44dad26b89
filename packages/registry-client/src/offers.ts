/**
 * What is tried after a bare request was refused without a challenge, at a registry with
 * credentials: the challenge of `/v2/` is followed, as Docker
 * and crane do before every image, and Basic is sent where `/v2/` has none.
 */
import type { Authorizer, Offer } from './authorization.js';
import { BoundedMap } from './bounded-map.js';
import { RegistryError } from './error.js';
import { withNote } from './refusal.js';

/** Statuses of a bare request that may succeed with credentials. */
const HIDING: ReadonlySet<number> = new Set([400, 401, 403, 404]);
/** Milliseconds for which credentials that were refused are not sent again: an account may be locked by them. */
const REFUSED_FOR_MS = 60_000;
/** Of repositories for which a refusal is remembered. */
const MOST = 1000;

interface OffersParts {
  authorizer: Authorizer;
  /** `WWW-Authenticate` of `/v2/`; undefined without one. */
  welcome: () => Promise<string | undefined>;
  /** Epoch milliseconds. */
  now: () => number;
}

/** Of one registry. */
export class Offers {
  readonly #parts: OffersParts;
  #welcome: Promise<string | undefined> | undefined;
  /** By repository: why, and until when (epoch milliseconds) nothing is offered again. */
  readonly #refused = new BoundedMap<string, { until: number; why: string }>(MOST);

  constructor(parts: OffersParts) {
    this.#parts = parts;
  }

  /** What to ask again with. Rejects with `refusal`, or with a note on it, when there is nothing to offer. */
  async after(repository: string, refusal: RegistryError): Promise<Offer> {
    const { authorizer, now } = this.#parts;
    const { status = 0 } = refusal;
    if (!HIDING.has(status) || !(await authorizer.has(repository))) throw refusal;
    const refused = this.#refused.get(repository);
    if (refused && refused.until > now()) throw withNote(refusal, refused.why);
    const offer = await authorizer.offer(repository, await this.#challenge()).catch((error) => {
      throw isFinal(error) ? this.#inVain(repository, refusal, error) : error;
    });
    if (!offer) throw refusal;
    return offer;
  }

  /** Asks again, and remembers what that shows of the registry. */
  async use<T>(
    repository: string,
    offer: Offer,
    refusal: RegistryError,
    again: () => Promise<T>,
  ): Promise<T> {
    const { authorizer } = this.#parts;
    try {
      const value = await again();
      authorizer.keep(repository, offer, true);
      return value;
    } catch (error) {
      const status = error instanceof RegistryError ? error.status : undefined;
      if (status === 401) throw this.#inVain(repository, refusal, error);
      if (status !== undefined) authorizer.keep(repository, offer, false);
      throw error;
    }
  }

  /** Asked for once. */
  #challenge(): Promise<string | undefined> {
    this.#welcome ??= this.#parts.welcome().catch((error) => {
      this.#welcome = undefined;
      throw error;
    });
    return this.#welcome;
  }

  /** The first refusal stands: a manifest may not be there yet although the credentials are wrong. */
  #inVain(repository: string, refusal: RegistryError, error: unknown): RegistryError {
    const why = `with credentials: ${error instanceof Error ? error.message : String(error)}`;
    this.#refused.set(repository, { until: this.#parts.now() + REFUSED_FOR_MS, why });
    return withNote(refusal, why);
  }
}

/** The token server will say the same the next time. */
function isFinal(error: unknown): boolean {
  return error instanceof RegistryError && (error.kind === 'unauthorized' || error.kind === 'redirect');
}
