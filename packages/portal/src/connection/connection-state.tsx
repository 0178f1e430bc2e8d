import type { Connection } from '../stream/stream-state.ts';
import { describeConnection } from './describe-connection.ts';
import './connection-state.css';

export function ConnectionState({ connection }: { readonly connection: Connection }) {
  return (
    <span className="connection" data-state={connection.kind} data-testid="connection-state">
      <span className="connection-dot" aria-hidden="true" />
      {describeConnection(connection)}
    </span>
  );
}
