import { useEffect, useState } from 'react';
import { CheckIcon, CopyIcon } from './icons.tsx';

const CONFIRMED_FOR_MS = 1_600;

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for the button's name: "Copy trace id". */
  readonly what: string;
  readonly testId: string;
}

export function CopyButton({ text, what, testId }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMED_FOR_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Without a clipboard (a page on plain http) the text beside the button can still be selected.
    }
  };
  return (
    <button type="button" className="copy-button" data-testid={testId} aria-label={`Copy ${what}`} onClick={copy}>
      {copied ? <CheckIcon /> : <CopyIcon />}
      <span className="copy-said" aria-live="polite">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  );
}
