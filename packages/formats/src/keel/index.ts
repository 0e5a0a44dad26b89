/** A push for Keel's native webhook. Source: keel `pkg/http/native_webhook_trigger.go`. */
import { preset } from '../preset.js';

/** The format `keel`. */
export const keel = preset({
  name: 'keel',
  summary: 'Keel’s native webhook, `{name, tag, digest}`',
  body: ({ image, tag, digest }) => ({ name: image, tag, digest }),
});
