import { join } from 'node:path'

/** `$XDG_CACHE_HOME/groundcrew`, by default `~/.cache/groundcrew`. The XDG specification says to ignore a relative XDG_CACHE_HOME. */
export function defaultCacheDir(env: { readonly [name: string]: string | undefined }, home: string): string {
  const xdg = env.XDG_CACHE_HOME
  return join(xdg?.startsWith('/') ? xdg : join(home, '.cache'), 'groundcrew')
}
