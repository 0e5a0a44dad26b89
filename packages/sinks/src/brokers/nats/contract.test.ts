import { expect, test } from 'vitest';
import { sinkContract } from '../../contract.js';
import { brokerOptionsAt, type Scripted, scriptedBroker } from '../../testing/brokers.js';
import { aDelivery, anAttempt } from '../../testing/builders.js';
import { openNats } from './index.js';

const INFO = `INFO ${JSON.stringify({ server_id: 'x', version: '2.10.0', proto: 1, headers: true, max_payload: 1_048_576 })}\r\n`;

/** As much of NATS as it takes: an acknowledgement for each message, or the answer of someone else. */
const answering =
  (other?: string): Scripted =>
  (how, write) => {
    let sid = '1';
    return (data) => {
      const text = data.toString('latin1');
      sid = /^SUB \S+ (\S+)/m.exec(text)?.[1] ?? sid;
      if (/^PING/m.test(text)) write('PONG\r\n');
      for (const [, reply] of text.matchAll(/^HPUB \S+ (_INBOX\S+) /gm)) {
        const ack =
          how === 'accepts'
            ? { stream: 'PUSHES', seq: 1 }
            : {
                error: { code: 503, err_code: 10_077, description: 'maximum messages exceeded' },
                stream: 'x',
                seq: 0,
              };
        const body = other ?? JSON.stringify(ack);
        write(`MSG ${reply} ${sid} ${body.length}\r\n${body}\r\n`);
      }
    };
  };

sinkContract('nats', aDelivery(), (behaviour, timeout) =>
  scriptedBroker(
    behaviour,
    answering(),
    (port) =>
      openNats(brokerOptionsAt(`nats://127.0.0.1:${port}`, { subject: 'registry.push' }, { timeout })),
    INFO,
  ),
);

test.each(['{}', '{"ok":true}', '{"stream":"PUSHES"}', 'thank you'])(
  'the answer %s of a service that listens on the subject is no confirmation',
  async (answer) => {
    const { sink } = await scriptedBroker(
      'accepts',
      answering(answer),
      (port) => openNats(brokerOptionsAt(`nats://127.0.0.1:${port}`, { subject: 'registry.push' })),
      INFO,
    );
    expect(await sink.send([aDelivery()], anAttempt())).toMatchObject([
      { kind: 'retry', reason: 'unroutable', detail: expect.stringContaining('is no stream') },
    ]);
  },
);
