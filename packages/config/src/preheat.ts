/**
 * The settings of an endpoint of `kind: preheat`: which images, from which registry, to which targets. Keys of a
 * target are those of all kinds in one list; `checks/preheat.ts` says which kind knows which.
 */
import { z } from 'zod';
import { target } from './preheat-target.js';
import { DAY, registryDuration } from './values/durations.js';
import { bytes, count, flag, text } from './values/scalars.js';
import { credential, url } from './values/secrets.js';
import { setting } from './values/setting.js';
import { certificates, texts } from './values/shapes.js';

const TIB = 2 ** 40;

const registry = z
  .strictObject({
    url: setting(
      url(),
      'Base url of the registry that images are read from. Without it `hosts` is required: the host that the event names.',
    ).optional(),
    auth: z
      .strictObject({
        basic: setting(z.record(z.string(), credential()), 'One user and its password.').optional(),
        bearer: setting(credential(), 'A token that the registry itself takes.').optional(),
        identity: setting(
          credential(),
          'An identity (refresh) token, as `docker login` keeps it.',
        ).optional(),
        file: setting(
          text(),
          'Path of a `config.json` as `docker login` writes it; its credential helpers are asked.',
        ).optional(),
      })
      .meta({ description: 'Who pulls. Without one: anonymous.' })
      .prefault({}),
    tls: certificates().prefault({}),
    concurrency: setting(
      count({ min: 1, max: 1000 }),
      'Images that are read from the registry at once, over all workers.',
      4,
    ),
    reserve: setting(
      count({ min: 0, max: 1_000_000 }),
      'Remaining rate limit at which reading pauses, so that others can still pull.',
      0,
    ),
    hosts: texts(
      'Required without `url`: globs of the hosts that an event may name. `["*"]`: every host at a public address.',
    ),
    realms: texts('Hosts besides the registry’s own that may be given its credentials to get a token.'),
    addresses: texts(
      'Where redirects, and registries that an event names, may lead to besides public addresses: addresses, networks such as `10.0.0.0/8`, hosts.',
    ),
    proxy: setting(url(), 'Proxy for all requests to the registry.').optional(),
  })
  .meta({ description: 'Where images are read from.' })
  .prefault({});

/** The block `preheat`. Sizes are bytes, times milliseconds. */
export const preheat = z
  .strictObject({
    registry,
    platforms: texts(
      'Platforms to warm, `linux/arm64` or `linux/arm/v7`. Default: all that an index has, without attestations.',
    ),
    actions: texts('Actions that warm an image; everything else is ignored.', ['push']),
    repositories: texts('Globs of repositories to warm; `**` crosses slashes. Default: all.'),
    tags: texts('Globs of tags to warm; what was pushed by digest then matches none. Default: all.'),
    artifacts: texts(
      'Types of artifact to warm besides images, as in `artifactType` or the media type of the config; `*`: all.',
    ),
    referrers: texts('Types of what refers to an image to warm with it, such as signatures; `*`: all.'),
    attestations: setting(flag(), 'true: attestations are warmed too; no runtime pulls them.', false),
    foreign: setting(
      flag(),
      'true: layers that may not be distributed are asked for in the registry. Their `urls` are never followed.',
      false,
    ),
    minblobsize: setting(
      bytes({ min: 0, max: TIB }),
      'Blobs below this are left to the first pull; manifests and configs never are.',
      0,
    ),
    maxblobsize: setting(
      bytes({ min: 1, max: TIB }),
      'Blobs above this are left to the first pull.',
    ).optional(),
    maxtotal: setting(
      bytes({ min: 1, max: TIB }),
      'Images with more bytes than this are not warmed.',
    ).optional(),
    limits: z
      .strictObject({
        depth: setting(count({ min: 0, max: 16 }), 'Levels of indexes in indexes.', 4),
        manifests: setting(count({ min: 1, max: 100_000 }), 'Manifests of one image.', 500),
        blobs: setting(count({ min: 1, max: 1_000_000 }), 'Blobs of one image.', 5_000),
        manifestsize: setting(bytes({ min: 1_024, max: 8 * 2 ** 20 }), 'Bytes of one manifest.', '4MiB'),
      })
      .meta({ description: 'What no honest image has: beyond it the image is given up.' })
      .prefault({}),
    delay: setting(registryDuration({ max: DAY }), 'How long after the event it begins.', '0s'),
    window: setting(
      registryDuration({ min: 0, max: 30 * DAY }),
      'How long a part that was warmed counts as warm without asking its target again.',
      '1h',
    ),
    dryrun: setting(flag(), 'true: says what it would warm, and warms nothing.', false),
    keep: setting(count({ min: 1, max: 1000 }), 'Last runs that are kept, to be looked at.', 50),
    targets: setting(z.array(target), 'What is to be warm.', []),
  })
  .meta({ description: 'kind preheat: which images, and where they are to be warm.', required: ['targets'] });

/** The block, with defaults in place. */
export type PreheatSettings = z.output<typeof preheat>;
/** One of its targets. */
export type PreheatTarget = PreheatSettings['targets'][number];
