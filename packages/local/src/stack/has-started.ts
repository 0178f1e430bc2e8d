import { type ComponentHealth, NOT_STARTED_YET } from '@northwind/service-kit';

/**
 * True when each component of a `/health/ready` answer has reported, be it a failure: a service with a stopped
 * partition runs, and the stack with it.
 */
export function hasStarted(body: string): boolean {
  try {
    const { components } = JSON.parse(body) as { readonly components: readonly ComponentHealth[] };
    return components.every(({ detail }) => detail !== NOT_STARTED_YET);
  } catch {
    return false; // none of our services' answers
  }
}
