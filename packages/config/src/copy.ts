/** The settings of an endpoint of `kind: copy`: which images, from which registry to which other one. */
import { setting, texts, tls } from '@longshore/settings';
import { baseUrl, url } from '@longshore/settings/secrets';
import { bytes, count, DAY_MS, flag, matching, registryDuration } from '@longshore/settings/values';
import { z } from 'zod';
import { registryAuth } from './registries.js';

/** What both registries have. */
const registryKeys = {
  auth: registryAuth,
  tls: tls('Beside the system’s').prefault({}),
  realms: texts('Token servers on other hosts that may get the registry’s credentials.'),
  addresses: texts(
    'Allowed targets of redirects, in addition to public addresses: addresses, networks such as `10.0.0.0/8`, hosts.',
  ),
  proxy: setting(url(), 'Proxy for all requests to the registry.').optional(),
};

const registry = z
  .strictObject({
    url: setting(baseUrl(), 'Base url of the registry that images are read from.'),
    ...registryKeys,
    concurrency: setting(
      count({ min: 1, max: 1000 }),
      'Images whose manifests are read at once, over all workers.',
      4,
    ),
    reserve: setting(
      count({ min: 0, max: 1_000_000 }),
      'Remaining rate limit at which reading pauses, so that other clients can still pull.',
      0,
    ),
  })
  .meta({ description: 'The registry that images are read from.' });

const copyTarget = z
  .strictObject({
    url: setting(baseUrl(), 'Base url of the registry that images are written to.'),
    ...registryKeys,
    prefix: setting(
      matching(
        'text',
        /^(?:[a-z0-9][a-z0-9._/-]{0,199})?$/,
        'must begin the name of a repository, such as `mirror/`',
      ),
      'Stands before the name of each repository there, such as `mirror/`.',
      '',
    ),
    concurrency: setting(
      count({ min: 1, max: 64 }),
      'Parts written at once, over all workers. Each takes up to 32 MiB of memory, and up to 64 MiB where the target asks for larger chunks.',
      4,
    ),
  })
  .meta({ description: 'The registry that images are written to. Its credentials need the right to push.' });

/** The block `copy`. Times are milliseconds. */
export const copy = z
  .strictObject({
    registry,
    target: copyTarget,
    repositories: texts('Globs of repositories to copy; `**` crosses slashes. Default: all.'),
    tags: texts('Globs of tags to copy. Default: all.'),
    platforms: texts(
      'Platforms to copy, `linux/arm64` or `linux/arm/v7`. Default: all. With a list an index gets another digest at the target, so its signatures do not match.',
    ),
    artifacts: texts(
      'Artifact types to copy beside images, as in `artifactType` or the media type of the config; `*`: all.',
      ['*'],
    ),
    referrers: setting(
      flag(),
      'true: also copies what refers to an image, such as signatures and SBOMs, with it or when it is pushed later.',
      true,
    ),
    deletes: setting(
      flag(),
      'true: what this endpoint copied is deleted at the target when it is deleted at the source.',
      false,
    ),
    chain: setting(flag(), 'true: also copies what Longshore itself has pushed by another copy.', false),
    limits: z
      .strictObject({
        depth: setting(count({ min: 0, max: 16 }), 'Levels of nested indexes.', 4),
        manifests: setting(count({ min: 1, max: 100_000 }), 'Manifests of one image.', 500),
        blobs: setting(count({ min: 1, max: 1_000_000 }), 'Blobs of one image.', 5_000),
        manifestsize: setting(bytes({ min: 1_024, max: 8 * 2 ** 20 }), 'Bytes of one manifest.', '4MiB'),
      })
      .meta({ description: 'Safety limits. Images that exceed them are rejected.' })
      .prefault({}),
    delay: setting(registryDuration({ max: DAY_MS }), 'Delay between the event and the start.', '0s'),
    keep: setting(count({ min: 1, max: 1000 }), 'How many recent copies are kept for display.', 50),
  })
  .meta({ description: 'Which images to copy, from where and to where.', required: ['registry', 'target'] });

/** The block, with defaults applied. */
export type CopySettings = z.output<typeof copy>;
