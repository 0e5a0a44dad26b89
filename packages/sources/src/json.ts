/**
 * The few things about JSON values that `JSON` itself does not do: telling objects from arrays, looking at
 * how deep a value goes, and writing a value of any depth. `JSON.parse` reads any depth, `JSON.stringify`
 * overflows the stack at a few thousand levels; so depth is checked before a value is handed on.
 */

/** An object of JSON, unchecked. */
export type JsonObject = Record<string, unknown>;

/** An object, not an array or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Is the value nested in at most `levels` objects and arrays? Looks no deeper than that. */
export function isWithinDepth(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isWithinDepth(item, levels - 1));
  for (const key in value) {
    const member = (value as JsonObject)[key];
    if (typeof member === 'object' && !isWithinDepth(member, levels - 1)) return false;
  }
  return true;
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

interface Frame {
  keys?: string[];
  values: unknown[];
  next: number;
  close: string;
}

/** `JSON.stringify` for a JSON value of any depth; slower, and without recursion. */
export function writeJson(root: unknown): string {
  const out: string[] = [];
  const open: Frame[] = [];
  const write = (value: unknown) => {
    if (typeof value !== 'object' || value === null) {
      out.push(JSON.stringify(value) ?? 'null');
    } else if (Array.isArray(value)) {
      out.push('[');
      open.push({ values: value, next: 0, close: ']' });
    } else {
      out.push('{');
      open.push({ keys: Object.keys(value), values: Object.values(value), next: 0, close: '}' });
    }
  };
  write(root);
  for (let frame = open.at(-1); frame !== undefined; frame = open.at(-1)) {
    if (frame.next === frame.values.length) {
      out.push(frame.close);
      open.pop();
      continue;
    }
    if (frame.next > 0) out.push(',');
    if (frame.keys) out.push(JSON.stringify(frame.keys[frame.next]), ':');
    write(frame.values[frame.next++]);
  }
  return out.join('');
}
