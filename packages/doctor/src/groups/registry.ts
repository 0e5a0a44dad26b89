/**
 * The registries: whether they answer, their clock, and what they wait to send. A Docker registry (Distribution) shows
 * its endpoints with their counts on its debug listener.
 */
import { isLoopback, revealAll } from '@longshore/config';
import { systemTrust } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import { reachReceiver } from '@longshore/sinks/reach';
import { type Finding, fail, parted, pass, skip, warn } from '../finding.js';
import type { DoctorParts } from '../parts.js';
import { isRecord } from '../record.js';
import { inWordsOf } from './endpoints.js';
import { type Answer, request, wordsOf } from './request.js';

const SKEW_MS = 60_000;

/** See the header. */
export async function checkRegistries(parts: DoctorParts): Promise<Finding[]> {
  const { config, registry, debug } = parts;
  const configured = await Promise.all(config.registries.map((one) => reachable(one, parts)));
  const named = registry === undefined ? [] : await checkRegistry(registry, parts);
  const vars = debug ?? registry;
  const counts = vars === undefined ? [] : await checkDebug(vars, debug !== undefined, parts);
  const found = [...configured.flat(), ...named, ...counts];
  return found.length > 0
    ? found
    : [skip('registry', 'name one with --registry URL, and its debug listener with --debug URL')];
}

async function reachable(
  settings: DoctorParts['config']['registries'][number],
  { config, timeout }: DoctorParts,
): Promise<Finding[]> {
  const { url, tls, proxy } = revealAll({ url: settings.url, tls: settings.tls, proxy: settings.proxy });
  const way = { url, tls, timeout, egress: new Egress(config.egress), trust: systemTrust() };
  const { failure, place } = await reachReceiver({ ...way, ...(proxy !== undefined && { proxy }) });
  if (failure === undefined) return [{ ...pass('registry', `${place} answers`), endpoint: settings.source }];
  const { message, fix = 'correct its url' } = parted(inWordsOf('registry', failure));
  return [{ ...fail('registry', message, fix), endpoint: settings.source }];
}

async function checkRegistry(url: string, parts: DoctorParts): Promise<Finding[]> {
  const base = `${url.replace(/\/$/, '')}/v2/`;
  let answer: Answer;
  try {
    answer = await request(base, {}, parts);
  } catch (error) {
    return [fail('registry', `${base} is not reached (${wordsOf(error)})`, `curl -i ${base}`)];
  }
  const { status, date } = answer;
  const isRegistry = status === 200 || status === 401;
  const found = isRegistry
    ? pass('registry', `${base} answers ${status}`)
    : fail(
        'registry',
        `${base} answers ${status}; a registry answers 200 or 401`,
        'name the base url of the registry',
      );
  return [found, ...checkClock(date)];
}

function checkClock(date: number | undefined): Finding[] {
  const skew = date === undefined ? 0 : Date.now() - date;
  if (Math.abs(skew) <= SKEW_MS) return [];
  const seconds = Math.round(Math.abs(skew) / 1_000);
  const message = `its clock is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} this machine's`;
  return [warn('clock', message, 'synchronize both clocks: timedatectl set-ntp true')];
}

/** @param isNamed false: it may well not be there, and then nothing is said */
async function checkDebug(url: string, isNamed: boolean, parts: DoctorParts): Promise<Finding[]> {
  const vars = `${url.replace(/\/$/, '')}/debug/vars`;
  try {
    const { body } = await request(vars, {}, parts);
    return notifiersIn(JSON.parse(body)).flatMap(checkNotifier);
  } catch (error) {
    if (!isNamed) return [];
    const fix = 'name the address of http.debug.addr of the registry';
    return [fail('pending', `${vars} cannot be read (${wordsOf(error)})`, fix)];
  }
}

interface Notifier {
  name: string;
  url: string;
  pending: number;
  failures: number;
  events: number;
}

/** `registry.notifications.endpoints` of the registry's expvar page; fields have had both cases. */
function notifiersIn(vars: unknown): Notifier[] {
  const list = inside(inside(inside(vars, 'registry'), 'notifications'), 'endpoints');
  if (!Array.isArray(list)) return [];
  return list.map((one: unknown) => {
    const metrics = inside(one, 'Metrics');
    const count = (name: string): number => Number(inside(metrics, name) ?? 0);
    return {
      name: String(inside(one, 'name') ?? ''),
      url: String(inside(one, 'url') ?? ''),
      pending: count('Pending'),
      failures: count('Failures') + count('Errors'),
      events: count('Events'),
    };
  });
}

function inside(value: unknown, key: string): unknown {
  if (!isRecord(value)) return undefined;
  const found = Object.keys(value).find((name) => name.toLowerCase() === key.toLowerCase());
  return found === undefined ? undefined : value[found];
}

function checkNotifier({ name, url, pending, failures, events }: Notifier): Finding[] {
  const of = (finding: Finding): Finding => ({ ...finding, endpoint: name });
  const { hostname = '' } = URL.canParse(url) ? new URL(url) : {};
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === '0.0.0.0' || host === '::') {
    return [of(fail('pending', `the registry posts to ${url}, which is no address of a receiver`, HOST))];
  }
  if (pending === 0) return [of(pass('pending', `the registry has sent all of ${events} events to ${url}`))];
  const why = isLoopback(host) ? `; ${host} is the registry's own container or machine` : '';
  const message = `${pending} events wait in the registry for ${url}, after ${failures} failures${why}`;
  return [
    of(
      warn(
        'pending',
        message,
        isLoopback(host) ? HOST : 'see the log of the registry, and run doctor --from with that url',
      ),
    ),
  ];
}

const HOST = 'write the host by which the registry reaches Longshore, and restart the registry';
