/**
 * Every kind of registry that Longshore understands. A new kind is a folder and a line here.
 * The order is the order in which the open path asks: kinds that are told by a header of their own come
 * before kinds that are told by the shape of the body.
 */
import { acr } from './acr/index.js';
import { aliyun } from './aliyun/index.js';
import { cloudevents } from './cloudevents/index.js';
import { distribution } from './distribution/index.js';
import { dockerhub } from './dockerhub/index.js';
import { ecr } from './ecr/index.js';
import { eventgrid } from './eventgrid/index.js';
import { gar } from './gar/index.js';
import { gitea } from './gitea/index.js';
import { github } from './github/index.js';
import { gitlab } from './gitlab/index.js';
import { harbor } from './harbor/index.js';
import { jfrog } from './jfrog/index.js';
import { nexus } from './nexus/index.js';
import type { Kind } from './port.js';
import { quay } from './quay/index.js';
import { zot } from './zot/index.js';

/** In the order in which the open path asks them. */
export const KINDS: readonly Kind[] = [
  gitea,
  github,
  nexus,
  jfrog,
  eventgrid,
  harbor,
  zot,
  ecr,
  gitlab,
  distribution,
  gar,
  dockerhub,
  aliyun,
  quay,
  acr,
  cloudevents,
];
