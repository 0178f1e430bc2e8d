import type { ReactNode } from 'react';
import './notice.css';

interface NoticeProps {
  readonly tone: 'plain' | 'warning' | 'bad';
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly testId: string;
}

export function Notice({ tone, title, children, action, testId }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone} data-testid={testId}>
      <div className="notice-words">
        <strong>{title}</strong>
        {children !== undefined && <p>{children}</p>}
      </div>
      {action}
    </div>
  );
}
