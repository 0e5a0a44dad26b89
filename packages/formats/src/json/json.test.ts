import { alertIn } from '../alert.js';
import { anAlert } from '../testing/alerts.js';
import { describeContract } from '../testing/contract.js';
import { json } from './index.js';

describeContract({
  format: json,
  samples: new URL('./samples/', import.meta.url),
  parse: (body) => [JSON.parse(body.toString())],
  carried: alertIn,
  withText: (text) => anAlert({ summary: text, endpoint: text, next: text, details: { text } }),
});
