/** Every setting in the schema as a flat list: for the reference, for variables and for "did you mean". */

import { fallbackOf, type Kind, keysOf, shapeOf, type UnionShape, wordsOf } from '@longshore/settings/shape';
import type { z } from 'zod';

/** The step into any element of a list, and into any entry of a record. */
export const ANY_INDEX = '[]';
const ANY_NAME = '*';

/** One setting, as the reference and the overrides name it. */
export interface ListedSetting {
  /** `['notifications', 'endpoints', '[]', 'headers', '*']` */
  path: readonly string[];
  /** Of the value, or of the values in the list. */
  kind: Kind<unknown>;
  /** The value is a list; `scalarOk`: one value may be written without brackets. */
  list?: { scalarOk: boolean };
  words: string;
  /** As it would be written. */
  fallback: unknown;
}

/** The settings below a schema, in its order. A list of values is one setting, a list of maps is its settings. */
export function listSettings(schema: z.ZodType, path: readonly string[] = [], words = ''): ListedSetting[] {
  const shape = shapeOf(schema);
  const own = wordsOf(schema) || words;
  const fallback = fallbackOf(schema);
  if (shape.type === 'value') return [{ path, kind: shape.kind, words: own, fallback }];
  if (shape.type === 'record') return listSettings(shape.of, [...path, ANY_NAME], own);
  if (shape.type === 'union') return listUnion(shape, path);
  if (shape.type === 'map') {
    return Object.entries(shape.keys).flatMap(([key, below]) => listSettings(below, [...path, key]));
  }
  const element = shapeOf(shape.of);
  if (element.type !== 'value') return listSettings(shape.of, [...path, ANY_INDEX]);
  return [{ path, kind: element.kind, list: { scalarOk: shape.scalarOk }, words: own, fallback }];
}

type ByKind = [kind: string, setting: ListedSetting];

/** The settings of all kinds, each once: what it means for which kind is in its words. */
function listUnion(shape: UnionShape, path: readonly string[]): ListedSetting[] {
  return Object.keys(keysOf(shape) ?? {}).flatMap((key) => {
    if (key === 'kind') return listSettings(shape.kind, [...path, key]);
    const found = new Map<string, ByKind[]>();
    for (const [kind, option] of shape.options) {
      const below = keysOf(shapeOf(option))?.[key];
      for (const listed of below ? listSettings(below, [...path, key]) : []) {
        const id = writtenPath(listed.path);
        found.set(id, [...(found.get(id) ?? []), [kind, listed]]);
      }
    }
    // A block that has the name of its kind says so itself.
    const many = shape.options.has(key) ? 1 : shape.options.size;
    return [...found.values()].map((settings) => merged(settings, many));
  });
}

/** @param many how many kinds there are */
function merged(settings: readonly ByKind[], many: number): ListedSetting {
  const [[, first] = ['']] = settings;
  if (first === undefined) throw new TypeError('no kind has the setting');
  const words = grouped(settings, ({ words }) => words);
  const said = words.map(([words, kinds]) =>
    kinds.length === many ? words : `${kinds.join(', ')}: ${words}`,
  );
  const types = grouped(settings, ({ kind }) => kind.words).map(([type]) => type);
  const fallbacks = grouped(settings, ({ fallback }) => String(fallback ?? 'none'));
  const defaults = fallbacks.map(([fallback, kinds]) => `${kinds.join(', ')} \`${fallback}\``);
  const differ = fallbacks.length > 1;
  return {
    ...first,
    kind: { ...first.kind, words: types.join(' or ') },
    words: [...said, ...(differ ? [`Default: ${defaults.join('; ')}.`] : [])].join(' '),
    fallback: differ ? undefined : first.fallback,
  };
}

/** The kinds by what is equal among them. */
function grouped(settings: readonly ByKind[], of: (setting: ListedSetting) => string): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const [kind, setting] of settings) groups.set(of(setting), [...(groups.get(of(setting)) ?? []), kind]);
  return [...groups];
}

/** `notifications.endpoints[].headers.NAME` */
export function writtenPath(path: readonly string[]): string {
  const steps = path.map((step) => (step === ANY_INDEX ? '[]' : step === ANY_NAME ? '.NAME' : `.${step}`));
  return steps.join('').replace(/^\./, '');
}

/** Not overridden: an image's own version would be taken for the version of the file's format. */
const WITHOUT_VARIABLE = 'version';

/** The variable that overrides a setting, if one does; of a list of maps, the first one's. */
export function variableOf(path: readonly string[]): string | undefined {
  if (path[0] === WITHOUT_VARIABLE) return undefined;
  const steps = path.map((step) =>
    step === ANY_INDEX ? '0' : step === ANY_NAME ? 'NAME' : step.toUpperCase(),
  );
  return `LONGSHORE_${steps.join('_')}`;
}
