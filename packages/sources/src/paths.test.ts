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
  ['/sources/b%C3%BCro', '/sources/b%C3%BCro'],
  ['/registry/notifications', '/registry/notifications'],
  ['/', '/'],
  // Mistyped, and answered with a 404 that is recorded.
  ['/t0ken', '/…'],
  ['t0ken', '…'],
  ['/sources/t0ken', '/sources/…'],
  ['/sources/t0ken/hub', '/sources/…/hub'],
  ['/registry/t0ken', '/registry/…'],
  ['/health/t0ken', '/health/…'],
  ['/registry/notifications/t0ken', '/registry/notifications/…'],
  ['//sources/hub/t0ken', '//sources/hub/…'],
  ['//t0ken//', '//…//'],
  ['/Sources/hub/t0ken', '/Sources/hub/…'],
  ['/sources/HUB/t0ken', '/sources/HUB/…'],
  ['/sources\\hub\\t0ken', '/sources\\hub\\…'],
  ['\\sources\\t0ken', '\\sources\\…'],
  ['/sources/hub%2Ft0ken', '/sources/hub%2F…'],
  ['/sources/hub%5Ct0ken', '/sources/hub%5C…'],
  ['/sources/hub%252Ft0ken', '/sources/…'],
  ['/sources/hub;t0ken', '/sources/hub;…'],
  ['/sources/hub:t0ken', '/sources/…'],
  ['/sources/hub,t0ken', '/sources/…'],
  ['/sources/hub t0ken', '/sources/…'],
  ['/sources/%74%30ken', '/sources/…'],
  ['/sources/%zz', '/sources/…'],
  ['/source/hub/t0ken', '/…/hub/…'],
  ['/hub/t0ken', '/hub/…'],
  ['/one/two/three', '/…'],
  ['/relay/sources/hub/t0ken', '/…/sources/hub/…'],
  ['/registry/notification', '/registry/…'],
  ['/notifications', '/notifications'],
])('%s without its secret is %s', (path, bare) => {
  expect(withoutToken(path, ['/registry/notifications', '/sources/hub', '/sources/b%C3%BCro'])).toBe(bare);
});

test('names may be given as they are, with any character', () => {
  expect(withoutToken('/sources/team%2Fhook/t0ken', ['team/hook'])).toBe('/sources/team%2Fhook/…');
});

test('a long path is short, and takes no time', () => {
  for (const path of [
    '/sources'.repeat(10_000),
    `/${'a'.repeat(80_000)}`,
    '/'.repeat(80_000),
    '/a'.repeat(40_000),
  ]) {
    expect(withoutToken(path, []).length).toBeLessThanOrEqual(201);
  }
});
