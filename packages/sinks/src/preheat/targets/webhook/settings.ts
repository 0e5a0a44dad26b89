/** The settings of a program of the operator’s, which is posted the walked list. */
import { setting } from '@longshore/settings';
import { baseUrl } from '@longshore/settings/secrets';
import type { OptionsOf } from '../options.js';
import { targetSettings } from '../settings.js';

/** See the header. */
export const settings = targetSettings('webhook', {
  url: setting(baseUrl(), 'Url that the walked image is posted to.'),
});

/** What the driver takes. */
export type WebhookOptions = OptionsOf<typeof settings>;
