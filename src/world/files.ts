import { createHash } from 'node:crypto'
import { lstat, readdir, readlink, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import type { Files } from './ports/files.ts'

/** As many as the kernel follows. */
const LINKS = 40

export const systemFiles: Files = { signature, way }

async function signature(paths: readonly string[]): Promise<string> {
  const lines = await Promise.all(paths.map(async (path) => `${path}\n${(await below(path)).join('\n')}`))
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

async function below(path: string): Promise<readonly string[]> {
  const found = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown error')
  if (typeof found === 'string') return [found]
  // A pipe or a device is as it was when it was first read.
  if (!found.isFile() && !found.isDirectory()) return ['neither file nor folder']
  // The modification time can be set by who writes; the change time cannot.
  const own = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ')
  if (!found.isDirectory()) return [own]
  const names = (await readdir(path).catch(() => [])).sort()
  const inner = await Promise.all(names.map(async (name) => (await below(join(path, name))).map((line) => `${name}/${line}`)))
  return [own, ...inner.flat()]
}

async function way(path: string): Promise<readonly string[]> {
  const links: string[] = []
  let rest = resolve(path)
  while (links.length < LINKS) {
    const link = await firstLink(rest)
    if (link === undefined) break
    links.push(link.at)
    rest = resolve(dirname(link.at), link.to, `.${rest.slice(link.at.length)}`)
  }
  return [...links, rest]
}

async function firstLink(path: string): Promise<{ at: string; to: string } | undefined> {
  const parts = path.split(sep).slice(1)
  for (let length = 1; length <= parts.length; length++) {
    const at = sep + parts.slice(0, length).join(sep)
    const found = await lstat(at).catch(() => undefined)
    if (found?.isSymbolicLink()) return readlink(at).then((to) => ({ at, to }))
  }
  return undefined
}
