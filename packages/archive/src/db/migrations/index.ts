/** Every migration in its order: add yours at the end. */
import type { Migration } from '../migration.js';
import { events } from './0001-events.js';
import { history } from './0002-history.js';
import { search } from './0003-search.js';
import { images } from './0004-images.js';
import { spans } from './0005-spans.js';
import { pulls } from './0006-pulls.js';
import { reconcile } from './0007-reconcile.js';

/** See the header. */
export const MIGRATIONS: readonly Migration[] = [events, history, search, images, spans, pulls, reconcile];
