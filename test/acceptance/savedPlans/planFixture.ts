import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { type PlantedSecrets, plantSecrets } from '../secretLeaks/plantedSecrets.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Command, RunResult } from '../support/run.ts'

type Options = { env?: Record<string, string>; program?: Command }

/**
 * An applied installation and a second file, `approved.yaml`, that changes a resource of every kind that can change and
 * has a canary in every secret input. Plans of that file are saved and applied.
 */
export class PlanFixture {
  readonly installation: LabInstallation
  readonly secrets: PlantedSecrets
  readonly file: string
  #count = 0

  private constructor(installation: LabInstallation, secrets: PlantedSecrets) {
    this.installation = installation
    this.secrets = secrets
    this.file = join(installation.folder, 'approved.yaml')
  }

  static async open(): Promise<PlanFixture> {
    const installation = await LabInstallation.applied()
    const secrets = await plantSecrets(installation)
    await cp(join(installation.folder, 'chart'), join(installation.folder, 'approved-chart'), { recursive: true })
    const document = parseDocument(await readFile(secrets.file, 'utf8'))
    document.setIn(['objectStorage', 'buckets'], { 'run-logs': { expireAfterDays: 77 } })
    document.setIn(['release', 'values'], { drain: { replicaCount: 3 } })
    document.setIn(['release', 'chart'], { path: './approved-chart' })
    const fixture = new PlanFixture(installation, secrets)
    await writeFile(fixture.file, String(document))
    return fixture
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.installation[Symbol.asyncDispose]()
  }

  /** A path beside the file. */
  path(name: string): string {
    return join(this.installation.folder, name)
  }

  /** Runs groundcrew with the canaries in its environment; without `-f` on the approved file. */
  run(args: readonly string[], options: Options = {}): Promise<RunResult> {
    const file = args.includes('-f') ? [] : ['-f', this.file]
    return this.installation.groundcrew([...args, ...file], { ...options, env: { ...this.secrets.env, ...options.env } })
  }

  /** Saves a plan and returns its path. */
  async save(...flags: readonly string[]): Promise<string> {
    const path = this.path(`saved-${++this.#count}.plan`)
    expectText(expectExit(await this.run(['plan', '-out', path, ...flags]), 0).stdout, 'To apply exactly this')
    return path
  }

  /** Applies a saved plan, which has to be refused for this reason before anything changes. */
  async expectRefused(plan: string, reason: RegExp, { flags = [], ...options }: Options & { flags?: readonly string[] } = {}) {
    const result = expectExit(await this.run(['apply', plan, ...flags], options), 1)
    expectText(result.stderr, reason)
    expectText(result.stderr, /Fix: \S/)
    if (/Apply (complete|incomplete)/.test(result.stdout)) throw new Error(`something was applied\n${result.stdout}`)
    return result
  }

  /** Runs `act`, then restores these files or folders of the installation's folder. */
  async restoring(names: readonly string[], act: () => Promise<void>): Promise<void> {
    const copies = join(this.installation.lab.dir, 'copies')
    for (const name of names) await cp(this.path(name), join(copies, name), { recursive: true, preserveTimestamps: true })
    try {
      await act()
    } finally {
      for (const name of names) {
        await rm(this.path(name), { recursive: true, force: true })
        await cp(join(copies, name), this.path(name), { recursive: true, preserveTimestamps: true })
      }
      await rm(copies, { recursive: true, force: true })
    }
  }
}
