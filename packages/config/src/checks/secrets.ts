/**
 * Secrets everywhere in the configuration: references that cannot be resolved (a warning, since `check` may run
 * where the secrets are missing; using the secret is an error), and texts that only resemble a reference.
 */
import { LongshoreError } from '@longshore/event';
import { Secret } from '@longshore/settings/secrets';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';
import { holdsPlaceholder, PLACEHOLDER } from './placeholders.js';

/** All secrets of a configuration, or of a part of it. @param value at the path */
export function checkSecrets(value: unknown, path: readonly Step[], check: Check, liquid = false): void {
  if (value instanceof Secret) checkSecret(value, path, check, liquid);
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) checkSecrets(item, [...path, index], check, liquid);
  else if (typeof value === 'object' && value !== null) {
    const templates = liquid || Reflect.get(value, 'format') === 'template';
    for (const [key, item] of Object.entries(value)) checkSecrets(item, [...path, key], check, templates);
  }
}

/** @param liquid its `{{ … }}` are expressions of a template, which is checked by itself */
function checkSecret(secret: Secret, path: readonly Step[], { problems }: Check, liquid: boolean): void {
  try {
    const text = secret.reveal();
    if (secret.reference !== undefined) return;
    if (/\s(env|file):\S/.test(text)) {
      const remedy = 'put the whole value into the variable or file';
      problems.warning(path, `env: and file: must be the whole value, so this is sent literally; ${remedy}`);
    } else if (/\$\{\w+\}/.test(text)) {
      problems.warning(
        path,
        `$\{…} is not expanded, so this is sent literally. Write env:NAME as the whole value`,
      );
    } else if (
      holdsPlaceholder(liquid ? text.replaceAll(/\{\{[^{}]*\}\}/g, '') : text) &&
      !problems.spokenOf(path, PLACEHOLDER)
    ) {
      problems.warning(path, `${PLACEHOLDER}. Write the value, or env:NAME`);
    }
  } catch (error) {
    if (!(error instanceof LongshoreError)) throw error;
    problems.warning(path, error.message);
  }
}
