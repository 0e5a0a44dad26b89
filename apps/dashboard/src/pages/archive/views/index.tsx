/** The archive's pages by address. Each asks for a few things at once. */
import type { PageDeps } from '../../deps.js';
import { trailViews } from '../../event/views.js';
import type { Place } from '../../layout.js';
import type { View } from '../../view.js';
import { ArchiveOff } from '../off.js';
import { images, statistics, unused } from './analysis.js';
import { event, events } from './events.js';
import { pull, pulls, push, pushes } from './made.js';
import type { ArchiveView } from './parts.js';
import { repositories, repository, tag } from './repositories.js';

const VIEWS: Readonly<Record<string, { here: Place; title: string; view: ArchiveView }>> = {
  '/events': { here: 'events', title: 'Events', view: events },
  '/event': { here: 'events', title: 'Event', view: event },
  '/pushes': { here: 'pushes', title: 'Pushes', view: pushes },
  '/push': { here: 'pushes', title: 'Push', view: push },
  '/pulls': { here: 'pulls', title: 'Pulls', view: pulls },
  '/pull': { here: 'pulls', title: 'Pull', view: pull },
  '/repositories': { here: 'repositories', title: 'Repositories', view: repositories },
  '/repository': { here: 'repositories', title: 'Repository', view: repository },
  '/tag': { here: 'repositories', title: 'Tag', view: tag },
  '/images': { here: 'images', title: 'Images', view: images },
  '/statistics': { here: 'statistics', title: 'Statistics', view: statistics },
  '/unused': { here: 'unused', title: 'Unused', view: unused },
};

/** Without an archive events come from the trail, and each other page says how to turn it on. */
export function archiveViews({ admin, archive, now }: PageDeps): Record<string, View> {
  const entries = Object.entries(VIEWS).map(([path, { here, title, view }]): [string, View] => [
    path,
    async (params) =>
      archive
        ? { ...(await view({ admin, archive, now }, params)), here }
        : { title, here, children: <ArchiveOff title={title} /> },
  ]);
  return { ...Object.fromEntries(entries), ...(!archive && trailViews({ admin })) };
}
