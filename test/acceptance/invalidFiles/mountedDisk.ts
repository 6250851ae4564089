import { mkdir, mkdtemp, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabInstallation } from '../support/installation.ts'
import { run, runOk } from '../support/run.ts'

/** False for a user who may not mount a file system. */
export const canMount = (await run(['unshare', '--mount', 'true'])).code === 0

/** A folder with a file system of its own that can be full or read-only: root ignores the permissions of files. */
export class MountedDisk implements AsyncDisposable {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  static async open(installation: LabInstallation, size: string): Promise<MountedDisk> {
    const path = await mkdtemp(join(installation.lab.dir, 'mounted-'))
    await runOk(['mount', '-t', 'tmpfs', '-o', `size=${size}`, 'groundcrew-acceptance', path])
    return new MountedDisk(path)
  }

  get state(): string {
    return join(this.path, 'state')
  }

  async setReadOnly(isReadOnly: boolean): Promise<void> {
    await runOk(['mount', '-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.path])
  }

  /** Fills the disk until so many bytes are free, rounded up to whole pages. */
  async leaveFree(bytes: number): Promise<void> {
    await mkdir(this.path, { recursive: true })
    await writeFile(this.#filler, '')
    const { bavail, bsize } = await statfs(this.path)
    await writeFile(this.#filler, Buffer.alloc(Math.max(0, bavail * bsize - Math.ceil(bytes / bsize) * bsize)))
  }

  async free(): Promise<void> {
    await writeFile(this.#filler, '')
  }

  get #filler(): string {
    return join(this.path, 'filler')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run(['umount', '--lazy', this.path])
  }
}
