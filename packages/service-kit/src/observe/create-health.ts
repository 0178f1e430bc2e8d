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

/** The detail of a component that has not reported yet. */
export const NOT_STARTED_YET = 'not started yet';

/**
 * What this process's parts say about themselves. `awaited` names the components that must report before it is ready:
 * they are failing until they do. Others join when they first report.
 */
export function createHealth(awaited: readonly string[] = []): Health {
  const components = new Map<string, ComponentHealth>();
  for (const component of awaited) components.set(component, { component, state: 'failing', detail: NOT_STARTED_YET });
  return {
    set: (component, state, detail) => {
      components.set(component, { component, state, detail: detail ?? null });
    },
    ready: () => components.values().every(({ state }) => state === 'ok'),
    components: () => [...components.values()],
  };
}
