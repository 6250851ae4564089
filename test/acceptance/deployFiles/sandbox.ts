import { mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LabInstallation, repository } from '../support/installation.ts'
import { type RunResult, run, runOk } from '../support/run.ts'

// node_modules is a link in some checkouts.
const modules = await realpath(join(repository, 'node_modules'))
/** Folders of this machine that the sandbox sees, and their paths in it. */
const SHARED = { '/usr': '/usr', '/dev': '/dev', '/proc': '/proc', [repository]: '/opt/groundcrew', [modules]: modules }
const USER = '1000'
const UNSHARE = ['unshare', '--mount', '--propagation', 'private'] as const

/**
 * A root folder with groundcrew in /opt/groundcrew. The files of deploy/ contain absolute paths and run here unchanged,
 * as a user who owns nothing but the files written for it.
 */
export class Sandbox {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  /** False on a machine where we may not create one. */
  static async isSupported(): Promise<boolean> {
    const enter = ['chroot', `--userspec=${USER}:${USER}`, '--groups=', '/', '/bin/true'] as const
    const result = await run([...UNSHARE, ...enter]).catch(() => undefined)
    return result?.code === 0
  }

  static async create(installation: LabInstallation): Promise<Sandbox> {
    const sandbox = new Sandbox(join(installation.lab.dir, 'sandbox'))
    const folders = [...Object.values(SHARED), '/etc', '/tmp', '/var/lib', '/run']
    for (const folder of folders) await mkdir(sandbox.path(folder), { recursive: true })
    for (const name of ['bin', 'lib', 'lib64', 'sbin']) await symlink(`usr/${name}`, sandbox.path(name))
    const users = `root:x:0:0::/root:/bin/sh\ngroundcrew:x:${USER}:${USER}::/var/lib/groundcrew:/bin/sh\n`
    await writeFile(sandbox.path('/etc/passwd'), users)
    await writeFile(sandbox.path('/etc/hosts'), '127.0.0.1 localhost\n127.0.0.1 kubernetes.default.svc\n')
    await runOk(['chmod', '1777', sandbox.path('/tmp')])
    return sandbox
  }

  path(inside: string): string {
    return join(this.#root, inside)
  }

  /** Writes a file that only the user can read. */
  async write(inside: string, content: string): Promise<void> {
    await mkdir(join(this.path(inside), '..'), { recursive: true })
    await writeFile(this.path(inside), content, { mode: 0o600 })
    await runOk(['chown', '-R', `${USER}:${USER}`, this.path(inside)])
  }

  /** Makes the user the owner of a folder. */
  async own(inside: string): Promise<void> {
    await mkdir(this.path(inside), { recursive: true })
    await runOk(['chown', '-R', `${USER}:${USER}`, this.path(inside)])
  }

  async remove(inside: string): Promise<void> {
    await rm(this.path(inside), { recursive: true, force: true })
  }

  /** Runs a command as the user, with only these variables. */
  run(env: readonly string[], command: readonly string[]): Promise<RunResult> {
    const mounts = Object.entries(SHARED).map(([from, to]) => `mount --rbind '${from}' '${this.path(to)}'`)
    const enter = `exec chroot --userspec=${USER}:${USER} --groups= '${this.#root}' /usr/bin/env -i "$@"`
    return run([...UNSHARE, 'sh', '-c', [...mounts, enter].join(' && '), 'sh', ...env, ...command])
  }
}
