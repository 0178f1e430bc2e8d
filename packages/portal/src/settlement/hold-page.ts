/** Figures that change more often than this can't be read; changes in between are shown together. */
const PUBLISH_EVERY_MS = 200;

export interface PageHolder<Page> {
  /** The newest page, published or not. */
  current(): Page;
  /** The same object until the next publication, as React wants it. */
  published(): Page;
  subscribe(listener: () => void): () => void;
  /** Publishes at once when it has been quiet, else with what else comes until the interval ends. */
  change(part: Partial<Page>): void;
  /** For what the reader pressed, which must not wait. */
  changeNow(part: Partial<Page>): void;
}

export function holdPage<Page>(opened: Page): PageHolder<Page> {
  const listeners = new Set<() => void>();
  let current = opened;
  let published = opened;
  let cooling = false;
  let again = false;

  function publish(): void {
    published = current;
    for (const listener of listeners) listener();
  }

  function publishSoon(): void {
    again = cooling;
    if (cooling) return;
    cooling = true;
    setTimeout(() => {
      cooling = false;
      if (again) publishSoon();
    }, PUBLISH_EVERY_MS);
    publish();
  }

  return {
    current: () => current,
    published: () => published,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(part) {
      current = { ...current, ...part };
      publishSoon();
    },
    changeNow(part) {
      current = { ...current, ...part };
      publish();
    },
  };
}
