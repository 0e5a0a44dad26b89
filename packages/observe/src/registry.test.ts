/** What dashboards written for the registry read. */
import { expect, test } from 'vitest';
import { goStatusText } from './registry-tally.js';
import { attempted, observed, received } from './testing/observed.js';

const endpoint = {
  name: 'alistener',
  url: 'https://user:s3cret@my.listener.com/event?token=t0ken',
  headers: { Authorization: ['Bearer s3cret'], 'X-Team': ['a', 'b'] },
  timeout: 1000,
  threshold: 10,
  backoff: 500,
  ignore: { mediatypes: ['application/octet-stream'], actions: ['pull'] },
};
const zero = { Pending: 0, Events: 0, Successes: 0, Failures: 0, Errors: 0, Statuses: {} };

test('TestMetricsExpvar: the endpoints are null when there are none, and one element when there is one', () => {
  const { observer } = observed();
  expect(observer.registryVars([])).toEqual({ registry: { notifications: { endpoints: null } } });
  expect(observer.registryVars([endpoint])).toMatchObject({
    registry: { notifications: { endpoints: [{ name: 'alistener', Metrics: zero }] } },
  });
});

test('an endpoint is shown in the registry’s shape, without its secrets', () => {
  const { observer } = observed();
  const vars = observer.registryVars([endpoint], { alistener: 7 });
  expect(JSON.stringify(vars)).not.toMatch(/s3cret|t0ken/);
  expect(vars).toEqual({
    registry: {
      notifications: {
        endpoints: [
          {
            name: 'alistener',
            url: 'https://my.listener.com/event?token=***',
            Headers: { Authorization: ['***'], 'X-Team': ['***', '***'] },
            Timeout: 1_000_000_000,
            Threshold: 10,
            Backoff: 500_000_000,
            IgnoredMediaTypes: ['application/octet-stream'],
            Ignore: { MediaTypes: ['application/octet-stream'], Actions: ['pull'] },
            Metrics: { ...zero, Pending: 7 },
          },
        ],
      },
    },
  });
});

test('what is not set is null, as Go writes it, and a url that is none is not shown', () => {
  const { observer } = observed();
  const bare = {
    ...endpoint,
    url: 'user:s3cret@',
    headers: {},
    timeout: 0.0005,
    ignore: { mediatypes: [], actions: [] },
  };
  expect(observer.registryVars([bare])).toMatchObject({
    registry: {
      notifications: {
        endpoints: [
          {
            url: '',
            Headers: null,
            Timeout: 500,
            IgnoredMediaTypes: null,
            Ignore: { MediaTypes: null, Actions: null },
          },
        ],
      },
    },
  });
});

test('TestHTTPSink: the counters after good, bad and broken attempts are the registry’s', () => {
  const { observer } = observed();
  observer.eventReceived(received, { enqueuedTo: { alistener: 4 } });
  observer.deliveryAttempted(attempted);
  observer.deliveryAttempted({ ...attempted, outcome: 'retry', status: 400, reason: 'http_400' });
  observer.deliveryAttempted({ ...attempted, outcome: 'dead', status: 410, reason: 'http_410' });
  observer.deliveryAttempted({ ...attempted, outcome: 'retry', status: undefined, reason: 'reset' });
  observer.setQueueCounts('alistener', { waiting: 1, active: 1, delayed: 1, dead: 5 });
  expect(observer.registryVars([endpoint])).toMatchObject({
    registry: {
      notifications: {
        endpoints: [
          {
            Metrics: {
              Pending: 3,
              Events: 4,
              Successes: 1,
              Failures: 2,
              Errors: 1,
              Statuses: { '200 OK': 1, '400 Bad Request': 1, '410 Gone': 1 },
            },
          },
        ],
      },
    },
  });
});

test.each([
  [200, 'OK'],
  [307, 'Temporary Redirect'],
  [413, 'Request Entity Too Large'],
  [414, 'Request URI Too Long'],
  [416, 'Requested Range Not Satisfiable'],
  [418, "I'm a teapot"],
  [509, ''],
  [599, ''],
])('the status %i is called %j, as by Go', (status, words) => {
  expect(goStatusText(status)).toBe(words);
});
