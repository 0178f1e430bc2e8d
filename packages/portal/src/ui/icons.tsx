import type { ReactNode } from 'react';

function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

/** A compass arrow: it points north, lit from one side. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path className="mark-lit" d="M16 3L5 29l11-6z" />
      <path className="mark-shade" d="M16 3l11 26-11-6z" />
    </svg>
  );
}

export const PauseIcon = () => (
  <Icon>
    <path d="M5.5 3.500v9M10.5 3.500v9" />
  </Icon>
);
export const PlayIcon = () => (
  <Icon>
    <path d="M5 3.500l7 4.5-7 4.500z" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="M4 4l8 8M12 4l-8 8" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <path d="M6 6h7v7H6zM3 10V3h7" />
  </Icon>
);
export const CheckIcon = () => (
  <Icon>
    <path d="M3.5 8.500l3 3 6-7" />
  </Icon>
);
export const ArrowUpIcon = () => (
  <Icon>
    <path d="M8 12.500v-9M4 7.500l4-4 4 4" />
  </Icon>
);
export const ChevronIcon = () => (
  <Icon>
    <path d="M6 3.500L10.5 8 6 12.5" />
  </Icon>
);
export const InitiatedIcon = () => (
  <Icon>
    <circle cx="8" cy="8" r="4.5" />
  </Icon>
);
export const SubmittedIcon = () => (
  <Icon>
    <path d="M3 8h9M8.5 4.500L12 8l-3.5 3.5" />
  </Icon>
);
export const ReturnedIcon = () => (
  <Icon>
    <path d="M6 4L3 7l3 3M3 7h6.500a3 3 0 010 6H8" />
  </Icon>
);
