import { resolve } from 'node:path'
import { referencedFiles } from '../installation/referencedFiles.ts'
import type { GlobalOptions, Host } from '../session/host.ts'
import { readInstallation } from '../session/session.ts'
import { ProblemError } from '../values/problem.ts'
import { systemFiles } from '../world/files.ts'
import { kubeconfigFiles } from '../world/kubernetes/kubeconfig.ts'
import type { FileTriggers } from './fileTriggers.ts'
import { type FileSignatures, looksTruncated, QUIET_MS, TRUNCATED_QUIET_MS, waitUntilQuiet } from './waitUntilQuiet.ts'

/** The desired state, all the files that it names and the kubeconfig: what is read at every look. */
export class Inputs {
  readonly #host: Host
  readonly #options: GlobalOptions
  readonly #triggers: FileTriggers
  #paths: readonly string[]
  /** What stood there when it was last read. */
  #signature: string | undefined
  /** The desired state as it last stood still without a problem, and as it was parsed just now. */
  #text: string | undefined
  #parsed: string | undefined

  constructor(host: Host, options: GlobalOptions, triggers: FileTriggers) {
    this.#host = host
    this.#options = options
    this.#triggers = triggers
    this.#paths = [resolve(host.cwd, options.file)]
  }

  /** Waits until nobody writes to any of it. True when something was written since the last time. Throws a ProblemError. */
  async settle(): Promise<boolean> {
    const known = this.#signature
    for (;;) {
      await this.#follow()
      const now = await waitUntilQuiet(this.#standing(), known, QUIET_MS)
      // What was written may name other files: these have to stand still as well.
      if (await this.#follow()) continue
      const isCut = now !== known && this.#parsed !== undefined && looksTruncated(this.#parsed, this.#text)
      if (isCut && (await waitUntilQuiet(this.#standing(), undefined, TRUNCATED_QUIET_MS)) !== now) continue
      this.#signature = now
      this.#text = this.#parsed ?? this.#text
      return now !== known
    }
  }

  /** True when something was written since {@link settle}. */
  async moved(): Promise<boolean> {
    return (await systemFiles.signature(this.#paths)) !== this.#signature
  }

  /** Derives from the desired state what has to be watched. True when that has changed; a broken file changes nothing. */
  async #follow(): Promise<boolean> {
    const before = this.#paths.join('\n')
    this.#paths = (await this.#named()) ?? this.#paths
    const ways = await Promise.all(this.#paths.map((path) => systemFiles.symlinkChain(path)))
    await this.#triggers.watch([...new Set(ways.flat())].sort())
    return this.#paths.join('\n') !== before
  }

  async #named(): Promise<readonly string[] | undefined> {
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

  #standing(): FileSignatures {
    return { signature: () => systemFiles.signature(this.#paths), clock: this.#host.clock, signal: this.#host.signal }
  }
}
