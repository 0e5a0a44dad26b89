/**
 * Every kind of target, one line each. Add yours here; a test compares this list with the folders. Settings and
 * drivers are loaded apart, so that reading a configuration loads no client.
 */
import type { z } from 'zod';
import type { Clock } from './clock.js';
import type { OptionsOf } from './options.js';
import type { Target } from './target.js';

const kind = <Settings extends z.ZodType>(
  settings: () => Promise<{ settings: Settings }>,
  driver: () => Promise<{ open(options: OptionsOf<Settings>, clock: Clock): Target }>,
) => ({ settings, driver });

/** By the names that they have in the configuration. */
export const TARGETS = {
  'pull-through': kind(
    () => import('./pull-through/settings.js'),
    () => import('./pull-through/index.js'),
  ),
  kraken: kind(
    () => import('./kraken/settings.js'),
    () => import('./kraken/index.js'),
  ),
  dragonfly: kind(
    () => import('./dragonfly/settings.js'),
    () => import('./dragonfly/index.js'),
  ),
  kruise: kind(
    () => import('./kruise/settings.js'),
    () => import('./kruise/index.js'),
  ),
  webhook: kind(
    () => import('./webhook/settings.js'),
    () => import('./webhook/index.js'),
  ),
};

type Targets = typeof TARGETS;
type SettingsOf<Kind extends keyof Targets> = Awaited<ReturnType<Targets[Kind]['settings']>>['settings'];

/** A target's `kind`. */
export type TargetKind = keyof Targets;

/** The schema of any kind. */
export type TargetSchema = { [Kind in TargetKind]: SettingsOf<Kind> }[TargetKind];

/** What each kind of driver takes. */
export type OptionsByKind = { [Kind in TargetKind]: OptionsOf<SettingsOf<Kind>> };

/** Of any kind; `kind` says which. */
export type TargetOptions = OptionsByKind[TargetKind];
