export {
  type FaultySqsClient,
  injectSqsFaults,
  SQS_FAULTS,
  type SqsFault,
  type SqsFaultOptions,
} from './inject-sqs-faults.ts';
export { createProcessKiller, type ProcessKiller } from './kill-processes.ts';
export { type Direction, startTcpProxy, type TcpProxy, type TcpProxyOptions } from './start-tcp-proxy.ts';
