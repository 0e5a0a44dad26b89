/**
 * What the schema is made of. A setting is one zod schema with a {@link Kind} behind it: how a scalar is read,
 * how a value is printed, what it is called, which of its writings is a trap. Maps, lists and records of
 * settings are zod's own. Everything that walks the schema (reading, overriding, printing, documenting) asks
 * {@link shapeOf}, so that zod's classes are known here only.
 */
import { z } from 'zod';
import { Scalar } from '../yaml/node.js';

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
  /** Reads it; `refuse` says why not, in words that follow the key and do not quote a secret. */
  read(scalar: Scalar, refuse: (why: string) => never): T;
  /** As it would be written in YAML. Secrets are masked. */
  print(value: T): Printed;
  /** A warning for a writing that is accepted but hardly meant. */
  trap?(scalar: Scalar): string | undefined;
  /** `key:` with nothing behind it is read too, instead of being taken as absent. */
  readsNothing?: boolean;
  /** It keeps a door: a list or record of it that holds nothing is refused, it would open the door. */
  guards?: boolean;
  /** Commas in a variable do not separate values. */
  verbatim?: boolean;
}

/** How a schema is built: what {@link shapeOf} tells of it. */
export type Shape =
  | { type: 'value'; kind: Kind<unknown> }
  | ({ type: 'map'; keys: Readonly<Record<string, z.ZodType>> } & Door)
  | { type: 'record'; of: z.ZodType }
  /** `single`: one value may stand without the brackets. */
  | { type: 'list'; of: z.ZodType; single: boolean };

/** What is special about a map. `guards`: it keeps a door, and is refused when it is written with nothing in it. */
interface Door {
  guards?: true;
  /** The key whose value may stand alone: `hmac: env:SECRET` for `hmac: { secret: env:SECRET }`. */
  short?: string;
}

const kinds = z.registry<{ kind: Kind<unknown> }>();
const singles = z.registry<{ single: true }>();
const doors = z.registry<Door>();

/** The zod schema of a kind. */
export function value<T>(kind: Kind<T>) {
  const schema = z
    .custom<Written>(() => true)
    .transform((written, context): T => {
      const refuse = (why: string): never => {
        context.issues.push({ code: 'custom', message: why, input: undefined });
        return z.NEVER;
      };
      const scalar = written instanceof Scalar ? written : new Scalar(String(written ?? ''));
      const { resolved } = scalar;
      return resolved.kind === 'bad'
        ? refuse(`has a tag that does not fit: ${resolved.why}`)
        : kind.read(scalar, refuse);
    });
  kinds.add(schema, { kind: kind as Kind<unknown> });
  return schema.meta({ ...kind.json });
}

/** A schema with its words for the reference and, where there is one, what holds when it is not written. */
export function setting<S extends z.ZodType>(schema: S, words: string): S;
export function setting<S extends z.ZodType>(
  schema: S,
  words: string,
  fallback: z.input<S>,
): z.ZodPrefault<S>;
export function setting<S extends z.ZodType>(schema: S, words: string, fallback?: z.input<S>) {
  const described = schema.meta({ description: words });
  return fallback === undefined ? described : described.prefault(fallback as never);
}

/** A list in which one value may stand without brackets: a secret that is sometimes rotated. */
export function oneOrMore<S extends z.ZodType>(of: S) {
  const list = z.array(of);
  singles.add(list, { single: true });
  return list;
}

/** A map that keeps a door. @param short the key whose value may stand alone */
export function door<S extends z.ZodObject>(map: S, short?: keyof S['shape'] & string): S {
  doors.add(map, { guards: true, ...(short !== undefined && { short }) });
  return map;
}

/** A map of which one key's value may stand alone: `spool: false` for `spool: { enabled: false }`. */
export function shorthand<S extends z.ZodObject>(map: S, short: keyof S['shape'] & string): S {
  doors.add(map, { short });
  return map;
}

/** How a schema is built, below defaults and transforms. */
export function shapeOf(schema: z.ZodType): Shape {
  const found = kinds.get(schema);
  if (found) return { type: 'value', kind: found.kind };
  if (schema instanceof z.ZodObject) {
    return { type: 'map', keys: schema.shape as Record<string, z.ZodType>, ...doors.get(schema) };
  }
  if (schema instanceof z.ZodRecord) return { type: 'record', of: schema.valueType as z.ZodType };
  if (schema instanceof z.ZodArray) {
    return { type: 'list', of: schema.element as z.ZodType, single: singles.get(schema) !== undefined };
  }
  return shapeOf(below(schema));
}

/** The kind of the values in a setting, however deep; undefined for a map. */
export function kindOf(schema: z.ZodType): Kind<unknown> | undefined {
  const shape = shapeOf(schema);
  if (shape.type === 'value') return shape.kind;
  return shape.type === 'map' ? undefined : kindOf(shape.of);
}

/** The words of a setting. */
export function wordsOf(schema: z.ZodType): string {
  return schema.description ?? (isWrapper(schema) ? wordsOf(below(schema)) : '');
}

/** What holds when the setting is not written, as it would be written; undefined when nothing does. */
export function fallbackOf(schema: z.ZodType): unknown {
  return schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined;
}

const isWrapper = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional || schema instanceof z.ZodPipe;

function below(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) return schema.unwrap() as z.ZodType;
  if (schema instanceof z.ZodPipe) return schema.in as z.ZodType;
  throw new TypeError(`a schema of type ${schema.def.type} is no part of the configuration`);
}
