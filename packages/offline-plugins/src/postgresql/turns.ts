/** Lets tasks run one after the other, in the order in which they came. */
export class Turns {
  private last: Promise<void> = Promise.resolve();

  async take<T>(task: () => Promise<T>): Promise<T> {
    const before = this.last;
    const { promise, resolve } = deferred();
    this.last = promise;
    await before;
    try {
      return await task();
    } finally {
      resolve();
    }
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
