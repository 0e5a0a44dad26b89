import { alertIn } from '../alert.js';
import { anAlert } from '../testing/alerts.js';
import { describeContract } from '../testing/contract.js';
import { slack } from './index.js';

const shown = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

describeContract({
  format: slack,
  samples: new URL('./samples/', import.meta.url),
  /** As a chat shows it: with its three escapes, and nothing else that it would take for a mention or a link. */
  parse(body) {
    const { text, ...others } = JSON.parse(body.toString());
    if (/[<>]/.test(text) || Object.keys(others).length > 0) throw new Error(`not plain text: ${body}`);
    const over = /^:white_check_mark: \*Longshore, resolved:\* (.*)$/s.exec(text);
    if (over) return [{ state: 'resolved', summary: shown(over[1] ?? '') }];
    const parts = /^:rotating_light: \*Longshore:\* (.*)\n\*Next:\* (.*)\n\*Runbook:\* (.*)$/s.exec(text);
    const [, summary, next, runbook] = (parts ?? []).map(shown);
    return [{ state: 'firing', summary, next, runbook }];
  },
  carried(delivery) {
    const { state, summary, next, runbook } = alertIn(delivery) ?? {};
    return state === 'resolved' ? { state, summary } : { state, summary, next, runbook };
  },
  withText: (text) => anAlert({ summary: text, next: text }),
});
