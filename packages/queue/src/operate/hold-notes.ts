/**
 * Notes about deliveries that a hold has revived. The script that revives one cannot read its body, so what the delivery
 * is about is read when the note is recorded: the job is still there, whatever became of it.
 */
import { coalesce, type RedisClient } from '../connection.js';
import { queueKey } from '../names.js';
import type { OperatedDelivery } from './journal.js';
import { readStored } from './stored.js';

/** Completes a note that names no event; one whose delivery is gone stays as it is. Rejects with Redis' error. */
export async function withEvent<Note extends OperatedDelivery>(
  client: RedisClient,
  prefix: string,
  note: Note,
): Promise<Note> {
  if (note.eventId !== undefined) return note;
  coalesce(client);
  const { deliveryId, endpoint } = note;
  const stored = await readStored(client, queueKey(prefix, endpoint, deliveryId), deliveryId, endpoint);
  if (!stored?.about) return note;
  const { eventId, source, view } = stored.about;
  const { action, repository, tag } = view;
  return { ...note, eventId, source, action, repository, tag };
}
