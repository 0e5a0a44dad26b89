/** Names and secrets of the header `Authorization`, compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Actor } from '@longshore/operator/access';
import type { AccessSettings } from './settings.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Whose password or token it is; undefined when it is no one’s. Compares with every one, so that the time reveals
 * neither which users exist nor how close a guess was.
 */
export function ownerOf(header: string, { basic, tokens }: AccessSettings): Omit<Actor, 'addr'> | undefined {
  const [, scheme = '', value = ''] = /^(basic|bearer) +([\w.~+/=-]+)$/i.exec(header.trim()) ?? [];
  const isBasic = scheme.toLowerCase() === 'basic';
  const sent = digest(isBasic ? Buffer.from(value, 'base64').toString('utf8') : value);
  const users = Object.entries(basic).map(([name, password]) => ({
    owner: { name, kind: 'basic' as const, role: 'admin' as const },
    matches: timingSafeEqual(sent, digest(`${name}:${password}`)) && isBasic,
  }));
  const scripts = Object.entries(tokens).flatMap(([name, { secret, role }]) =>
    secret.map((token) => ({
      owner: { name, kind: 'token' as const, role },
      matches: timingSafeEqual(sent, digest(token)) && !isBasic && scheme !== '',
    })),
  );
  return [...users, ...scripts].filter(({ matches }) => matches)[0]?.owner;
}
