export type HealthState = 'ok' | 'failing';

export interface ComponentHealth {
  readonly component: string;
  readonly state: HealthState;
  readonly detail: string | null;
}

export interface Health {
  set(component: string, state: HealthState, detail?: string): void;
  /** True while no component fails. */
  ready(): boolean;
  components(): ComponentHealth[];
}

/** What this process's parts say about themselves. A part that is not ready yet says `failing` until it is. */
export function createHealth(): Health {
  const components = new Map<string, ComponentHealth>();
  return {
    set: (component, state, detail) => {
      components.set(component, { component, state, detail: detail ?? null });
    },
    ready: () => components.values().every(({ state }) => state === 'ok'),
    components: () => [...components.values()],
  };
}
