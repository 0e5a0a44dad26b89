/** What the sender of kind `harbor` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'gives-up',
  words:
    'Harbor waits 3 s (`JOBSERVICE_WEBHOOK_JOB_HTTP_CLIENT_TIMEOUT`) and tries three times in all within a few minutes (`JOBSERVICE_WEBHOOK_JOB_MAX_RETRY`, 10 before 2.8), with the same body and id; then the event is gone.',
  advice: 'Raise `JOBSERVICE_WEBHOOK_JOB_MAX_RETRY`, for the time when Longshore itself is stopped.',
};
