import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './run.ts'

/** A generated module that builds programs of other modules at pinned versions. */
export type WrapperModule = {
  name: string
  goMod: string
  /** File name of each program -> its package. */
  programs: Record<string, string>
  tags?: string
  /** `-X` definitions for the linker. */
  define?: Record<string, string>
}

/** The paths of a module that `go mod download` fetched. */
export type Downloaded = { Dir: string; GoMod: string }

/** The go command with its own caches, which can be deleted without affecting other projects. */
export class Go {
  readonly #work: string

  constructor(work: string) {
    this.#work = work
  }

  /** Builds one program of a published module into a folder. */
  async install(pathAtVersion: string, out: string): Promise<void> {
    await this.#go(['install', '-trimpath', linkerFlags({}), pathAtVersion], this.#work, { GOBIN: out })
  }

  /** Builds the programs of a wrapper module into a folder. */
  async build(module: WrapperModule, out: string): Promise<void> {
    const folder = join(this.#work, module.name)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'go.mod'), module.goMod)
    await this.#go(['mod', 'tidy'], folder)
    const flags = ['-trimpath', '-tags', module.tags ?? '', linkerFlags(module.define ?? {})]
    for (const [name, from] of Object.entries(module.programs)) {
      await this.#go(['build', ...flags, '-o', join(out, name), from], folder)
    }
  }

  /** Fetches a module's source into the module cache. */
  async download(path: string, version: string): Promise<Downloaded> {
    return JSON.parse(await this.#go(['mod', 'download', '-json', `${path}@${version}`], this.#work)) as Downloaded
  }

  async #go(args: string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
    await mkdir(cwd, { recursive: true })
    return run('go', args, { cwd, env: { ...this.#environment(), ...env } })
  }

  #environment(): Record<string, string> {
    return {
      CGO_ENABLED: '0',
      // Without -modcacherw the module cache is read-only and cannot be removed.
      GOFLAGS: '-modcacherw -buildvcs=false',
      GOCACHE: join(this.#work, 'gocache'),
      GOMODCACHE: join(this.#work, 'gomodcache'),
      GOWORK: 'off',
    }
  }
}

// -s -w: a third smaller, without debug information.
function linkerFlags(define: Record<string, string>): string {
  return `-ldflags=${['-s -w', ...Object.entries(define).map(([name, value]) => `-X ${name}=${value}`)].join(' ')}`
}
