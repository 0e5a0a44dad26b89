/** Every block `tls` of a configuration, wherever it is, and when its certificates expire. */
import { expiryOf } from '@longshore/network';
import type { tls } from '@longshore/settings';
import { revealed, Secret } from '@longshore/settings/secrets';
import type { z } from 'zod';
import type { Config } from './schema.js';
import type { Step } from './yaml/node.js';

/** The block, with defaults applied. */
export type TlsSettings = z.output<ReturnType<typeof tls>>;

/** A block, its path in the file, and the same path with names in place of places in lists. */
export interface TlsBlock {
  tls: TlsSettings;
  path: readonly Step[];
  setting: string;
}

/** A configured certificate. */
export interface Expiry {
  /** `notifications.endpoints.deploys.tls.cert` */
  setting: string;
  /** Epoch milliseconds: when the first certificate of the setting expires. */
  at: number;
}

/** In the order of the configuration. */
export function tlsBlocks(
  value: unknown,
  path: readonly Step[] = [],
  names: readonly string[] = [],
): TlsBlock[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => tlsBlocks(item, [...path, index], [...names, nameOf(item, index)]));
  }
  if (typeof value !== 'object' || value === null || value instanceof Secret) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const [below, words] = [
      [...path, key],
      [...names, key],
    ];
    if (key !== 'tls') return tlsBlocks(item, below, words);
    return item ? [{ tls: item as TlsSettings, path: below, setting: words.join('.') }] : [];
  });
}

/** Whether the certificate of something that it connects to is not checked. @param part an endpoint, say */
export const isInsecure = (part: object): boolean => tlsBlocks(part).some(({ tls }) => tls.insecure);

/** Those of certificates that can be read. */
export function certificateExpiries(config: Config): Expiry[] {
  return tlsBlocks(config).flatMap(({ tls, setting }) =>
    (['ca', 'cert'] as const).flatMap((key) => {
      const secret = tls[key];
      const at = secret && expiryOf(revealed(secret) ?? '');
      return at === undefined ? [] : [{ setting: `${setting}.${key}`, at }];
    }),
  );
}

const nameOf = (item: unknown, index: number): string =>
  typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : String(index);
