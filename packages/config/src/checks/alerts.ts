/** Receivers of alerts: unreachable ones, and ones that fail together with an endpoint. */

import { trimEnd } from '@longshore/event';
import { quote } from '@longshore/settings/format';
import { revealed } from '@longshore/settings/secrets';
import type { AlertConfig } from '../alert.js';
import { alertEndpointName } from '../alert-endpoint.js';
import type { Config } from '../schema.js';
import type { Step } from '../yaml/node.js';
import { checkAuth } from './auth.js';
import type { Check } from './check.js';
import { checkGlob } from './globs.js';
import { checkHeaders } from './headers.js';
import { refuseName } from './names.js';
import { checkPlace, faultIn } from './url.js';

/** All receivers of alerts. */
export function checkAlerts(config: Config, check: Check): void {
  const names = new Set<string>();
  for (const [index, alert] of config.alerts.entries()) {
    const path = ['alerts', index];
    const place = [...path, 'name'];
    if (names.has(alert.name)) {
      const said = `${quote(alert.name)} is the name of a receiver above`;
      check.problems.error(place, `${said}; names must differ`);
    } else refuseName(alert.name, place, check, 'the receiver');
    const queue = alertEndpointName(alert.name);
    if (config.notifications.endpoints.some(({ name }) => name === queue)) {
      check.problems.error(place, `an endpoint has the name ${quote(queue)}, which this receiver needs`);
    }
    names.add(alert.name);
    checkHeaders(alert, path, check);
    checkAuth(alert, path, check);
    checkConditions(alert, config, path, check);
    checkAlertUrl(alert, config, [...path, 'url'], check);
  }
  checkReserved(config, names, check);
}

/** An endpoint with the name of a receiver's queue is an error; without that receiver it is one as soon as it is added. */
function checkReserved({ notifications }: Config, receivers: ReadonlySet<string>, { problems }: Check): void {
  const prefix = alertEndpointName('');
  for (const [index, { name }] of notifications.endpoints.entries()) {
    const receiver = name.slice(prefix.length);
    if (!name.startsWith(prefix) || receivers.has(receiver)) continue;
    const why = `${quote(name)} is the name that a receiver ${quote(receiver)} in alerts would need`;
    problems.warning(
      ['notifications', 'endpoints', index, 'name'],
      `${why}. Use a name that does not begin with ${prefix}`,
    );
  }
}

function checkAlertUrl({ url, format }: AlertConfig, config: Config, place: Step[], check: Check): void {
  const { problems } = check;
  const text = revealed(url);
  if (text === undefined || problems.failedAt(place)) return;
  const fault = faultIn(text);
  if (fault !== undefined) return void problems.error(place, `${fault}; correct it`);
  if (!URL.canParse(text)) return;
  const target = new URL(text);
  const shared = config.notifications.endpoints
    .filter((endpoint) => endpoint.kind === 'http')
    .filter((endpoint) => hostOf(revealed(endpoint.url)) === target.host);
  const same = shared.find((endpoint) => placeOf(revealed(endpoint.url)) === placeOf(text));
  if (same) {
    const why = 'If it fails, the alert fails too, and it would get alerts as if they were events';
    problems.error(place, `is the url of the endpoint ${quote(same.name)}. ${why}. Use another url`);
  } else if (shared[0]) {
    const why = 'If that host fails, the alert fails too. Use another host';
    problems.warning(place, `is on the host of the endpoint ${quote(shared[0].name)}. ${why}`);
  } else if (target.hostname === 'hooks.slack.com' && format === 'json') {
    problems.warning(place, 'is a Slack url, which requires format: slack. Set it');
  } else checkPlace(target, place, config, check);
}

const hostOf = (text: string | undefined): string | undefined =>
  text !== undefined && URL.canParse(text) ? new URL(text).host : undefined;

/** Query and userinfo do not make it another receiver. */
function placeOf(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { host, pathname } = new URL(text);
  return `${host}${trimEnd(pathname, '/')}`;
}

function checkConditions(alert: AlertConfig, config: Config, path: Step[], check: Check): void {
  const { problems } = check;
  const { after, age, dead, quarantine, memory, endpoints } = alert;
  if (after + age + dead + quarantine + memory === 0) {
    problems.warning(path, 'every condition is 0: no alert is ever sent. Remove one of the zeros');
  }
  const known = config.notifications.endpoints.map(({ name }) => name);
  for (const [index, written] of endpoints.entries()) {
    // Without characters of a glob it is a name, and then a wrong one is a slip.
    if (known.includes(written)) continue;
    const place = [...path, 'endpoints', index];
    if (/[*?[\]{}()!+@|]/.test(written)) checkGlob(written, place, check);
    else problems.warning(place, `${quote(written)} is not an endpoint. Correct or remove it`);
  }
}
