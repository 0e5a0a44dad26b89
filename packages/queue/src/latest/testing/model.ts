/** What `latest` promises, in the plainest way. */

type State = 'waiting' | 'active' | 'dead' | 'delivered' | 'superseded';

interface Item {
  id: string;
  tag: string;
  time: number;
  arrival: number;
  state: State;
  by?: string;
  /** It was dead, and was not taken since. */
  back?: boolean;
}

export type LatestModel = ReturnType<typeof createLatestModel>;

const isNewer = (a: Item, b: Item): boolean =>
  a.time > b.time || (a.time === b.time && a.arrival > b.arrival);
const isOpen = ({ state }: Item): boolean => state !== 'delivered' && state !== 'superseded';
const newest = (items: Item[]): Item | undefined => items.toSorted((a, b) => (isNewer(a, b) ? -1 : 1))[0];

export function createLatestModel() {
  const items: Item[] = [];
  let arrivals = 0;
  /** The newest that was delivered while others of its tag were open or dead. */
  const delivered = new Map<string, Item>();
  const get = (id: string): Item => {
    const item = items.find((one) => one.id === id);
    if (!item) throw new Error(`no delivery ${id}`);
    return item;
  };
  const end = (): void => {
    for (const tag of delivered.keys()) {
      if (!items.some((item) => item.tag === tag && isOpen(item))) delivered.delete(tag);
    }
  };
  /** `mine` waits now, beside what `others` are. */
  const meet = (mine: Item, others: Item[]): void => {
    const newer = newest(others.filter((item) => isNewer(item, mine)));
    for (const item of items) {
      if (item.tag !== mine.tag || item.state !== 'waiting' || item === mine || isNewer(item, mine)) continue;
      Object.assign(item, { state: 'superseded', by: (newer ?? mine).id });
    }
    if (newer) Object.assign(mine, { state: 'superseded', by: newer.id });
    end();
  };
  const ofTag = ({ tag }: Item, states: State[]): Item[] =>
    items.filter((item) => item.tag === tag && states.includes(item.state));

  /** It waits after it was taken before. */
  const returns = (mine: Item): void => {
    if (!mine.tag) return;
    const done = delivered.get(mine.tag);
    meet(mine, [...ofTag(mine, ['waiting', 'active']), ...(done ? [done] : [])]);
  };

  return {
    items,
    add(id: string, tag: string, time: number) {
      const mine: Item = { id, tag, time, arrival: ++arrivals, state: 'waiting' };
      items.push(mine);
      if (tag) meet(mine, ofTag(mine, ['waiting']));
    },
    take(id: string) {
      const mine = get(id);
      if (mine.back) returns(mine);
      mine.back = false;
      if (mine.state === 'waiting') mine.state = 'active';
    },
    settle(id: string, to: 'completed' | 'failed' | 'delayed' | 'wait') {
      const mine = get(id);
      if (to === 'completed') {
        mine.state = 'delivered';
        const before = delivered.get(mine.tag);
        if (!before || isNewer(mine, before)) delivered.set(mine.tag, mine);
      } else mine.state = to === 'failed' ? 'dead' : 'waiting';
      end();
      if (mine.state === 'waiting') returns(mine);
    },
    retry(id: string) {
      Object.assign(get(id), { state: 'waiting', back: true });
    },
    remove(id: string) {
      items.splice(items.indexOf(get(id)), 1);
      end();
    },
    pick(state: State, n: number): string | undefined {
      const found = items.filter((item) => item.state === state);
      return found[n % Math.max(1, found.length)]?.id;
    },
  };
}
