import { createHash } from 'node:crypto'
import { duplicateEntry } from './problems.ts'
import { type Entry, isGzip, walk } from './walk.ts'

/** A file of a docker-save tar, by its content. */
export type ScannedFile = {
  readonly name: string
  readonly digest: string
  readonly size: number
  readonly gzip: boolean
  /** The text of what looks like JSON and is small enough to be a manifest or a config. */
  readonly json?: string
}

/** One docker-save tar: its files, and its links by name with their target as written. */
export type ScannedTar = {
  readonly tar: string
  readonly files: Map<string, ScannedFile>
  readonly links: Map<string, { readonly target: string; readonly hard: boolean }>
}

// Registries refuse manifests and configs above 4 MiB as well.
const LARGEST_JSON = 4 * 1024 * 1024
const ALL_JSON = 64 * 1024 * 1024

/** Reads the whole archive once and hashes what is in it; the tars in order of appearance. */
export async function scan(path: string, signal?: AbortSignal): Promise<readonly ScannedTar[]> {
  const tars = new Map<string, ScannedTar>()
  let budget = ALL_JSON
  for await (const entry of walk(path, { ...(signal && { signal }) })) {
    const tar = tars.get(entry.tar) ?? { tar: entry.tar, files: new Map(), links: new Map() }
    tars.set(entry.tar, tar)
    if (entry.type === 'file' || entry.type === 'contiguous-file') {
      const file = await scanFile(entry, Math.min(LARGEST_JSON, budget))
      budget -= file.json?.length ?? 0
      addFile(path, tar, file)
    } else addLink(tar, entry)
  }
  return [...tars.values()]
}

async function scanFile({ name, size, content }: Entry, largestJson: number): Promise<ScannedFile> {
  const hash = createHash('sha256')
  const kept: Buffer[] = []
  let start: Buffer | undefined
  for await (const chunk of content) {
    hash.update(chunk)
    // Two bytes tell gzip; a first chunk may be shorter than that.
    if (start === undefined || start.length < 2) start = Buffer.concat([start ?? Buffer.alloc(0), chunk.subarray(0, 2)])
    if (size <= largestJson && (start[0] === 0x7b || start[0] === 0x5b)) kept.push(chunk)
  }
  const json = kept.length > 0 ? { json: Buffer.concat(kept).toString('utf8') } : {}
  return { name, digest: `sha256:${hash.digest('hex')}`, size, gzip: start !== undefined && isGzip(start), ...json }
}

/** The same file twice is harmless (some tools write shared layers so); another content under one name is not. */
function addFile(path: string, tar: ScannedTar, file: ScannedFile): void {
  const before = tar.files.get(file.name)
  if (before !== undefined && before.digest !== file.digest) throw duplicateEntry(path, tar.tar, file.name)
  tar.files.set(file.name, file)
}

function addLink(tar: ScannedTar, { name, type, linkname }: Entry): void {
  if (linkname !== undefined && (type === 'symlink' || type === 'link')) tar.links.set(name, { target: linkname, hard: type === 'link' })
}
