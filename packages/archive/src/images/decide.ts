/**
 * What happened to the images of a repository, by the events of its registry. Pure: the same scene gives the same
 * events, in whatever order the raw ones arrived. What is not complete yet stays open and is looked at again.
 */
import { sideTagOf } from './artifacts.js';
import { attachedBy, attachedTo } from './attach.js';
import { isReported, rootOf } from './children.js';
import { inOrder, isManifestPush } from './order.js';
import { pushed } from './push.js';
import { DELETE_GROUP_MS, deletesOf, removed } from './remove.js';
import { isSamePush, type Root, rootsOf } from './roots.js';
import type { Decision, Made, RawEvent, Scene } from './types.js';

/** See the header. */
export function decide(scene: Scene): Decision {
  const open = inOrder(scene.open);
  const decision: Decision = { made: [], done: [], waiting: [], confirmed: [] };
  const pushes = open.filter(isManifestPush);
  const deletes = open.filter(({ action }) => action === 'delete');
  const byDigest = pushes.filter(({ tag }) => tag === undefined);
  const tagged = pushes.filter(({ tag }) => tag !== undefined);
  const alone = decideRoots(confirmed(tagged, scene, decision), byDigest, scene, decision);
  for (const push of alone) decideAlone(push, scene, decision);
  for (const group of deletesOf(deletes)) {
    if (isOlder(group[0], Math.max(scene.settings.settle, DELETE_GROUP_MS), scene)) {
      close(decision, group, removed(group, scene));
    }
  }
  // A mount or a blob is only looked at with the image that it is for.
  close(
    decision,
    open.filter((event) => event.action !== 'delete' && !isManifestPush(event)),
  );
  decision.made.sort((a, b) => (a.event.at < b.event.at ? -1 : a.event.at > b.event.at ? 1 : 0));
  return decision;
}

/** Those that no other source of the registry has reported. */
function confirmed(tagged: readonly RawEvent[], { reported }: Scene, decision: Decision): RawEvent[] {
  return tagged.filter((event) => {
    const same = reported.find((one) => isSamePush(event, one));
    if (!same) return true;
    decision.confirmed.push({ id: same.id, source: event.source });
    close(decision, [event]);
    return false;
  });
}

/** @returns the pushes by digest that belong to no root */
function decideRoots(
  tagged: readonly RawEvent[],
  byDigest: readonly RawEvent[],
  scene: Scene,
  decision: Decision,
): RawEvent[] {
  const { settle } = scene.settings;
  const events = inOrder([...scene.nearby, ...scene.open]);
  const roots = rootsOf(tagged, settle);
  const owners = new Map(byDigest.map((push) => [push, rootOf(push, roots, scene)]));
  for (const root of roots) {
    if (!isOlder(root.first, settle, scene)) continue;
    const children = byDigest.filter((push) => owners.get(push) === root);
    close(decision, [...root.events, ...children], madeOf(root, children, events, scene));
  }
  return byDigest.filter((push) => owners.get(push) === undefined);
}

function madeOf(root: Root, children: RawEvent[], events: readonly RawEvent[], scene: Scene): Made[] {
  const side = sideTagOf(root.first.tag);
  return side ? attachedBy(root, side, children, events, scene) : pushed(root, children, events, scene);
}

function decideAlone(push: RawEvent, scene: Scene, decision: Decision): void {
  const { settings, manifests } = scene;
  if (!isOlder(push, settings.settle, scene)) return;
  const subject = manifests.get(push.digest ?? '')?.subject;
  if (isReported(push, scene)) close(decision, [push]);
  else if (subject !== undefined) close(decision, [push], [attachedTo(push, subject, scene)]);
  else if (!isOlder(push, settings.orphan, scene)) decision.waiting.push(push.id);
  else close(decision, [push], settings.untagged ? image(push, scene) : []);
}

/** A push by digest as an image without a tag. */
function image(push: RawEvent, scene: Scene): Made[] {
  const root = { first: push, events: [push], tags: [], sources: [push.source] };
  return pushed(root, [], inOrder([...scene.nearby, ...scene.open]), scene);
}

const isOlder = (event: RawEvent | undefined, ms: number, { age }: Scene): boolean =>
  event !== undefined && age(event) >= ms;

function close(decision: Decision, closed: readonly RawEvent[], made: readonly Made[] = []): void {
  decision.done.push(...closed.map(({ id }) => id));
  decision.made.push(...made);
}
