/** What an address of the pages shows. */
import type { ComponentChildren } from 'preact';
import type { LayoutProps } from './layout.js';
import type { Params } from './params.js';

/** A page without its frame. */
export type Shown = Omit<LayoutProps, 'children'> & { children: ComponentChildren };

/** Makes the page. `params`: of the query string; `path`: of the path. */
export type View = (params: Params, path: Readonly<Record<string, string>>) => Promise<Shown>;
