import { createHash } from 'node:crypto'
import { lstat, readdir, readlink, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'

/** The kernel follows as many. */
const MAX_LINKS = 40

/** What a daemon reads of the file system about its inputs. Nothing throws: a path that is missing or unreadable is a result. */
export const systemFiles = { signature, symlinkChain }

/** One text for everything at these paths, folders included: it changes whenever any of it is written, replaced or removed. */
async function signature(paths: readonly string[]): Promise<string> {
  const lines = await Promise.all(paths.map(async (path) => `${path}\n${(await statLines(path)).join('\n')}`))
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

async function statLines(path: string): Promise<readonly string[]> {
  const stats = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown error')
  if (typeof stats === 'string') return [stats]
  // The content of a pipe or a device does not show in its times.
  if (!stats.isFile() && !stats.isDirectory()) return ['neither file nor folder']
  // A writer can set the modification time, but not the change time.
  const own = [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ')
  if (!stats.isDirectory()) return [own]
  const names = (await readdir(path).catch(() => [])).sort()
  const inner = await Promise.all(names.map(async (name) => (await statLines(join(path, name))).map((line) => `${name}/${line}`)))
  return [own, ...inner.flat()]
}

/** Every symbolic link on the way to a path, then its final target: a watcher needs them all to notice a change behind the path. */
async function symlinkChain(path: string): Promise<readonly string[]> {
  const links: string[] = []
  let rest = resolve(path)
  while (links.length < MAX_LINKS) {
    const link = await firstLink(rest)
    if (link === undefined) break
    links.push(link.path)
    rest = resolve(dirname(link.path), link.target, `.${rest.slice(link.path.length)}`)
  }
  return [...links, rest]
}

async function firstLink(pathWithLinks: string): Promise<{ path: string; target: string } | undefined> {
  const parts = pathWithLinks.split(sep).slice(1)
  for (let length = 1; length <= parts.length; length++) {
    const path = sep + parts.slice(0, length).join(sep)
    const stats = await lstat(path).catch(() => undefined)
    if (stats?.isSymbolicLink()) return readlink(path).then((target) => ({ path, target }))
  }
  return undefined
}
