import { mkdir, mkdtemp, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabInstallation } from '../../support/installation.ts'
import { run } from '../../support/run.ts'

/** A folder with a file system of its own, which can be made full or read-only: root ignores the rights of files. */
export class Mounted implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /** Undefined where nobody may mount. */
  static async of(site: LabInstallation, size: string): Promise<Mounted | undefined> {
    const path = await mkdtemp(join(site.lab.dir, 'mounted-'))
    const { code } = await run(['mount', '-t', 'tmpfs', '-o', `size=${size}`, 'groundcrew-accept', path])
    return code === 0 ? new Mounted(path) : undefined
  }

  get state(): string {
    return join(this.path, 'state')
  }

  async readOnly(isReadOnly: boolean): Promise<void> {
    const { code, stderr } = await run(['mount', '-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.path])
    if (code !== 0) throw new Error(stderr)
  }

  /** Leaves so many bytes, rounded down to whole pages. */
  async leave(bytes: number): Promise<void> {
    await mkdir(this.path, { recursive: true })
    await writeFile(this.#filler, '')
    const { bavail, bsize } = await statfs(this.path)
    await writeFile(this.#filler, Buffer.alloc(Math.max(0, bavail * bsize - Math.ceil(bytes / bsize) * bsize)))
  }

  /** There is room again. */
  async makeRoom(): Promise<void> {
    await writeFile(this.#filler, '')
  }

  get #filler(): string {
    return join(this.path, 'filler')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(['umount', '--lazy', this.path])
  }
}
