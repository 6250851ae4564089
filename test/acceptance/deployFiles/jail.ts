import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LabInstallation, repository } from '../support/installation.ts'
import { type RunResult, run } from '../support/run.ts'

/** What the jail shares with this machine, to be read only. */
const SHARED = { '/usr': '/usr', '/dev': '/dev', '/proc': '/proc', [repository]: '/opt/groundcrew' }
const USER = '1000'

/**
 * A root folder of its own with groundcrew in /opt/groundcrew: what deploy/ ships names whole paths, and is run here word
 * for word, by a user who owns nothing but what he is given.
 */
export class Jail {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  /** Undefined on a machine where we may not make one. */
  static async build(site: LabInstallation): Promise<Jail | undefined> {
    const jail = new Jail(join(site.lab.dir, 'jail'))
    for (const folder of [...Object.values(SHARED), '/etc', '/tmp', '/var/lib', '/run']) await mkdir(jail.path(folder), { recursive: true })
    for (const name of ['bin', 'lib', 'lib64', 'sbin']) await symlink(`usr/${name}`, jail.path(name))
    await writeFile(jail.path('/etc/passwd'), `root:x:0:0::/root:/bin/sh\ngroundcrew:x:${USER}:${USER}::/var/lib/groundcrew:/bin/sh\n`)
    await writeFile(jail.path('/etc/hosts'), '127.0.0.1 localhost\n127.0.0.1 kubernetes.default.svc\n')
    await run(['chmod', '1777', jail.path('/tmp')])
    const tried = await jail.run([], ['/bin/true'])
    return tried.code === 0 ? jail : undefined
  }

  path(inside: string): string {
    return join(this.#root, inside)
  }

  /** Puts a file there, readable by the user alone. */
  async write(inside: string, content: string): Promise<void> {
    await mkdir(join(this.path(inside), '..'), { recursive: true })
    await writeFile(this.path(inside), content, { mode: 0o600 })
    await run(['chown', '-R', `${USER}:${USER}`, this.path(inside)])
  }

  /** A folder that is the user's. */
  async own(inside: string): Promise<void> {
    await mkdir(this.path(inside), { recursive: true })
    await run(['chown', '-R', `${USER}:${USER}`, this.path(inside)])
  }

  async empty(inside: string): Promise<void> {
    await rm(this.path(inside), { recursive: true, force: true })
  }

  /** Runs a command there as that user, with these variables and no other. */
  run(env: readonly string[], command: readonly string[]): Promise<RunResult> {
    const mounts = Object.entries(SHARED).map(([from, to]) => `mount --rbind '${from}' '${this.path(to)}'`)
    const enter = `exec chroot --userspec=${USER}:${USER} --groups= '${this.#root}' /usr/bin/env -i "$@"`
    const script = [...mounts, enter].join(' && ')
    return run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', ...env, ...command])
  }
}
