/** What the sender of kind `aliyun` does when Longshore cannot take an event. Its README says the same. */
import type { Sender } from '../sender.js';

export const sender: Sender = {
  onFailure: 'never-retries',
  words: 'Alibaba Cloud documents no retries: count on none.',
  advice: 'Nothing to set. The console shows the answers to past triggers.',
};
