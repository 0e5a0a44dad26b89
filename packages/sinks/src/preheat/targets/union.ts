/** The settings of a target of any kind, for the configuration. */
import { union } from '@longshore/settings';
import { TARGETS, type TargetSchema } from './kinds.js';

const schemas = await Promise.all(
  Object.values(TARGETS).map(async ({ settings }) => (await settings()).settings),
);

/** One target; `kind` says which. */
export const target = union('Kind of cache.', schemas as unknown as [TargetSchema, ...TargetSchema[]]);
