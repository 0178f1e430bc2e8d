import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { navigate } from './use-route.ts';

/** An ordinary link that stays in the page; with a modifier key or another button it is the browser's as ever. */
export function Link({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string }) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}
