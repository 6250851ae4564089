import { resolve } from 'node:path'
import { referencedFiles } from '../installation/referencedFiles.ts'
import type { Host, InstallationOptions } from '../session/host.ts'
import { readInstallation } from '../session/session.ts'
import { ProblemError } from '../values/problem.ts'
import { systemFiles } from '../world/files.ts'
import { kubeconfigFiles } from '../world/kubernetes/kubeconfig.ts'
import type { FileTriggers } from './fileTriggers.ts'
import { type FileSignatures, looksTruncated, QUIET_MS, TRUNCATED_QUIET_MS, waitUntilQuiet } from './waitUntilQuiet.ts'

/** The desired state, all files that it names and the kubeconfig: what every check reads. */
export class Inputs {
  readonly #host: Host
  readonly #options: InstallationOptions
  readonly #triggers: FileTriggers
  #paths: readonly string[]
  /** The signature of the files when they were last read. */
  #signature: string | undefined
  /** The last desired state that was quiet and valid, and the one that was just parsed. */
  #text: string | undefined
  #parsed: string | undefined

  constructor(host: Host, options: InstallationOptions, triggers: FileTriggers) {
    this.#host = host
    this.#options = options
    this.#triggers = triggers
    this.#paths = [resolve(host.cwd, options.file)]
  }

  /** Waits until no process writes to any of the files. True when they changed since the last time. Throws a ProblemError. */
  async settle(): Promise<boolean> {
    const known = this.#signature
    for (;;) {
      await this.#followReferences()
      const current = await waitUntilQuiet(this.#signatures(), known, QUIET_MS)
      // A new desired state may name other files: these have to be quiet as well.
      if (await this.#followReferences()) continue
      const isTruncated = current !== known && this.#parsed !== undefined && looksTruncated(this.#parsed, this.#text)
      if (isTruncated && (await waitUntilQuiet(this.#signatures(), undefined, TRUNCATED_QUIET_MS)) !== current) continue
      this.#signature = current
      this.#text = this.#parsed ?? this.#text
      return current !== known
    }
  }

  /** True when a file changed since {@link settle}. */
  async haveChanged(): Promise<boolean> {
    return (await systemFiles.signature(this.#paths)) !== this.#signature
  }

  /** Derives from the desired state which files to watch. True when these are others than before; an invalid file changes nothing. */
  async #followReferences(): Promise<boolean> {
    const before = this.#paths.join('\n')
    this.#paths = (await this.#readPaths()) ?? this.#paths
    const ways = await Promise.all(this.#paths.map((path) => systemFiles.symlinkChain(path)))
    await this.#triggers.watch([...new Set(ways.flat())].sort())
    return this.#paths.join('\n') !== before
  }

  async #readPaths(): Promise<readonly string[] | undefined> {
    this.#parsed = undefined
    try {
      const { installation, fileText } = await readInstallation(this.#host, this.#options)
      this.#parsed = fileText
      return [...new Set([...referencedFiles(installation), ...kubeconfigFiles({ ...this.#host, ...this.#options })])].sort()
    } catch (error) {
      if (error instanceof ProblemError) return undefined
      throw error
    }
  }

  #signatures(): FileSignatures {
    return { signature: () => systemFiles.signature(this.#paths), clock: this.#host.clock, signal: this.#host.signal }
  }
}
