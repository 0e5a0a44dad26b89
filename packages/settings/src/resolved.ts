/** Settings as the code behind them takes them: texts instead of secrets. */
import { Credential, Secret } from './secret.js';

/** A value, or what looks it up and throws when it cannot be had. */
export type SecretValue = string | (() => string);

/** The type of {@link resolved}. */
export type Resolved<T> = T extends Credential
  ? SecretValue
  : T extends Secret
    ? string
    : T extends readonly (infer Item)[]
      ? Resolved<Item>[]
      : T extends object
        ? { [Key in keyof T]: Resolved<T[Key]> }
        : T;

/**
 * The same settings with the values of their secrets. A credential becomes a function, to be called for each use.
 * @throws LongshoreError SECRET_MISSING
 */
export function resolved<T>(settings: T): Resolved<T> {
  return plain(settings) as Resolved<T>;
}

function plain(setting: unknown): unknown {
  if (setting instanceof Credential) return () => setting.reveal();
  if (setting instanceof Secret) return setting.reveal();
  if (Array.isArray(setting)) return setting.map(plain);
  if (typeof setting !== 'object' || setting === null) return setting;
  return Object.fromEntries(Object.entries(setting).map(([key, value]) => [key, plain(value)]));
}
