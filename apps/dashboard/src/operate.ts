/** What an operator does, without HTTP: `@longshore/dashboard/operate`, for the command line. */
export {
  deadAnswer,
  endpointAnswer,
  quarantinedAnswer,
  quarantinedDetailAnswer,
} from './api/shape.js';
export {
  type BulkSettings,
  createOperate,
  type DeadWords,
  type EndpointOverview,
  isCut,
  type Operate,
  type QuarantineWords,
  type Replay,
  type Retried,
} from './operate/index.js';
export {
  GAPS,
  reasonInWords,
  ruleInWords,
  senderInWords,
  standingInWords,
  stepInWords,
} from './operate/trail-words.js';
