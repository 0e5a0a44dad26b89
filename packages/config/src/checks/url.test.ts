/** Urls of endpoints: what cannot be posted to, and what leads to the wrong place. */
import { test } from 'vitest';
import { checkTrap, KEY, REGISTRY, type Trap, withUrl } from '../samples/trap.js';

const traps: Trap[] = [
  {
    title: 'an empty url',
    bad: withUrl(''),
    problem: ['error', `${KEY}.url`, /^is missing or empty; correct it, or set disabled: true$/],
    fine: withUrl('http://receiver'),
  },
  {
    title: 'an empty url in a registry file',
    bad: withUrl('', REGISTRY),
    problem: ['error', `${KEY}.url`, /missing or empty.*The registry .*forever/],
    fine: withUrl('http://receiver', REGISTRY),
  },
  {
    title: 'an empty url of a disabled endpoint',
    bad: 'notifications: { endpoints: [{ name: a, disabled: true }, { name: b, url: http://b/ }] }',
    problem: ['warning', `${KEY}.url`, /does not matter yet/],
    fine: 'notifications: { endpoints: [{ name: a, disabled: true, url: http://a/ }, { name: b, url: http://b/ }] }',
  },
  {
    title: 'a url without a scheme',
    bad: withUrl('receiver:8080/event'),
    problem: ['error', `${KEY}.url`, /does not start with http/],
    fine: withUrl('HTTP://receiver:8080/event'),
  },
  {
    title: 'a url of another scheme',
    bad: withUrl('ftp://receiver/'),
    problem: ['error', `${KEY}.url`, /scheme ftp: where http: or https: is needed/],
    fine: withUrl('https://receiver/'),
  },
  {
    title: 'a url with a space in its host',
    bad: withUrl('http://my receiver/a'),
    problem: ['error', `${KEY}.url`, /character in its host/],
    fine: withUrl('http://receiver/job/my job/build'),
  },
  {
    title: 'a url without a host',
    bad: withUrl('http:///receiver'),
    problem: ['error', `${KEY}.url`, /names no host/],
    fine: withUrl('http://receiver?x'),
  },
  {
    title: 'a port out of range',
    bad: withUrl('http://receiver:99999/'),
    problem: ['error', `${KEY}.url`, /has the port 99999, which is out of range: 1 to 65535/],
    fine: withUrl('http://receiver:65535/'),
  },
  {
    title: 'a path with a % that escapes nothing',
    bad: withUrl('http://receiver/100%'),
    problem: ['error', `${KEY}.url`, /write it as %25/],
    fine: withUrl('http://receiver/100%25/a/../b|c^d'),
  },
  {
    title: 'an IPv6 address without brackets',
    bad: withUrl('http://fe80::1/'),
    problem: ['error', `${KEY}.url`, /write \[address\]:port/],
    fine: withUrl('http://[fe80::1%25eth0]/'),
  },
  {
    title: 'a url from a variable is checked too',
    bad: withUrl('env:HOOK'),
    env: { HOOK: 'receiver' },
    problem: ['error', `${KEY}.url`, /does not start with http/],
    fine: withUrl('http://receiver/'),
  },
  {
    title: 'an address to listen on as a url',
    bad: withUrl('http://0.0.0.0:8080/'),
    problem: ['warning', `${KEY}.url`, /listen address/],
    fine: withUrl('http://10.0.0.1:8080/'),
  },
  {
    title: 'a loopback url in the file of a registry',
    bad: withUrl('http://localhost:8080/', REGISTRY),
    problem: ['warning', `${KEY}.url`, /localhost.*container/],
    fine: withUrl('http://localhost:8080/'),
  },
  {
    title: 'a loopback address in the file of a registry',
    bad: withUrl('http://[::1]:8080/', REGISTRY),
    problem: ['warning', `${KEY}.url`, /container/],
    fine: withUrl('http://[::2]:8080/', REGISTRY),
  },
  {
    title: 'an endpoint that is the own ingest',
    bad: withUrl('http://localhost:5080/registry/notifications'),
    problem: ['error', `${KEY}.url`, /own ingest/],
    fine: withUrl('http://localhost:5090/registry/notifications'),
  },
  {
    title: 'an endpoint that is the own ingest by its address',
    bad: withUrl('http://10.1.2.3:7000/sources/a/', 'ingest: { listen: 10.1.2.3:7000 }\n'),
    problem: ['error', `${KEY}.url`, /own ingest/],
    fine: withUrl('http://10.1.2.4:7000/sources/a/', 'ingest: { listen: 10.1.2.3:7000 }\n'),
  },
  {
    title: 'a registry file that already points to a Longshore',
    bad: withUrl('http://longshore:5080/registry/notifications', REGISTRY),
    problem: ['warning', `${KEY}.url`, /may be Longshore’s own ingest/],
    fine: withUrl('http://longshore:5080/registry/notifications'),
  },
];

test.each(traps)('$title', checkTrap);
