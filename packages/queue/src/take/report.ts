/** What the gates of the take loop tell the worker, for its records: an endpoint is held, or has recovered. */
import { z } from 'zod';

const reportSchema = z.looseObject({ what: z.string() });
const reportsSchema = z.array(reportSchema);

/** `what` names the transition; its numbers beside it are the gate's own. */
export type TakeReport = z.infer<typeof reportSchema>;

/** @param json of a list; empty: none */
export const readReports = (json: string): TakeReport[] =>
  json === '' ? [] : reportsSchema.parse(JSON.parse(json));
