/** As much of RabbitMQ as a publisher asks for, frame by frame. */
import type { Scripted } from './brokers.js';

const u16 = (value: number) => [value >> 8, value & 0xff];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)];
const long = (text: string) => [...u32(text.length), ...Buffer.from(text)];

function method(channel: number, [group, id]: readonly [number, number], args: readonly number[]): string {
  const payload = [...u16(group), ...u16(id), ...args];
  return Buffer.from([1, ...u16(channel), ...u32(payload.length), ...payload, 0xce]).toString('latin1');
}

const START = method(0, [10, 10], [0, 9, ...u32(0), ...long('PLAIN'), ...long('en_US')]);

/** What is answered to each method: by class and id. */
const ANSWERS: Readonly<Record<string, string>> = {
  '10.11': method(0, [10, 30], [...u16(0), ...u32(131_072), ...u16(0)]),
  '10.40': method(0, [10, 41], [0]),
  '20.10': method(1, [20, 11], u32(0)),
  '85.10': method(1, [85, 11], []),
};

const ACK = 80;
const NACK = 120;

/** Acknowledges each message, or refuses it. */
export const rabbit: Scripted = (how, write) => {
  let rest = Buffer.alloc(0);
  let isGreeted = false;
  let tag = 0;
  return (data) => {
    rest = Buffer.concat([rest, data]);
    if (!isGreeted && rest.length >= 8) {
      isGreeted = true;
      rest = rest.subarray(8);
      write(START);
    }
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(3)) {
      const size = rest.readUInt32BE(3);
      const [type, payload] = [rest[0], rest.subarray(7, 7 + size)];
      rest = rest.subarray(8 + size);
      if (type !== 1) continue;
      const name = `${payload.readUInt16BE(0)}.${payload.readUInt16BE(2)}`;
      const answer = ANSWERS[name];
      if (answer !== undefined) write(answer);
      if (name === '60.40')
        write(method(1, [60, how === 'accepts' ? ACK : NACK], [...u32(0), ...u32(++tag), 0]));
    }
  };
};
