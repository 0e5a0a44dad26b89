/**
 * Which HTTP proxy leads to a url, by the environment, read as Go reads it, because that is how the registry's
 * own notifier finds its way: `HTTP_PROXY` for http, `HTTPS_PROXY` for https, both in lower case too, `NO_PROXY`.
 * Source: golang.org/x/net/http/httpproxy, config.go.
 */
import { BlockList, isIP } from 'node:net';
import type { Env } from '@longshore/settings/environment';
import { isLoopback } from '@longshore/settings/format';

/** @returns the proxy's url, `http:` or `https:`; undefined for a direct connection */
export function proxyFor(target: string, env: Env): string | undefined {
  if (!URL.canParse(target)) return undefined;
  const url = new URL(target);
  const names = url.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy'];
  const written = first(env, names);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!written || isLoopback(host)) return undefined;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const spared = (first(env, ['NO_PROXY', 'no_proxy']) ?? '').toLowerCase().split(',');
  if (spared.some((rule) => matches(rule.trim(), host, port))) return undefined;
  return usable(written);
}

/** A proxy of a kind that is not supported (SOCKS) is ignored: every delivery would fail there. */
function usable(written: string): string | undefined {
  const text = written.includes('://') ? written : `http://${written}`;
  return URL.canParse(text) && /^https?:/.test(text) ? text : undefined;
}

const first = (env: Env, names: readonly string[]): string | undefined =>
  names.map((name) => env[name]).find((value) => value !== undefined && value !== '');

/** `*`, an address or a network of them, or a domain, which holds its subdomains; a port narrows the rule. */
function matches(rule: string, host: string, port: string): boolean {
  if (rule === '') return false;
  if (rule === '*') return true;
  if (rule.includes('/')) return within(rule, host);
  const [, name = rule, only] = /^(.*?|\[.*\]):(\d+)$/.exec(isIP(rule) ? '' : rule) ?? [];
  if (only !== undefined && only !== port) return false;
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare)) return bare === host;
  const domain = bare.replace(/^\*\./, '.');
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function within(network: string, host: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0 || isIP(host) !== isIP(address)) return false;
  const list = new BlockList();
  try {
    list.addSubnet(address, Number(bits), family);
  } catch {
    return false;
  }
  return list.check(host, family);
}

/** The setting for a connection without a proxy. */
const DIRECT = 'direct';

/** The proxy of an endpoint. @param written its setting `proxy`; undefined: as the environment says */
export function proxyTo(written: string | undefined, target: string, env: Env): string | undefined {
  if (written === undefined) return proxyFor(target, env);
  return written === DIRECT ? undefined : written;
}
