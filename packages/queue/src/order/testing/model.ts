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

/** See the header. */
export class OrderModel {
  now = 1_000;
  inForce: Order = 'none';
  #items: Item[] = [];
  #arrivals = 0;

  add(id: string, repository: string): void {
    this.#items.push({ id, repository, arrival: ++this.#arrivals, state: 'waiting', due: 0 });
  }

  /** Ids that a look may take, if it takes all it can. */
  takeable(order: Order): string[] {
    if (!this.#switchTo(order)) return [];
    const open = this.#items
      .filter(({ state }) => state !== 'dead' && state !== 'done')
      .sort((a, b) => a.arrival - b.arrival);
    const heads = new Map<string, Item>();
    for (const item of open) {
      const key = { none: item.id, repository: item.repository, endpoint: '' }[order];
      if (!heads.has(key)) heads.set(key, item);
    }
    const ready = Array.from(heads.values()).filter(
      ({ state, due }) => state === 'waiting' || (state === 'delayed' && due <= this.now),
    );
    return ready.map(({ id }) => id);
  }

  take(ids: readonly string[]): void {
    for (const id of ids) this.#get(id).state = 'active';
  }

  settle(id: string, to: 'completed' | 'failed' | 'delayed' | 'wait', delay: number): void {
    const states = { completed: 'done', failed: 'dead', delayed: 'delayed', wait: 'waiting' } as const;
    Object.assign(this.#get(id), { state: states[to], due: this.now + delay });
  }

  retry(id: string): void {
    Object.assign(this.#get(id), { state: 'waiting', arrival: ++this.#arrivals });
  }

  remove(id: string): void {
    this.#items = this.#items.filter((item) => item.id !== id);
  }

  all(state: State): string[] {
    return this.#items.filter((item) => item.state === state).map(({ id }) => id);
  }

  pick(state: State, n: number): string | undefined {
    const found = this.all(state);
    return found[n % Math.max(1, found.length)];
  }

  counts() {
    const count = (state: State): number => this.all(state).length;
    return { waiting: count('waiting'), active: count('active'), delayed: count('delayed') };
  }

  /** A switch waits for what is in flight, unless it ends the order; what is delayed then is due. */
  #switchTo(order: Order): boolean {
    if (order === this.inForce) return true;
    if (order !== 'none') {
      if (this.all('active').length > 0) return false;
      for (const id of this.all('delayed')) this.#get(id).state = 'waiting';
    }
    this.inForce = order;
    return true;
  }

  #get(id: string): Item {
    const item = this.#items.find((one) => one.id === id);
    if (!item) throw new Error(`no delivery ${id}`);
    return item;
  }
}
