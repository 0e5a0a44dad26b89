/** What the order of deliveries promises, in the plainest way. */
import type { Order } from './script.js';

type State = 'waiting' | 'active' | 'delayed' | 'dead' | 'done';

interface Item {
  id: string;
  repository: string;
  /** Among all; a dead one that is retried gets a new one. */
  arrival: number;
  state: State;
  due: number;
}

export type OrderModel = ReturnType<typeof createOrderModel>;

export function createOrderModel() {
  let items: Item[] = [];
  let arrivals = 0;
  let inForce: Order = 'none';
  let now = 1_000;
  const of = (state: State): Item[] => items.filter((item) => item.state === state);
  const get = (id: string): Item => {
    const item = items.find((one) => one.id === id);
    if (!item) throw new Error(`no delivery ${id}`);
    return item;
  };
  const isReady = ({ state, due }: Item): boolean =>
    state === 'waiting' || (state === 'delayed' && due <= now);
  const open = (): Item[] =>
    items.filter(({ state }) => state !== 'dead' && state !== 'done').sort((a, b) => a.arrival - b.arrival);

  /** A switch waits for what is in flight, unless it ends the order; what is delayed then is due. */
  const switchTo = (order: Order): boolean => {
    if (order === inForce) return true;
    if (order !== 'none') {
      if (of('active').length > 0) return false;
      for (const item of of('delayed')) item.state = 'waiting';
    }
    inForce = order;
    return true;
  };

  return {
    get now() {
      return now;
    },
    set now(at: number) {
      now = at;
    },
    get inForce() {
      return inForce;
    },
    add(id: string, repository: string) {
      items.push({ id, repository, arrival: ++arrivals, state: 'waiting', due: 0 });
    },
    /** Ids that a look may take, if it takes all it can. */
    takeable(order: Order): string[] {
      if (!switchTo(order)) return [];
      if (order === 'none')
        return open()
          .filter(isReady)
          .map(({ id }) => id);
      const heads = new Map<string, Item>();
      for (const item of open()) {
        const key = order === 'endpoint' ? '' : item.repository;
        if (!heads.has(key)) heads.set(key, item);
      }
      return Array.from(heads.values())
        .filter(isReady)
        .map(({ id }) => id);
    },
    take(ids: readonly string[]) {
      for (const id of ids) get(id).state = 'active';
    },
    settle(id: string, to: 'completed' | 'failed' | 'delayed' | 'wait', delay: number) {
      const states = { completed: 'done', failed: 'dead', delayed: 'delayed', wait: 'waiting' } as const;
      Object.assign(get(id), { state: states[to], due: now + delay });
    },
    retry(id: string) {
      Object.assign(get(id), { state: 'waiting', arrival: ++arrivals });
    },
    remove(id: string) {
      items = items.filter((item) => item.id !== id);
    },
    all: (state: State): string[] => of(state).map(({ id }) => id),
    pick(state: State, n: number): string | undefined {
      const found = of(state);
      return found[n % Math.max(1, found.length)]?.id;
    },
    counts: () => ({
      waiting: of('waiting').length,
      active: of('active').length,
      delayed: of('delayed').length,
    }),
  };
}
