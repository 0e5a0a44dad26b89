/**
 * The building blocks of the schema. A setting is one zod schema with a {@link Kind}: how a scalar is read, how a
 * value is printed, its type label, and which values are likely mistakes. Maps, lists and records of settings are
 * zod's own. Everything that walks the schema (reading, overriding, printing, documenting) uses {@link shapeOf}, so
 * that only this file depends on zod's classes.
 */
import { z } from 'zod';
import { Scalar } from '../scalar.js';

/** A scalar of a file, or the same thing written in code (defaults are). */
export type Written = Scalar | string | number | boolean;

/** A value as YAML would have it. */
export type Printed = string | number | boolean;

/** A kind of scalar value. */
export interface Kind<T> {
  /** What the reference calls it: `duration`, `text` … */
  words: string;
  /** JSON Schema of what may be written, for editors. */
  json: Readonly<Record<string, unknown>>;
  /** Reads it; `refuse` says why not, in a message that follows the key and does not quote a secret. */
  read(scalar: Scalar, refuse: (why: string) => never): T;
  /** As it would be written in YAML. Secrets are masked. */
  print(value: T): Printed;
  /** A warning for a value that is valid but probably a mistake. */
  lint?(scalar: Scalar): string | undefined;
  /** `key:` without a value is read too, instead of being treated as absent. */
  readsNothing?: boolean;
  /** For credentials: an empty list or record is refused, since it would disable authentication. */
  rejectEmpty?: boolean;
  /** Commas in a variable do not separate values. */
  verbatim?: boolean;
  /** Maps and lists may be written too, however deep; `read` is for the scalars in them. */
  anyForm?: boolean;
}

/** How a schema is built: the result of {@link shapeOf}. */
export type Shape =
  | { type: 'value'; kind: Kind<unknown> }
  | ({ type: 'map'; keys: Readonly<Record<string, z.ZodType>> } & MapTraits)
  | UnionShape
  | { type: 'record'; of: z.ZodType }
  /** `scalarOk`: one value may be written without brackets. */
  | { type: 'list'; of: z.ZodType; scalarOk: boolean };

/** Maps that a key `kind` tells apart. */
export interface UnionShape {
  type: 'union';
  /** The setting `kind`: one of the words, and the default if there is one. */
  kind: z.ZodType;
  /** A map for each word. */
  options: ReadonlyMap<string, z.ZodType>;
}

/** Properties of a map. `rejectEmpty`: it holds credentials, and is refused when it is empty. */
interface MapTraits {
  rejectEmpty?: true;
  /** The key whose value may be written alone: `hmac: env:SECRET` for `hmac: { secret: env:SECRET }`. */
  shorthandKey?: string;
  /** Its presence turns something on, so a key without a value is refused in these words. */
  emptyFault?: string;
}

const kinds = z.registry<{ kind: Kind<unknown> }>();
const scalarLists = z.registry<{ scalarOk: true }>();
const mapTraits = z.registry<MapTraits>();
const unions = new WeakMap<z.ZodType, UnionShape>();

/** The word of one map of a union: its `kind`. */
export function tag<const Word extends string>(word: Word): z.ZodLiteral<Word> {
  const schema = z.literal(word);
  kinds.add(schema, { kind: { words: word, json: {}, read: () => word, print: () => word } });
  return schema;
}

/** Makes a schema of zod known as a union. */
export function asUnion<S extends z.ZodType>(schema: S, shape: UnionShape): S {
  unions.set(schema, shape);
  return schema;
}

/** The zod schema of a kind. */
export function value<T>(kind: Kind<T>) {
  const schema = z
    .custom<Written>(() => true)
    .transform((written, context): T => {
      const refuse = (why: string): never => {
        context.issues.push({ code: 'custom', message: why, input: undefined });
        return z.NEVER;
      };
      const one = (leaf: unknown): T => {
        const scalar = leaf instanceof Scalar ? leaf : new Scalar(String(leaf ?? ''));
        const { resolved } = scalar;
        return resolved.kind === 'bad'
          ? refuse(`has a tag that does not fit: ${resolved.why}`)
          : kind.read(scalar, refuse);
      };
      return kind.anyForm ? (inEach(written, one) as T) : one(written);
    });
  kinds.add(schema, { kind: kind as Kind<unknown> });
  return schema.meta({ ...kind.json });
}

/** A tree with each of its scalars read. */
function inEach(tree: unknown, read: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(tree)) return tree.map((item) => inEach(item, read));
  if (tree instanceof Scalar || typeof tree !== 'object' || tree === null) return read(tree);
  return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, inEach(item, read)]));
}

/** A schema with its description for the reference and, optionally, its default. */
export function setting<S extends z.ZodType>(schema: S, words: string): S;
export function setting<S extends z.ZodType>(
  schema: S,
  words: string,
  fallback: z.input<S>,
): z.ZodPrefault<S>;
export function setting<S extends z.ZodType>(
  schema: S,
  words: string,
  fallback: z.input<S> | undefined,
): S | z.ZodPrefault<S>;
export function setting<S extends z.ZodType>(schema: S, words: string, fallback?: z.input<S>) {
  const described = schema.meta({ description: words });
  return fallback === undefined ? described : described.prefault(fallback as never);
}

/** A list in which one value may be written without brackets: a secret that is rotated. */
export function oneOrMore<S extends z.ZodType>(of: S) {
  const list = z.array(of);
  scalarLists.add(list, { scalarOk: true });
  return list;
}

/** A map of credentials. @param shorthandKey the key whose value may be written alone */
export function authBlock<S extends z.ZodObject>(map: S, shorthandKey?: keyof S['shape'] & string): S {
  mapTraits.add(map, { rejectEmpty: true, ...(shorthandKey !== undefined && { shorthandKey }) });
  return map;
}

/** A map of which one key's value may be written alone: `spool: false` for `spool: { enabled: false }`. */
export function shorthand<S extends z.ZodObject>(map: S, shorthandKey: keyof S['shape'] & string): S {
  mapTraits.add(map, { shorthandKey });
  return map;
}

/** A map whose presence turns something on. @param emptyFault what is wrong with its key without a value */
export function presence<S extends z.ZodObject>(map: S, emptyFault: string): S {
  mapTraits.add(map, { emptyFault });
  return map;
}

/** How a schema is built, below defaults and transforms. */
export function shapeOf(schema: z.ZodType): Shape {
  const found = kinds.get(schema);
  if (found) return { type: 'value', kind: found.kind };
  const union = unions.get(schema);
  if (union) return union;
  if (schema instanceof z.ZodObject) {
    return { type: 'map', keys: schema.shape as Record<string, z.ZodType>, ...mapTraits.get(schema) };
  }
  if (schema instanceof z.ZodRecord) return { type: 'record', of: schema.valueType as z.ZodType };
  if (schema instanceof z.ZodArray) {
    return { type: 'list', of: schema.element as z.ZodType, scalarOk: scalarLists.get(schema) !== undefined };
  }
  return shapeOf(below(schema));
}

/** The kind of the values in a setting, however deep; undefined for a map. */
export function kindOf(schema: z.ZodType): Kind<unknown> | undefined {
  const shape = shapeOf(schema);
  if (shape.type === 'value') return shape.kind;
  return shape.type === 'map' || shape.type === 'union' ? undefined : kindOf(shape.of);
}

/**
 * The keys of a map, or of a union; undefined for anything else.
 * @param kind of a union: whose setting is meant by a key that several kinds have. Default: the last one's
 */
export function keysOf(shape: Shape, kind?: string): Readonly<Record<string, z.ZodType>> | undefined {
  if (shape.type === 'map') return shape.keys;
  if (shape.type !== 'union') return undefined;
  const chosen = kind === undefined ? undefined : shape.options.get(kind);
  const options = [...shape.options.values(), ...(chosen ? [chosen] : [])];
  return Object.assign({}, ...options.map((option) => keysOf(shapeOf(option))), { kind: shape.kind });
}

/** The description of a setting. */
export function wordsOf(schema: z.ZodType): string {
  return schema.description ?? (isWrapper(schema) ? wordsOf(below(schema)) : '');
}

/** The default of a setting as it would be written; undefined when it has none. */
export function fallbackOf(schema: z.ZodType): unknown {
  return schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined;
}

const isWrapper = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPipe;

function below(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) return schema.unwrap() as z.ZodType;
  if (schema instanceof z.ZodPipe) return schema.in as z.ZodType;
  throw new TypeError(`a schema of type ${schema.def.type} is not part of the configuration`);
}
