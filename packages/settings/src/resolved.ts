/** Settings as the code behind them takes them, texts instead of secrets: `@longshore/settings/resolved`. */
import { Credential, Secret } from './secret.js';

/** A value, or what looks it up and throws when it cannot be had. */
export type SecretValue = string | (() => string);

type Replaced<T, PerUse> = T extends Credential
  ? PerUse
  : T extends Secret
    ? string
    : T extends readonly (infer Item)[]
      ? Replaced<Item, PerUse>[]
      : T extends object
        ? { [Key in keyof T]: Replaced<T[Key], PerUse> }
        : T;

/** Settings with texts instead of secrets. */
type Revealed<T> = Replaced<T, string>;
/** The same, with something to look up instead of a credential. */
export type Resolved<T> = Replaced<T, SecretValue>;

/**
 * The same settings with the values of their secrets.
 * @throws LongshoreError SECRET_MISSING
 */
export function revealAll<T>(settings: T): Revealed<T> {
  return replaced(settings, (secret) => secret.reveal()) as Revealed<T>;
}

/**
 * The same settings with the values of their secrets. A credential becomes a function, to be called for each use.
 * @throws LongshoreError SECRET_MISSING, when it is not one of a credential
 */
export function resolved<T>(settings: T): Resolved<T> {
  const lookup = (secret: Secret) => (secret instanceof Credential ? () => secret.reveal() : secret.reveal());
  return replaced(settings, lookup) as Resolved<T>;
}

function replaced(setting: unknown, by: (secret: Secret) => SecretValue): unknown {
  if (setting instanceof Secret) return by(setting);
  if (Array.isArray(setting)) return setting.map((item) => replaced(item, by));
  if (typeof setting !== 'object' || setting === null) return setting;
  return Object.fromEntries(Object.entries(setting).map(([key, value]) => [key, replaced(value, by)]));
}
