/**
 * The settings of an endpoint of `kind: preheat`: which images, from which registry, to which targets. The settings of
 * a target are beside its driver, in the package sinks.
 */
import { setting, texts, tls } from '@longshore/settings';
import { baseUrl, url } from '@longshore/settings/secrets';
import { bytes, count, DAY_MS, flag, registryDuration } from '@longshore/settings/values';
import { target } from '@longshore/sinks/kinds';
import { z } from 'zod';
import { registryAuth } from './registries.js';

const TIB = 2 ** 40;

const registry = z
  .strictObject({
    url: setting(
      baseUrl(),
      'Base url of the registry that images are read from. Without it the event names the host, and `hosts` is required.',
    ).optional(),
    auth: registryAuth,
    tls: tls('Beside the system’s').prefault({}),
    concurrency: setting(
      count({ min: 1, max: 1000 }),
      'Images read from the registry at once, over all workers.',
      4,
    ),
    reserve: setting(
      count({ min: 0, max: 1_000_000 }),
      'Remaining rate limit at which reading pauses, so that other clients can still pull.',
      0,
    ),
    hosts: texts(
      'Required without `url`: globs of the hosts that an event may name. `["*"]`: every host at a public address.',
    ),
    realms: texts('Token servers on other hosts that may get the registry’s credentials.'),
    addresses: texts(
      'Allowed targets of redirects and event-named registries, in addition to public addresses: addresses, networks such as `10.0.0.0/8`, hosts.',
    ),
    proxy: setting(url(), 'Proxy for all requests to the registry.').optional(),
  })
  .meta({ description: 'The registry that images are read from.' })
  .prefault({});

/** The block `preheat`. Sizes are bytes, times milliseconds. */
export const preheat = z
  .strictObject({
    registry,
    platforms: texts(
      'Platforms to warm, `linux/arm64` or `linux/arm/v7`. Default: all platforms of an index, without attestations.',
    ),
    actions: texts('Actions that warm an image; all others are ignored.', ['push']),
    repositories: texts('Globs of repositories to warm; `**` crosses slashes. Default: all.'),
    tags: texts('Globs of tags to warm; pushes by digest then match none. Default: all.'),
    artifacts: texts(
      'Artifact types to warm in addition to images, as in `artifactType` or the media type of the config; `*`: all.',
    ),
    referrers: texts('Artifact types of referrers to warm with an image, such as signatures; `*`: all.'),
    attestations: setting(flag(), 'true: also warm attestations, which no runtime pulls.', false),
    foreign: setting(
      flag(),
      'true: also request non-distributable layers from the registry. Their `urls` are never followed.',
      false,
    ),
    minblobsize: setting(
      bytes({ min: 0, max: TIB }),
      'Smaller blobs are not warmed; manifests and configs always are.',
      0,
    ),
    maxblobsize: setting(bytes({ min: 1, max: TIB }), 'Larger blobs are not warmed.').optional(),
    maxtotal: setting(bytes({ min: 1, max: TIB }), 'Larger images are not warmed.').optional(),
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
    window: setting(
      registryDuration({ min: 0, max: 30 * DAY_MS }),
      'How long a warmed part counts as warm without another request to its target.',
      '1h',
    ),
    dryrun: setting(flag(), 'true: reports what would be warmed, and warms nothing.', false),
    keep: setting(count({ min: 1, max: 1000 }), 'How many recent runs are kept for display.', 50),
    targets: setting(z.array(target), 'Caches to warm.', []),
  })
  .meta({ description: 'Which images to warm, and where.', required: ['targets'] });

/** The block, with defaults applied. */
export type PreheatSettings = z.output<typeof preheat>;
