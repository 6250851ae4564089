import type { FSWatcher } from 'chokidar'

/** Says that one of some paths was written, replaced or removed. A hint: what was missed is seen at the next look. */
export class FileTriggers {
  readonly #trigger: () => void
  readonly #onError: (error: unknown) => void
  #watcher: FSWatcher | undefined
  #paths: readonly string[] = []

  constructor(trigger: () => void, onError: (error: unknown) => void) {
    this.#trigger = trigger
    this.#onError = onError
  }

  /** Watches exactly these paths, folders with all below them; resolves when it does. */
  async watch(paths: readonly string[]): Promise<void> {
    if (this.#watcher !== undefined && same(paths, this.#paths)) return
    const before = this.#watcher
    this.#paths = paths
    this.#watcher = await this.#open(paths)
    await before?.close()
  }

  async close(): Promise<void> {
    await this.#watcher?.close()
  }

  async #open(paths: readonly string[]): Promise<FSWatcher> {
    const { watch } = await import('chokidar')
    // Links are among the paths themselves: only then is one that is turned to another place seen.
    const watcher = watch([...paths], { ignoreInitial: true, followSymlinks: false })
    watcher.on('all', () => this.#trigger())
    watcher.on('error', (error) => this.#onError(error))
    await new Promise<void>((resolve) => watcher.once('ready', () => resolve()))
    return watcher
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((path, i) => path === b[i])
}
