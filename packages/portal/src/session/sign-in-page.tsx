import type { ReactNode } from 'react';
import { Brand } from '../shell/page-header.tsx';
import type { SignedOutReason } from './session-store.ts';
import './sign-in-page.css';

const WORDS: Readonly<Record<SignedOutReason, { readonly title: string; readonly text: string }>> = {
  no_session: {
    title: 'Sign in with your link',
    text: 'This page opens with a personal sign-in link. Ask whoever runs Northwind Settlement for you for one.',
  },
  link_refused: {
    title: 'This link no longer works',
    text: 'A sign-in link works once and only for a short while; this one was used or has expired. Ask for a new one.',
  },
  session_ended: {
    title: 'Your session has ended',
    text: 'For your safety a session lasts a limited time. Open a new sign-in link to go on where you were.',
  },
  left: {
    title: 'You are signed out',
    text: 'Open a new sign-in link when you want to come back. You can close this page.',
  },
};

export function SignedOutPage({ why }: { readonly why: SignedOutReason }) {
  return (
    <MessagePage title={WORDS[why].title} testId="signed-out" reason={why}>
      {WORDS[why].text}
    </MessagePage>
  );
}

interface MessagePageProps {
  readonly title: string;
  readonly testId: string;
  readonly reason?: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

export function MessagePage({ title, testId, reason, children, action }: MessagePageProps) {
  return (
    <div className="band message-page">
      <div className="page-header column">
        <Brand />
      </div>
      <main className="message column" data-testid={testId} data-reason={reason}>
        <h2>{title}</h2>
        <p role="status">{children}</p>
        {action}
      </main>
    </div>
  );
}
