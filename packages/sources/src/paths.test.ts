import { expect, test } from 'vitest';
import { parsePath, withoutToken } from './paths.js';

test.each([
  ['/registry/notifications/', { open: true }],
  ['/sources/hub', { source: 'hub' }],
  ['/sources/hub/', { source: 'hub' }],
  ['/sources/hub/t0%2Fken', { source: 'hub', token: 't0/ken' }],
  ['/sources/hub/t0ken/', { source: 'hub', token: 't0ken' }],
  ['/sources/hub/t0ken/more', {}],
  ['/sources/hub/%', {}],
  ['/else', {}],
])('%s leads to %j', (path, place) => {
  expect(parsePath(path)).toEqual(place);
});

test.each([
  ['/sources/hub/t0ken', '/sources/hub/…'],
  ['/sources/hub/t0ken/more\nand more', '/sources/hub/…'],
  ['/sources//t0ken', '/sources//…'],
  ['/sources/hub/', '/sources/hub/'],
  ['/sources/hub', '/sources/hub'],
  ['/registry/notifications', '/registry/notifications'],
  // Mistyped, and answered with a 404 that is recorded.
  ['//sources/hub/t0ken', '//sources/hub/…'],
  ['/Sources/hub/t0ken', '/Sources/hub/…'],
  ['/sources/hub%2Ft0ken', '/sources/hub/…'],
  ['/sources/hub;t0ken', '/sources/hub/…'],
  ['/source/hub/t0ken', '/source/…'],
  ['/hub/t0ken', '/hub/…'],
  ['/relay/sources/hub/t0ken', '/relay/…'],
  ['/registry/notifications/t0ken', '/registry/notifications/…'],
  ['/health/t0ken', '/health/…'],
  ['/registry/notification', '/registry/notification'],
  ['/notifications', '/notifications'],
])('%s without its secret is %s', (path, bare) => {
  expect(withoutToken(path)).toBe(bare);
});
