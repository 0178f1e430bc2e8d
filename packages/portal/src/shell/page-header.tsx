import { ConnectionState } from '../connection/connection-state.tsx';
import type { Connection } from '../stream/stream-state.ts';
import { Mark, PauseIcon, PlayIcon } from '../ui/icons.tsx';
import './page-header.css';

export interface PauseControl {
  readonly paused: boolean;
  readonly changesHeld: number;
  readonly onPause: () => void;
  readonly onResume: () => void;
}

interface PageHeaderProps {
  readonly merchantId: string;
  readonly connection: Connection;
  readonly pauseControl: PauseControl;
  readonly onLeave: () => void;
}

export function PageHeader({ merchantId, connection, pauseControl, onLeave }: PageHeaderProps) {
  return (
    <header className="page-header column">
      <Brand />
      <div className="page-header-tools">
        <ConnectionState connection={connection} />
        <PauseButton {...pauseControl} />
        <span className="merchant" data-testid="merchant-id">
          {merchantId}
        </span>
        <button type="button" className="band-button" data-testid="sign-out" onClick={onLeave}>
          Sign out
        </button>
      </div>
    </header>
  );
}

export function Brand() {
  return (
    <h1 className="brand">
      <Mark />
      <span>
        Northwind <span className="brand-product">Settlement</span>
      </span>
    </h1>
  );
}

function PauseButton({ paused, changesHeld, onPause, onResume }: PauseControl) {
  return (
    <button
      type="button"
      className="band-button"
      data-testid="pause-toggle"
      data-paused={paused}
      onClick={paused ? onResume : onPause}
    >
      {paused ? <PlayIcon /> : <PauseIcon />}
      {paused ? 'Resume' : 'Pause'}
      {paused && changesHeld > 0 && (
        <span className="held" title={`${changesHeld} changes since you paused`} data-testid="changes-held">
          {changesHeld}
        </span>
      )}
    </button>
  );
}
