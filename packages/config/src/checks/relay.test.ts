/** The configuration as a whole. */
import { test } from 'vitest';
import { checkTrap, file, REGISTRY, type Trap } from '../samples/trap.js';

const traps: Trap[] = [
  {
    title: 'no endpoints',
    bad: 'log: { level: debug }\n',
    problem: ['warning', 'notifications.endpoints', /there are none/],
    fine: file(''),
  },
  {
    title: 'disabled endpoints alone',
    bad: file('disabled: true'),
    problem: ['warning', 'notifications.endpoints', /all are disabled/],
    fine: file('paused: true'),
  },
  {
    title: 'variables of the registry',
    bad: file('', REGISTRY),
    env: { REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL: 'http://sekret/' },
    problem: ['warning', 'notifications', /^REGISTRY_NOTIFICATIONS_ENDPOINTS_0_URL: .*not applied/],
    fine: file(''),
  },
  {
    title: 'a registry file without its version',
    bad: file('', 'storage: inmemory\n'),
    problem: ['warning', 'version', /0\.1/],
    fine: file('', REGISTRY),
  },
  {
    title: 'notifications in another case, in the file of a registry',
    bad: `${REGISTRY}Notifications: {}\n${file('')}`,
    problem: ['warning', 'Notifications', /Did you mean "notifications"/],
    fine: `${REGISTRY}Auth: {}\n${file('')}`,
  },
  {
    title: 'a maxbody that an event can exceed',
    bad: file('', 'ingest: { maxbody: 1MiB }\n'),
    problem: ['warning', 'ingest.maxbody', /1MiB.*Write 32MiB/],
    fine: file('', 'ingest: { maxbody: 8MiB }\n'),
  },
  {
    title: 'a maxinflight below one body',
    bad: file('', 'ingest: { maxinflight: 16MiB }\n'),
    problem: ['warning', 'ingest.maxinflight', /16MiB is less than ingest\.maxbody.*Raise it/],
    fine: file('', 'ingest: { maxinflight: 32MiB }\n'),
  },
];

test.each(traps)('$title', checkTrap);
