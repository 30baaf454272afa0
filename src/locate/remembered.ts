/** How is something gone through more than once that is costly to find? What was found is kept; nothing is found before anybody needs it. */
export function remembered<T>(source: Generator<T>): Iterable<T> {
  const items: T[] = [];
  return {
    *[Symbol.iterator]() {
      for (let i = 0; ; i++) {
        if (i === items.length) {
          const next = source.next();
          if (next.done) return;
          items.push(next.value);
        }
        yield items[i] as T;
      }
    },
  };
}
