/** Image events and pulls: one for a push, one for a pull, made out of the archive. */
export { createImageMaker, type ImageMaker, type ImageMakerParts } from '../images/maker.js';
export { imageEventTaken } from '../images/payload.js';
export type { UnpublishedEvent } from '../images/store/unpublished.js';
export {
  ARTIFACTS,
  type ImageEvent,
  type ImagePushed,
  type ImageSettings,
} from '../images/types.js';
export { createPullMaker, type PullMaker, type PullMakerParts } from '../pulls/maker.js';
