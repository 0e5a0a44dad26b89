/**
 * A push as one flat object, for a Receiver of Flux of type `generic-hmac` and its filters in CEL.
 * Source: notification-controller `internal/server/receiver_handlers.go`.
 */
import { LATE_ANSWERS } from '../answers.js';
import { preset } from '../preset.js';

/** The format `flux`. */
export const flux = preset({
  name: 'flux',
  summary: 'one flat object, for a Flux Receiver; goes with `sign: {scheme: flux}`',
  needs: { actions: ['push'], fields: ['repository', 'tag'] },
  answers: LATE_ANSWERS,
  body: (facts) => facts,
});
