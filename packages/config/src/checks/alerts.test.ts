/** Receivers of alerts: unreachable ones, and ones that fail together with an endpoint. */
import { test } from 'vitest';
import { checkTrap, KEY, type Trap } from '../samples/trap.js';

const ENDPOINTS =
  'notifications: { endpoints: [{ name: one, url: "http://user:pw@receiver:8080/event?x=1" }] }\n';

/** A file with one receiver of alerts that has these settings. */
const alert = (settings: string): string => `${ENDPOINTS}alerts: [{ name: oncall, ${settings} }]\n`;
const KEY_NAME = `${KEY}.name`;
const FINE = alert('url: https://oncall.example.com/alerts');

const traps: Trap[] = [
  {
    title: 'the url of an endpoint',
    bad: alert('url: http://receiver:8080/event/'),
    problem: ['error', 'alerts[0].url', /url of the endpoint "one".*the alert fails too/],
    fine: FINE,
  },
  {
    title: 'the url of an endpoint, from a variable',
    bad: alert('url: env:HOOK'),
    problem: ['error', 'alerts[0].url', /url of the endpoint/],
    fine: FINE,
    env: { HOOK: 'http://receiver:8080/event?sekret' },
  },
  {
    title: 'the host of an endpoint',
    bad: alert('url: http://receiver:8080/alerts'),
    problem: ['warning', 'alerts[0].url', /on the host of the endpoint "one"/],
    fine: alert('url: http://receiver:8081/alerts'),
  },
  { title: 'no url', bad: alert('dead: 1'), problem: ['error', 'alerts[0].url', /missing/], fine: FINE },
  {
    title: 'a url of another scheme',
    bad: alert('url: mailto:oncall@example.com'),
    problem: ['error', 'alerts[0].url', /does not start with http/],
    fine: FINE,
  },
  {
    title: 'an address to listen on',
    bad: alert('url: http://0.0.0.0:9000/'),
    problem: ['warning', 'alerts[0].url', /listen address/],
    fine: alert('url: http://127.0.0.1:9000/'),
  },
  {
    title: 'Longshore’s own ingest',
    bad: alert('url: http://127.0.0.1:5080/registry/notifications'),
    problem: ['error', 'alerts[0].url', /own ingest/],
    fine: FINE,
  },
  {
    title: 'Slack’s url without its form',
    bad: alert('url: https://hooks.slack.com/services/T/B/x'),
    problem: ['warning', 'alerts[0].url', /format: slack/],
    fine: alert('url: https://hooks.slack.com/services/T/B/x, format: slack'),
  },
  {
    title: 'no name',
    bad: `${ENDPOINTS}alerts: [{ url: http://oncall/ }]\n`,
    problem: ['error', 'alerts[0].name', /give the receiver a name/],
    fine: FINE,
  },
  {
    title: 'a name twice',
    bad: `${ENDPOINTS}alerts: [{ name: a, url: http://a/ }, { name: a, url: http://b/ }]\n`,
    problem: ['error', 'alerts[1].name', /names must differ/],
    fine: `${ENDPOINTS}alerts: [{ name: a, url: http://a/ }, { name: b, url: http://a/ }]\n`,
  },
  {
    title: 'an endpoint of the name of its queue',
    bad: `notifications: { endpoints: [{ name: alerts/a, url: http://one/ }] }\nalerts: [{ name: a, url: http://a/ }]\n`,
    problem: ['error', 'alerts[0].name', /an endpoint has the name "alerts\/a"/],
    fine: `notifications: { endpoints: [{ name: alerts, url: http://one/ }] }\nalerts: [{ name: a, url: http://a/ }]\n`,
  },
  {
    title: 'an endpoint of the name that a later receiver needs',
    bad: `notifications: { endpoints: [{ name: alerts/b, url: http://one/ }] }\nalerts: [{ name: a, url: http://a/ }]\n`,
    problem: ['warning', KEY_NAME, /a receiver "b" in alerts would need\. Use a name/],
    fine: `notifications: { endpoints: [{ name: b, url: http://one/ }] }\nalerts: [{ name: a, url: http://a/ }]\n`,
  },
  {
    title: 'an endpoint of such a name, without alerts',
    bad: 'notifications: { endpoints: [{ name: alerts/b, url: http://one/ }] }\n',
    problem: ['warning', KEY_NAME, /does not begin with alerts\//],
    fine: 'notifications: { endpoints: [{ name: alerts-b, url: http://one/ }] }\n',
  },
  {
    title: 'an endpoint that there is not',
    bad: alert('url: http://oncall/, endpoints: [two]'),
    problem: ['warning', 'alerts[0].endpoints[0]', /"two" is not an endpoint/],
    fine: alert('url: http://oncall/, endpoints: [one, "two-*"]'),
  },
  {
    title: 'nothing to tell',
    bad: alert('url: http://oncall/, after: 0s, age: 0s, dead: 0, quarantine: 0, memory: 0'),
    problem: ['warning', 'alerts[0]', /no alert is ever sent/],
    fine: alert('url: http://oncall/, after: 0s, age: 0s, dead: 0, quarantine: 0'),
  },
  {
    title: 'a header that cannot be sent',
    bad: alert('url: http://oncall/, headers: { "X Y": [a] }'),
    problem: ['error', 'alerts[0].headers["X Y"]', /not a header name/],
    fine: alert('url: http://oncall/, headers: { X-Y: [a] }'),
  },
  {
    title: 'a timeout beyond the lease',
    bad: alert('url: http://oncall/, timeout: 1m'),
    problem: ['error', 'alerts[0].timeout', /longer than the maximum, 10s/],
    fine: alert('url: http://oncall/, timeout: 10s'),
  },
];

test.each(traps)('$title', checkTrap);
