/** Maps of several kinds, distinguished by their key `kind`: each kind has its own keys. */
import { z } from 'zod';
import { choice } from './scalars.js';
import { asUnion, kindOf, setting, shapeOf } from './setting.js';

type Discriminable = z.ZodType & z.core.$ZodTypeDiscriminable;

/**
 * One of several maps. Each has the key `kind` with a `tag`.
 * @param words describes `kind`
 * @param fallback the kind where none is written
 */
export function union<const Options extends readonly [Discriminable, ...Discriminable[]]>(
  words: string,
  options: Options,
  fallback?: string,
): z.ZodDiscriminatedUnion<Options, 'kind'> {
  const byKind = new Map(options.map((option) => [tagOf(option), option]));
  const kind = setting(choice([...byKind.keys()]), words, fallback);
  return asUnion(z.discriminatedUnion('kind', options), { type: 'union', kind, options: byKind });
}

function tagOf(option: z.ZodType): string {
  const shape = shapeOf(option);
  const kind = shape.type === 'map' ? shape.keys.kind : undefined;
  const word = kind && kindOf(kind)?.words;
  if (word === undefined) throw new TypeError('each map of a union needs the key kind with a tag');
  return word;
}
