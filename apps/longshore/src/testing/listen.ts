/** A listener for tests of what is behind the guard. */
import type { RequestListener } from 'node:http';
import type { Listen } from '@longshore/config';
import type { ListenerName } from '../guard.js';
import { type Listener, listen } from '../listen.js';

/** Asks for nothing but what every listener asks. */
export const unguarded = (name: ListenerName, address: Listen, handler: RequestListener): Promise<Listener> =>
  listen(name, address, handler, { hasSecret: () => true, hosts: () => [], onRefused() {}, onDropped() {} });
