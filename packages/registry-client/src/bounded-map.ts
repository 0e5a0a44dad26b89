/** A map that forgets what was set first when it is full. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #most: number;

  /** `most`: entries. */
  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: Key, value: Value): this {
    this.delete(key);
    super.set(key, value);
    const [oldest] = this.keys();
    if (oldest !== undefined && this.size > this.#most) this.delete(oldest);
    return this;
  }
}
