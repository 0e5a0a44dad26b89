/** Descriptors: what an index or a manifest points with (image-spec 1.1, "descriptor" and "image index"). */
import { digestOf, isDigest } from './digest.js';
import { objectOf, textOf, textsOf } from './json.js';
import { mediaTypeOf } from './media-type.js';

/** The platform of an image. */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
  'os.version'?: string;
  'os.features'?: readonly string[];
}

/** What points at a manifest or blob. `urls` are read and never fetched: they lead anywhere. */
export interface Descriptor {
  /** `algorithm:encoded` */
  digest: string;
  /** Lower case, without parameters. */
  mediaType?: string;
  /** Bytes. Absent when unknown. */
  size?: number;
  platform?: Platform;
  artifactType?: string;
  annotations?: Readonly<Record<string, string>>;
  urls?: readonly string[];
  /** The content itself, base64. */
  data?: string;
}

/** A text says what is wrong with it. */
export function descriptorOf(value: unknown): Descriptor | string {
  const { digest, size, mediaType, platform, artifactType, annotations, urls, data } = objectOf(value) ?? {};
  if (typeof digest !== 'string' || !isDigest(digest)) return 'has a descriptor without a digest';
  if (size !== undefined && !isSize(size)) return `has an invalid size for ${digest}`;
  const found = {
    mediaType: mediaTypeOf(mediaType),
    size: knownSize(digest, size),
    platform: platformOf(platform),
    artifactType: mediaTypeOf(artifactType),
    annotations: textsOf(annotations),
    urls: textList(urls),
    data: textOf(data),
  };
  return { digest, ...(defined(found) satisfies Omit<Descriptor, 'digest'>) };
}

/** Of a descriptor, or of an image's configuration, which has the same fields. Undefined without os or architecture. */
export function platformOf(value: unknown): Platform | undefined {
  const fields = objectOf(value) ?? {};
  const [os, architecture] = [textOf(fields.os), textOf(fields.architecture)];
  if (os === undefined || architecture === undefined) return undefined;
  const more = {
    variant: textOf(fields.variant),
    'os.version': textOf(fields['os.version']),
    'os.features': textList(fields['os.features']),
  };
  return { os, architecture, ...defined(more) };
}

/** Go writes an unknown size as 0, so 0 is a size only for the digest of nothing. */
export function knownSize(digest: string, size: number | undefined): number | undefined {
  return size === 0 && digestOf(Buffer.alloc(0), digest) !== digest ? undefined : size;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function textList(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined;
}

function defined<T extends object>(fields: T): T {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as T;
}
