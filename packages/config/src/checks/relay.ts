/** Settings of Longshore itself: Redis, sources, sizes, and whether anything is delivered at all. */

import { formatBytes } from '@longshore/settings/format';
import { HOST_PORT, revealed, type Secret } from '@longshore/settings/secrets';
import type { Config } from '../schema.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';
import { checkDashboard } from './dashboard.js';
import { checkSources } from './sources.js';

/** The largest event seen is 7 MB: a manifest of 4 MiB with its references. */
const LARGEST_EVENT = 8 * 2 ** 20;

/** See the header. */
export function checkRelay(config: Config, check: Check): void {
  checkEndpointsExist(config, check);
  checkRedis(config, check);
  checkSources(config, check);
  checkDashboard(config, check);
  const { maxbody, maxinflight } = config.ingest;
  if (maxbody < LARGEST_EVENT) {
    const fault = 'is less than the size of a large event: the registry retries a refused event forever';
    check.problems.warning(['ingest', 'maxbody'], `${formatBytes(maxbody)} ${fault}. Write 32MiB`);
  }
  if (maxinflight < maxbody) {
    const fault = `is less than ingest.maxbody: a body of ${formatBytes(maxbody)} is accepted only while no other request is in flight`;
    check.problems.warning(['ingest', 'maxinflight'], `${formatBytes(maxinflight)} ${fault}. Raise it`);
  }
  if (config.ingest.spool.dir?.trim() === '')
    check.problems.error(['ingest', 'spool', 'dir'], 'is empty; name a folder, or remove the key');
  if (config.datadir.trim() === '')
    check.problems.error(['datadir'], 'is empty; name a folder, such as ./data');
}

function checkEndpointsExist({ notifications }: Config, { problems }: Check): void {
  const path = ['notifications', 'endpoints'];
  if (problems.failedAt(path) || problems.failedWithin(path)) return;
  if (notifications.endpoints.length === 0)
    problems.warning(path, 'there are none: events are accepted and delivered nowhere. Add one');
  else if (notifications.endpoints.every(({ disabled }) => disabled)) {
    problems.warning(path, 'all are disabled: events are accepted and delivered nowhere. Enable one');
  }
}

function checkRedis({ redis }: Config, { problems }: Check): void {
  if (!/^[\w.:-]{1,64}$/.test(redis.prefix)) {
    // A brace would put every key into the slot of its own hash tag.
    problems.error(
      ['redis', 'prefix'],
      'must be 1 to 64 letters, digits and . _ : - (no braces: queues use them)',
    );
  }
  if (redis.url !== undefined && redis.cluster.length > 0) {
    problems.error(['redis', 'cluster'], 'is set together with redis.url; keep one of them');
  }
  checkSentinels(redis, problems);
  if (redis.url !== undefined) checkRedisUrl(redis.url, ['redis', 'url'], problems);
  for (const [index, node] of redis.cluster.entries()) checkNode(node, ['redis', 'cluster', index], problems);
}

function checkSentinels(redis: Config['redis'], problems: Check['problems']): void {
  const { sentinels, master, username, password, url, cluster } = redis;
  if (sentinels.length === 0) {
    for (const [key, value] of Object.entries({ master, username, password })) {
      if (value !== undefined)
        problems.error(['redis', key], 'is used with redis.sentinels only; set them, or remove it');
    }
    return;
  }
  const other = url !== undefined ? 'url' : 'cluster';
  if (url !== undefined || cluster.length > 0) {
    problems.error(['redis', 'sentinels'], `is set together with redis.${other}; keep one of them`);
  }
  if (!master) {
    problems.error(
      ['redis', 'master'],
      'is missing: name the primary as the Sentinels do (`sentinel monitor NAME …`)',
    );
  }
  for (const [index, node] of sentinels.entries()) checkNode(node, ['redis', 'sentinels', index], problems);
}

function checkRedisUrl(url: Secret, path: Step[], problems: Check['problems']): void {
  const text = revealed(url);
  if (text !== undefined && !(/^rediss?:\/\/[^\s/]/.test(text) && URL.canParse(text))) {
    problems.error(path, 'is not a Redis url; write redis://host:6379 or rediss://user:password@host:6379/0');
  }
}

function checkNode(node: Secret, path: Step[], problems: Check['problems']): void {
  const text = revealed(node);
  if (text?.includes('://')) checkRedisUrl(node, path, problems);
  else if (text !== undefined && !HOST_PORT.test(text)) {
    problems.error(path, 'is not host:port of a Redis node');
  }
}
