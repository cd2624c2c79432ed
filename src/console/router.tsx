/** The address: which page, and the filter of the fleet. Everything is relative to the place of the console's own script. */
import type { ComponentChildren } from 'preact';
import { Store } from './store.js';

/** The script is in `assets/` below the root of the console, whatever prefix a proxy has put before it. */
export const root = new URL('..', import.meta.url);

type Place = { readonly page: 'fleet' } | { readonly page: 'resource' | 'try'; readonly resource: string };

export interface Address {
  readonly place: Place;
  readonly query: URLSearchParams;
}

export const address = new Store<Address>(read());
window.addEventListener('popstate', () => address.set(read()));

function read(): Address {
  const path = location.pathname.slice(root.pathname.length);
  return { place: placeOf(path), query: new URLSearchParams(location.search) };
}

function placeOf(path: string): Place {
  const [, resource, isTry] = /^r\/([^/]+)(\/try)?\/?$/.exec(path) ?? [];
  if (resource === undefined) return { page: 'fleet' };
  return { page: isTry === undefined ? 'resource' : 'try', resource: decodeURIComponent(resource) };
}

/** @param to relative to the root, for example `r/worker`. */
export function navigate(to: string): void {
  history.pushState(null, '', new URL(to, root));
  address.set(read());
  window.scrollTo(0, 0);
}

/** Changes the query of this page without a new entry in the history. Null removes a name. */
export function setQuery(changes: Readonly<Record<string, string | null>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(null, '', location.pathname + (text === '' ? '' : `?${text}`));
  address.set(read());
}

export const resourcePlace = (resource: string): string => `r/${encodeURIComponent(resource)}`;
export const tryPlace = (resource: string): string => `${resourcePlace(resource)}/try`;

interface LinkProps {
  /** Relative to the root. */
  readonly to: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A link within the console: it opens without a load, and in a new tab where the reader wants one. */
export function Link({ to, children, class: styles }: LinkProps) {
  const open = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a class={styles} href={new URL(to, root).href} onClick={open}>
      {children}
    </a>
  );
}
