import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { type Planted, plant } from '../secretLeaks/inputs.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Command, RunResult } from '../support/run.ts'

/**
 * An applied installation and a desired state that changes a resource of every kind that can change, with a canary in
 * every secret input. Plans are saved and applied here.
 */
export class Bench {
  readonly site: LabInstallation
  readonly planted: Planted
  readonly file: string
  #count = 0

  private constructor(site: LabInstallation, planted: Planted) {
    this.site = site
    this.planted = planted
    this.file = join(site.folder, 'approved.yaml')
  }

  static async open(): Promise<Bench> {
    const site = await LabInstallation.applied()
    const planted = await plant(site)
    await cp(join(site.folder, 'chart'), join(site.folder, 'approved-chart'), { recursive: true })
    const document = parseDocument(await readFile(planted.file, 'utf8'))
    document.setIn(['objectStorage', 'buckets'], { 'run-logs': { expireAfterDays: 77 } })
    document.setIn(['release', 'values'], { drain: { replicaCount: 3 } })
    document.setIn(['release', 'chart'], { path: './approved-chart' })
    const bench = new Bench(site, planted)
    await writeFile(bench.file, String(document))
    return bench
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]()
  }

  /** Runs groundcrew on the file with the canaries in its environment; without `-f` on the approved one. */
  run(args: readonly string[], options: { env?: Record<string, string>; program?: Command } = {}): Promise<RunResult> {
    const file = args.includes('-f') ? [] : ['-f', this.file]
    return this.site.groundcrew([...args, ...file], { ...options, env: { ...this.planted.env, ...options.env } })
  }

  /** Saves a plan and answers its path. */
  async save(...flags: readonly string[]): Promise<string> {
    const path = join(this.site.folder, `saved-${++this.#count}.plan`)
    expectText(expectExit(await this.run(['plan', '-out', path, ...flags]), 0).stdout, 'To apply exactly this')
    return path
  }

  /** Applies a saved plan, which has to be refused for this reason before anything is changed. */
  async refused(
    plan: string,
    reason: RegExp,
    options: Parameters<Bench['run']>[1] & { flags?: readonly string[] } = {},
  ): Promise<RunResult> {
    const ran = expectExit(await this.run(['apply', plan, ...(options.flags ?? [])], options), 1)
    expectText(ran.stderr, reason)
    expectText(ran.stderr, /To do: \S/)
    if (/Apply (complete|incomplete)/.test(ran.stdout)) throw new Error(`something was applied\n${ran.stdout}`)
    return ran
  }

  /** Runs `act`, then puts these files or folders of the installation's folder back as they were. */
  async restoring(names: readonly string[], act: () => Promise<void>): Promise<void> {
    const copies = join(this.site.lab.dir, 'copies')
    for (const name of names) await cp(join(this.site.folder, name), join(copies, name), { recursive: true, preserveTimestamps: true })
    try {
      await act()
    } finally {
      for (const name of names) {
        await rm(join(this.site.folder, name), { recursive: true, force: true })
        await cp(join(copies, name), join(this.site.folder, name), { recursive: true, preserveTimestamps: true })
      }
      await rm(copies, { recursive: true, force: true })
    }
  }
}
