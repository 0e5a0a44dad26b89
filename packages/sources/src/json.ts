/** Reads members of JSON values whose type is not known. */

/** An object of JSON, unchecked. */
export type JsonObject = Record<string, unknown>;

/** An object, not an array or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member at a path of names; undefined where there is none. */
export function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const name of path) found = isObject(found) ? found[name] : undefined;
  return found;
}

/** The text at a path of names; undefined when it is empty or no text. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/**
 * The members whose names are among `names` (lower case) in any case. The spelling in lower case wins over
 * any other.
 */
export function foldKeys(object: JsonObject, names: ReadonlySet<string>): Map<string, unknown> {
  const members = new Map<string, unknown>();
  for (const key in object) {
    if (key.length > 32) continue; // no field has such a name; lower-casing it would only cost time
    const name = key.toLowerCase();
    if (names.has(name) && (name === key || !members.has(name))) members.set(name, object[key]);
  }
  return members;
}
