export { REGION, SERVICE_NAMES, type ServiceName } from './stack/service-environment.ts';
export {
  DEMO_MERCHANT,
  type RunningStack,
  type StackChild,
  type StackEvent,
  type StackKeys,
  type StackOptions,
  type StackUrls,
} from './stack/stack-options.ts';
export { StackRunningError } from './stack/stack-running-error.ts';
export { startStack } from './stack/start-stack.ts';
